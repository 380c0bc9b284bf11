"""The newsletter: who gets it, and each issue made of news."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import Signer
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, PageChooserPanel
from wagtail.models import Orderable

from core.clock import ClockTimestamp
from home.states import DRAFT, ISSUE_MACHINE

#: Signs addresses that take a reader off the list. They have no end: old mail has to work too.
signer = Signer(salt="home.newsletter.unsubscribe")


class Subscriber(models.Model):
    """An address that gets the newsletter; without `confirmed_at` nothing but one question.

    Whoever leaves is deleted: nothing has to be remembered about them.
    """

    affects_public_pages = False

    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    created_at = models.DateTimeField(_("asked for"), db_default=ClockTimestamp())
    asked_at = models.DateTimeField(_("last asked"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    is_example = models.BooleanField(_("example"), default=False)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        default_permissions = ("view",)
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(Lower("email"), name="home_subscriber_once")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def unsubscribe_path(self) -> str:
        """Where this reader leaves the list."""
        from django.urls import reverse

        return reverse("letters:unsubscribe", args=[signer.sign(str(self.pk))])


class NewsletterIssue(ClusterableModel):
    """One issue in one language. It may be changed until it is sent."""

    affects_public_pages = False

    subject = models.CharField(_("subject"), max_length=150)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE,
        help_text=_("It goes to those who asked for the newsletter in this language."),
    )  # fmt: skip
    intro = models.TextField(_("first words"), max_length=2000, blank=True)
    state = ISSUE_MACHINE.state_field()
    created_at = models.DateTimeField(_("written"), db_default=ClockTimestamp())
    begun_at = models.DateTimeField(_("sent from"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("sent until"), null=True, blank=True, editable=False)
    #: How far the list has been gone through, by the number of the subscriber.
    reached = models.BigIntegerField(default=0, editable=False)
    count = models.PositiveIntegerField(_("mails"), default=0, editable=False)

    machine = ISSUE_MACHINE
    panels = [
        FieldPanel("subject"),
        FieldPanel("language"),
        FieldPanel("intro"),
        InlinePanel("items", heading=_("News"), label=_("news item"), min_num=1, max_num=20),
    ]

    class Meta:
        verbose_name = _("newsletter issue")
        verbose_name_plural = _("newsletter issues")
        ordering = ["-created_at"]
        constraints = [ISSUE_MACHINE.constraint("home_issue_state_known")]

    def __str__(self) -> str:
        return self.subject

    def clean(self) -> None:
        super().clean()
        if self.pk:
            state = type(self).objects.filter(pk=self.pk).values_list("state", flat=True).first()
            if state != DRAFT:
                raise ValidationError(_("This issue was sent; it cannot be changed any more."))

    @property
    def staff_state_label(self) -> str:
        """The state in the words for staff."""
        return str(self.machine.label(self.state, staff=True))

    def news(self) -> list[Any]:
        """The chosen news that readers can open, in their order."""
        items = self.items.select_related("page", "page__locale", "page__cover")
        return [item.page for item in items if item.page.live]


class IssueItem(Orderable):
    """A news item in an issue."""

    affects_public_pages = False

    issue = ParentalKey(NewsletterIssue, on_delete=models.CASCADE, related_name="items")
    page = models.ForeignKey(
        "home.NewsPage", verbose_name=_("news item"), on_delete=models.CASCADE, related_name="+"
    )

    panels = [PageChooserPanel("page", "home.NewsPage")]
