"""Slots and rules for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core.actors import SYSTEM
from services_catalog.timetable.models import ScheduleRule, Slot
from services_catalog.timetable.services import create_rule, create_slot
from tests.factories.catalogue import ServiceFactory

HOUR = timedelta(hours=1)


def soon(days: int = 7, hour: int = 9) -> datetime:
    """A full hour in UTC, some days after today; what day that is the town's clock says."""
    return datetime.combine(date.today() + timedelta(days=days), time(hour), tzinfo=UTC)


def make_slot(**fields: Any) -> Slot:
    """An open slot of five places next week, for two hours."""
    service = fields.pop("service", None) or ServiceFactory(mode="slots")
    starts_at = fields.pop("starts_at", None) or soon()
    values = {"capacity": 5, "actor": SYSTEM, "ends_at": starts_at + 2 * HOUR, **fields}
    return create_slot(service, starts_at=starts_at, **values)


def make_rule(**fields: Any) -> ScheduleRule:
    """A draft: every Monday from nine to eleven, all of the coming year."""
    today = date.today()
    values: dict[str, Any] = {
        "service": fields.pop("service", None) or ServiceFactory(mode="slots"),
        "freq": "WEEKLY",
        "byday": "MO",
        "opens_at": time(9),
        "closes_at": time(11),
        "valid_from": today,
        "valid_to": today + timedelta(days=365),
        "capacity": 5,
        "actor": SYSTEM,
        **fields,
    }
    return create_rule(**values)
