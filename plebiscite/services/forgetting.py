"""The end of the time of keeping: what people declared goes, and the register loses its meaning."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from core.actors import SYSTEM
from core.audit import record
from core.transitions import advisory_lock
from plebiscite import clock, keys
from plebiscite.models import AccountVoter, Declaration, Plebiscite
from plebiscite.states import STATE_LOCK


def forget_voters() -> None:
    """The worker's job: forgets the voters of every plebiscite whose time of keeping is over."""
    now = clock.now()
    for plebiscite in Plebiscite.objects.filter(objections_until__lt=now):
        if now >= plebiscite.objections_until + timedelta(days=plebiscite.retention_days):
            _forget(plebiscite)


def _forget(plebiscite: Plebiscite) -> None:
    """Deletes declarations, the links of accounts and who objected, then the pepper.

    The marks stay: with the pepper gone, nobody can tell whom they belong to.
    """
    with transaction.atomic():
        advisory_lock(STATE_LOCK, plebiscite.pk)
        declarations, _details = Declaration.objects.filter(plebiscite=plebiscite).delete()
        accounts, _details = AccountVoter.objects.filter(plebiscite=plebiscite).delete()
        plebiscite.objections.update(name="", email="")
        is_there = keys.has_pepper(plebiscite.pk)
        if declarations or accounts or is_there:
            record(plebiscite, "forget_voters", actor=SYSTEM)
    keys.destroy_pepper(plebiscite.pk)
