"""The plan of a plebiscite and the database's clock, read in one statement."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Exists

from core.clock import ClockTimestamp
from plebiscite import clock
from plebiscite.models import ParticipationMark, Plebiscite


def read_plan(plebiscite: UUID) -> tuple[Plebiscite, datetime]:
    """The plebiscite as it stands now, and what time it is.

    Under READ COMMITTED every statement sees what was committed before it began: called after the
    lock was granted, this sees the change of state that the lock has waited for.
    """
    found = Plebiscite.objects.annotate(clock=ClockTimestamp()).get(pk=plebiscite)
    return found, clock.moved(found.clock)


def read_plan_and_mark(plebiscite: UUID, voter: UUID) -> tuple[Plebiscite, datetime, bool]:
    """As `read_plan`, and whether `voter` has voted, all in one statement."""
    marks = ParticipationMark.objects.filter(pk=voter)
    rows = Plebiscite.objects.annotate(clock=ClockTimestamp(), has_mark=Exists(marks))
    found = rows.get(pk=plebiscite)
    return found, clock.moved(found.clock), bool(found.has_mark)
