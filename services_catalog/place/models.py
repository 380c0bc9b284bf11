"""Ideas for the place, and the groups in which they are answered."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from core.clock import ClockTimestamp
from services_catalog.place import states

PLAN_WIDTH, PLAN_HEIGHT = 600, 300


class IdeaGroup(models.Model):
    """Ideas that want the same, with one public answer."""

    class Stage(models.TextChoices):
        OPEN = "open", _("we are collecting")
        CONSIDERED = "considered", _("we are thinking about it")
        PLANNED = "planned", _("we are going to do it")
        DONE = "done", _("done")
        DECLINED = "declined", _("we are not going to do it")

    title = models.CharField(_("title"), max_length=100)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.OPEN)
    answer = models.TextField(
        _("public answer"), max_length=2000, blank=True,
        help_text=_("Signed by the office; everybody reads it beside the ideas."),
    )  # fmt: skip
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    is_example = models.BooleanField(_("example"), default=False)

    panels = [
        FieldPanel("title"), FieldPanel("stage"), FieldPanel("answer"), FieldPanel("is_example"),
    ]  # fmt: skip

    class Meta:
        verbose_name = _("group of ideas")
        verbose_name_plural = _("groups of ideas")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=["open", "considered"]) | ~Q(answer=""),
                name="services_idea_decision_with_answer",
                violation_error_message=_("A decision needs a public answer."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class IdeaQuerySet(models.QuerySet["Idea"]):
    """Reads of ideas."""

    def public(self) -> IdeaQuerySet:
        """What everybody sees."""
        return self.filter(state=states.PUBLISHED)


class Idea(models.Model):
    """An idea at a spot of the plan. Nobody sees it before staff have read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    x = models.PositiveSmallIntegerField(_("place from the left"))
    y = models.PositiveSmallIntegerField(_("place from the top"))
    title = models.CharField(_("in a few words"), max_length=80)
    text = models.TextField(_("more about it"), max_length=1000, blank=True)
    signature = models.CharField(_("signed"), max_length=60, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="ideas",
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    state = states.MACHINE.state_field()
    reason = models.TextField(_("reason"), max_length=500, blank=True)
    group = models.ForeignKey(
        IdeaGroup,
        verbose_name=_("group"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="ideas",
    )
    created_at = models.DateTimeField(_("received"), db_default=ClockTimestamp())
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    submission_key = models.UUIDField(unique=True, editable=False)
    is_example = models.BooleanField(_("example"), default=False)

    objects = IdeaQuerySet.as_manager()
    machine = states.MACHINE

    class Meta:
        verbose_name = _("idea")
        verbose_name_plural = _("ideas")
        ordering = ["-created_at"]
        default_permissions = ("view",)
        constraints = [
            states.MACHINE.constraint("services_idea_state_known"),
            models.CheckConstraint(
                condition=Q(x__lte=PLAN_WIDTH, y__lte=PLAN_HEIGHT), name="services_idea_on_plan"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[states.REJECTED, states.HIDDEN]) | ~Q(reason=""),
                name="services_idea_refused_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its line in the public list."""
        from django.urls import reverse

        return f"{reverse('place:ideas')}#pomysl-{self.pk}"

    @property
    def state_label(self) -> str:
        """The state in the words for its author."""
        return str(self.machine.label(self.state))

    @property
    def staff_state_label(self) -> str:
        """The state in the words for staff."""
        return str(self.machine.label(self.state, staff=True))

    def as_pin(self, number: int) -> dict[str, Any]:
        """What the plan needs to draw it."""
        return {"x": self.x, "y": self.y, "number": number, "url": f"#pomysl-{self.pk}"}
