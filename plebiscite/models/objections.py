"""Objections to a result: a number, a deadline, an answer that everybody reads."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from plebiscite.models.plebiscite import Plebiscite
from plebiscite.objection_states import OBJECTION


class Objection(models.Model):
    """What somebody objects to. Public are its number, the summary and the answer; never who."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="objections")
    number = models.CharField(_("number"), max_length=24, unique=True)
    state = OBJECTION.state_field()
    name = models.CharField(_("name"), max_length=160, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(max_length=2)
    text = models.TextField(_("objection"), max_length=4000)
    submitted_at = models.DateTimeField(_("received"))
    answer_due = models.DateTimeField(_("answer due"))
    summary = models.TextField(
        _("summary for everybody"),
        max_length=1000,
        blank=True,
        help_text=_("What is objected to, without names and other personal data."),
    )
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    is_example = models.BooleanField(_("example"), default=False)

    machine = OBJECTION

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["submitted_at"]
        default_permissions = ("view", "change")
        constraints = [OBJECTION.constraint("plebiscite_objection_state_known")]

    def __str__(self) -> str:
        return self.number
