"""Odd patterns: counted in windows that expire, told to the commission, kept without addresses.

An alert says what, on which day and hour, and how many; never who, from where, or how they voted.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.throttle import Throttled, throttle
from plebiscite import clock
from plebiscite.models import Alert

log = logging.getLogger("plebiscite")

WRONG_CODE = "wrong_code"
NAMESAKE = "namesake"
VOTED_BEFORE = "voted_before"
DECLARED = "declared"
#: How long the booth stays careful after wrong codes came in crowds.
CAREFUL = timedelta(minutes=15)


@dataclass(frozen=True)
class Pattern:
    """More than `limit` of something within `per` is odd."""

    label: Promise
    limit: int
    per: timedelta


PATTERNS = {
    WRONG_CODE: Pattern(_("many wrong codes"), 60, timedelta(minutes=5)),
    NAMESAKE: Pattern(
        _("many declarations of people who are entered with another address"),
        10,
        timedelta(hours=1),
    ),
    VOTED_BEFORE: Pattern(
        _("many declarations of people who have voted already"), 20, timedelta(hours=1)
    ),
    DECLARED: Pattern(_("many declarations within minutes"), 200, timedelta(minutes=10)),
}


def note(plebiscite: UUID, kind: str) -> None:
    """Count one; write an alert when it is one too many, once an hour. Outside of transactions."""
    pattern = PATTERNS[kind]
    try:
        throttle(f"plebiscite.{kind}", str(plebiscite), limit=pattern.limit, per=pattern.per)
    except Throttled:
        _alert(plebiscite, kind)


def alerts(plebiscite: UUID) -> list[dict[str, object]]:
    """What the commission is told, the latest first."""
    rows = Alert.objects.filter(plebiscite=plebiscite)[:20]
    return [{"hour": row.hour, "label": PATTERNS[row.kind].label} for row in rows]


def is_under_attack(plebiscite: UUID) -> bool:
    """Whether wrong codes have come in crowds during the last minutes."""
    alerts = Alert.objects.filter(plebiscite=plebiscite, kind=WRONG_CODE)
    return alerts.filter(careful_until__gt=clock.now()).exists()


def _alert(plebiscite: UUID, kind: str) -> None:
    now = clock.now()
    _row, is_new = Alert.objects.update_or_create(
        plebiscite_id=plebiscite,
        kind=kind,
        hour=now.replace(minute=0, second=0, microsecond=0),
        defaults={"careful_until": now + CAREFUL},
    )
    if is_new:
        log.warning("plebiscite %s: %s", plebiscite, kind)
