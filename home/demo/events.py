"""When and where the demo events are: always in the coming weeks."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from directory.models import Organisation, Room, TargetGroup


def event_fields(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of an event that are the same in every language."""
    day = timezone.localdate() + timedelta(days=row["in_days"])

    def at(hour: str) -> datetime:
        return timezone.make_aware(datetime.combine(day, time.fromisoformat(hour)))

    return {
        "starts_at": at(row["start"]),
        "ends_at": at(row["end"]),
        "repeats": row.get("repeats", ""),
        "repeats_until": day + timedelta(days=row["lasts_days"]) if "repeats" in row else None,
        "room": Room.objects.filter(slug=row.get("room", "")).first(),
        "organiser": Organisation.objects.filter(slug=row.get("organiser", "")).first(),
        "target_groups": TargetGroup.objects.filter(slug__in=row.get("target_groups", [])),
    }
