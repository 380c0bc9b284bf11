"""The sign that won: by which rules it may be used, its files, and who asks to use it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from core.models.multilingual import in_language
from plebiscite.models.plebiscite import Plebiscite
from plebiscite.use_states import RECEIVED, USE


class SignRules(models.Model):
    """The rules of using what won, in a column per language."""

    plebiscite = models.OneToOneField(
        Plebiscite, models.PROTECT, related_name="sign_rules", verbose_name=_("plebiscite")
    )
    text_pl = models.TextField(
        _("rules of use"), max_length=6000, help_text=_("Paragraphs, parted by empty lines.")
    )
    text_be = models.TextField(_("rules of use, Belarusian"), max_length=6000, blank=True)
    text_en = models.TextField(_("rules of use, English"), max_length=6000, blank=True)
    text_it = models.TextField(_("rules of use, Italian"), max_length=6000, blank=True)

    class Meta:
        verbose_name = _("rules of using a sign")
        verbose_name_plural = _("rules of using signs")
        default_permissions = ("view", "add", "change")

    def __str__(self) -> str:
        return str(self.plebiscite)

    @property
    def paragraphs(self) -> list[str]:
        """The rules in the active language."""
        text = in_language(self, "text")
        return [part.strip() for part in text.split("\n\n") if part.strip()]


class SignFile(models.Model):
    """A further file of what won, for everybody: a vector drawing, the manual of its use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="sign_files")
    file = models.OneToOneField("core.StoredFile", models.PROTECT, related_name="+")
    title_pl = models.CharField(_("what it is"), max_length=120)
    title_be = models.CharField(_("what it is, Belarusian"), max_length=120, blank=True)
    title_en = models.CharField(_("what it is, English"), max_length=120, blank=True)
    title_it = models.CharField(_("what it is, Italian"), max_length=120, blank=True)
    added_at = models.DateTimeField(_("added"), db_default=ClockTimestamp())

    class Meta:
        verbose_name = _("file of a sign")
        verbose_name_plural = _("files of signs")
        ordering = ["added_at", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What it is, in the active language."""
        return in_language(self, "title")


class UseRequest(models.Model):
    """Somebody asks to use the sign. Who it is goes when the time of keeping is over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plebiscite = models.ForeignKey(
        Plebiscite, models.PROTECT, related_name="use_requests", verbose_name=_("plebiscite")
    )
    number = models.CharField(_("number"), max_length=20, unique=True)
    state = USE.state_field()
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    name = models.CharField(_("name"), max_length=160, blank=True)
    organisation = models.CharField(_("organisation"), max_length=160, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    purpose = models.TextField(_("what for and on what"), max_length=2000)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    asked_at = models.DateTimeField(_("asked"), db_default=ClockTimestamp())
    answered_at = models.DateTimeField(_("answered"), null=True)

    machine = USE

    class Meta:
        verbose_name = _("request to use a sign")
        verbose_name_plural = _("requests to use signs")
        ordering = ["asked_at"]
        default_permissions = ("view", "change")
        constraints = [
            USE.constraint("plebiscite_use_state"),
            models.CheckConstraint(
                condition=Q(state=RECEIVED) | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="plebiscite_use_answered",
            ),
        ]

    def __str__(self) -> str:
        return self.number
