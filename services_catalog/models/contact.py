"""How to reach whoever asked for something or booked a place."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Contact(models.Model):
    """Name and ways to reach somebody; a row of its own, so that erasing it is a deletion.

    Whoever has no e-mail address gets a PIN on paper; only its hash is kept, and five wrong tries
    lock it until staff print a new one.
    """

    affects_public_pages = False

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True, db_index=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    pin_hash = models.CharField(max_length=128, blank=True)
    pin_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone="") | ~Q(pin_hash=""),
                name="services_%(class)s_reachable",
            )
        ]

    def __str__(self) -> str:
        return self.name
