"""What visitors write to us: through a contact form, or to demand accessibility."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from core.blocks import BodyBlock
from core.clock import ClockTimestamp
from core.models import BasePage
from home import states
from home.models.more import PARENTS


class ContactFormPage(BasePage):
    """A form to write to us. What is sent is kept as a letter, and told to the office by mail."""

    topics = models.TextField(
        _("topics"),
        max_length=600,
        blank=True,
        help_text=_("One a line; without topics nobody is asked for one."),
    )
    office_email = models.EmailField(
        _("whom to tell"), help_text=_("Gets a mail that there is a new message, without its text.")
    )
    body = StreamField(BodyBlock(required=False), verbose_name=_("text"), blank=True)

    parent_page_types = PARENTS
    subpage_types: list[str] = []
    content_panels = [
        *BasePage.content_panels,
        FieldPanel("topics"),
        FieldPanel("office_email"),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("page with a contact form")

    @property
    def topic_list(self) -> list[str]:
        """The topics to choose from."""
        return [line.strip() for line in self.topics.splitlines() if line.strip()]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["topics"] = self.topic_list
        return context


class LetterQuerySet(models.QuerySet["Letter"]):
    """Reads of letters."""

    def open(self) -> LetterQuerySet:
        """Without an answer so far."""
        return self.filter(state__in=states.OPEN)

    def demands(self) -> LetterQuerySet:
        """Those whose time the law sets."""
        return self.filter(kind=Letter.Kind.ACCESS)


class Letter(models.Model):
    """One message. Its address shows the state and the dates, and nothing about the person."""

    affects_public_pages = False

    class Kind(models.TextChoices):
        CONTACT = "contact", _("message")
        ACCESS = states.DEMAND, _("demand of accessibility")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    topic = models.CharField(_("topic"), max_length=120, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    place = models.CharField(_("page or part of the site"), max_length=300, blank=True)
    wanted = models.CharField(_("how it is wanted"), max_length=300, blank=True)
    text = models.TextField(_("text"), max_length=4000, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="letters",
    )
    office_email = models.EmailField(_("whom to tell"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    state = states.MACHINE.state_field()
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    received_at = models.DateTimeField(_("received"), db_default=ClockTimestamp())
    due_on = models.DateField(_("deadline"), null=True, blank=True)
    closed_at = models.DateTimeField(_("finished"), null=True, blank=True)
    erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True)
    submission_key = models.UUIDField(unique=True, editable=False)
    is_example = models.BooleanField(_("example"), default=False)

    objects = LetterQuerySet.as_manager()
    machine = states.MACHINE

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages and demands")
        ordering = ["-received_at"]
        default_permissions = ("view",)
        constraints = [
            states.MACHINE.constraint("home_letter_state_known"),
            models.CheckConstraint(
                condition=~Q(kind=states.DEMAND) | Q(due_on__isnull=False),
                name="home_letter_demand_has_deadline",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def path(self) -> str:
        """Where whoever wrote it sees how it stands."""
        from django.urls import reverse

        return reverse("letters:letter", args=[self.pk])

    @property
    def is_late(self) -> bool:
        """Whether the deadline is over and nobody has answered."""
        return (
            self.due_on is not None
            and self.state in states.OPEN
            and self.due_on < timezone.localdate()
        )

    @property
    def state_label(self) -> str:
        """The state in the words for whoever wrote."""
        return str(self.machine.label(self.state))

    @property
    def staff_state_label(self) -> str:
        """The state in the words for staff."""
        return str(self.machine.label(self.state, staff=True))
