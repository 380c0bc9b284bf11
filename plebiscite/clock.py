"""The moment by which a plebiscite opens and closes: the database's clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.conf import settings

from core.clock import database_now
from core.i18n.dates import TOWN_TIME

_shift: ContextVar[timedelta] = ContextVar("shift", default=timedelta(0))


def now() -> datetime:
    """The moment by the database's clock."""
    return moved(database_now())


def today() -> date:
    """The day in the town by that clock."""
    return now().astimezone(TOWN_TIME).date()


def moved(moment: datetime) -> datetime:
    """A moment that was read from the database's clock, as `now` would give it."""
    return moment + _shift.get()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Lets plebiscites live `by` later or earlier, for this thread: demo content and tests.

    The demo shows a vote that has ended, and it is loaded by the services that everybody uses.
    """
    if not settings.DEMO:
        raise RuntimeError("the clock of a real vote is the database's and nobody else's")
    token = _shift.set(_shift.get() + by)
    try:
        yield
    finally:
        _shift.reset(token)
