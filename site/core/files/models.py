"""What is known about a private file. The bytes stand in a store that no URL reaches."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.clock import ClockTimestamp
from core.references import Reference


class Scan(models.TextChoices):
    """What the virus scanner said. A file is only ever kept when it did not say “infected”."""

    CLEAN = "clean", _("checked for viruses, clean")
    NOT_SCANNED = "not_scanned", _("not checked: no scanner is set up")
    ERROR = "error", _("the scanner could not check it")
    INFECTED = "infected", _("infected")


class StoredFile(models.Model):
    """A private file, checked before it got here.

    It belongs to `owner_type` and `owner_id`, by which `file_permissions` decides who may read
    it; without an owner nobody may, and it is removed after two days.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    storage_name = models.CharField(max_length=100, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=10)
    mime = models.CharField(_("media type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(_("virus check"), max_length=12, choices=Scan.choices)
    scanned_at = models.DateTimeField(null=True)
    owner_type = models.CharField(max_length=100, blank=True)
    owner_id = models.CharField(max_length=64, blank=True)
    #: The account that sent it, as a plain number.
    uploader_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("sent"), db_default=ClockTimestamp())

    class Meta:
        verbose_name = _("private file")
        verbose_name_plural = _("private files")
        ordering = ["created_at"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scan__in=Scan.values), name="core_file_scan_known"
            ),
            models.CheckConstraint(
                condition=models.Q(owner_type="", owner_id="")
                | ~models.Q(owner_type="") & ~models.Q(owner_id=""),
                name="core_file_owner_whole",
            ),
        ]
        indexes = [models.Index(fields=["owner_type", "owner_id"], name="core_file_owner")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def owner(self) -> Reference | None:
        """What the file belongs to, or None while nothing has claimed it."""
        return Reference(self.owner_type, self.owner_id) if self.owner_type else None

    @property
    def may_be_served(self) -> bool:
        """Whether the scanner, if there is one, has nothing against it."""
        return self.scan in {Scan.CLEAN, Scan.NOT_SCANNED}
