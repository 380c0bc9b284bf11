"""The rows of the audit trail. None of them but `AuditPerson` says anything about a person."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp


class AuditEvent(models.Model):
    """One act on one object. Rows are written once and never change: a trigger refuses it.

    The actor is a plain number, not a foreign key: deleting an account must neither be hindered
    by the trail nor change it. `id` and `at` are set by a trigger, by the database's clock.
    """

    at = models.DateTimeField(_("time"), db_default=ClockTimestamp())
    object_type = models.CharField(_("object"), max_length=100)
    object_id = models.CharField(_("id of the object"), max_length=64)
    verb = models.CharField(_("act"), max_length=60)
    from_state = models.CharField(_("state before"), max_length=40, blank=True)
    to_state = models.CharField(_("state after"), max_length=40, blank=True)
    fields = ArrayField(
        models.CharField(max_length=63), verbose_name=_("changed fields"), default=list, blank=True
    )
    actor_kind = models.CharField(_("kind of actor"), max_length=20)
    actor_id = models.BigIntegerField(_("number of the account"), null=True)
    #: SHA-256 of salt and label of the `AuditPerson`; empty where there is none.
    label_digest = models.BinaryField(default=bytes, max_length=32)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="core_audit_object"),
            models.Index(
                fields=["actor_id"],
                condition=models.Q(actor_id__isnull=False),
                name="core_audit_actor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.object_type} {self.object_id} {self.verb}"


class AuditPerson(models.Model):
    """The name of an event's actor. The only erasable part: the chain covers its salted digest."""

    event = models.OneToOneField(
        AuditEvent, models.PROTECT, primary_key=True, related_name="person", verbose_name=_("event")
    )
    salt = models.BinaryField(max_length=16)
    label = models.CharField(_("name"), max_length=320)

    class Meta:
        verbose_name = _("actor’s name")
        verbose_name_plural = _("actors’ names")
        default_permissions = ()

    def __str__(self) -> str:
        return f"person of event {self.event_id}"


class AuditSeal(models.Model):
    """Closes the range of event ids `first_id` … `last_id` for good, and chains it to the last one.

    `leaves` holds 40 bytes per event: its id (big-endian) and its digest, so that a broken event
    can be named; `root` is the digest of all of it and of the seal before.
    """

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    leaves = models.BinaryField()
    previous = models.BinaryField(max_length=32, unique=True)
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_id__lte=models.F("last_id")), name="core_audit_seal_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"
