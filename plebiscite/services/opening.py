"""The plan of a plebiscite and the database's clock, read in one statement."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.clock import ClockTimestamp
from plebiscite import clock
from plebiscite.models import Plebiscite


def read_plan(plebiscite: UUID) -> tuple[Plebiscite, datetime]:
    """The plebiscite as it stands now, and what time it is.

    Under READ COMMITTED every statement sees what was committed before it began: called after the
    lock was granted, this sees the change of state that the lock has waited for.
    """
    found = Plebiscite.objects.annotate(clock=ClockTimestamp()).get(pk=plebiscite)
    return found, clock.moved(found.clock)
