"""Demo organisations, rooms and target groups."""

from __future__ import annotations

from pathlib import Path

from core.demo import columns, picture, read, text
from core.ports import DemoReport
from directory.models import Organisation, Room, TargetGroup

CONTENT = Path(__file__).parent / "directory.toml"


def load(report: DemoReport) -> None:
    """Adds what is missing; rows that exist are left as staff have changed them."""
    content = read(CONTENT)
    for position, row in enumerate(content["target_group"]):
        TargetGroup.objects.get_or_create(
            slug=row["slug"], defaults={**columns("name", row["name"]), "sort_order": position}
        )
    for row in content["organisation"]:
        Organisation.objects.get_or_create(
            slug=row["slug"],
            defaults={
                **columns("name", row["name"]),
                **columns("description", row.get("description", {})),
                "kind": row["kind"],
                "legal_form": row["legal_form"],
                "town": text(row.get("city", "")),
                "website": row.get("website", ""),
                "is_example": row.get("is_example", False),
            },
        )
    for row in content["room"]:
        Room.objects.get_or_create(
            slug=row["slug"],
            defaults={
                **columns("name", row["name"]),
                **columns("description", row["description"]),
                **columns("accessibility", row["accessibility"]),
                "number": row["number"],
                "seats": row["seats"],
                "floor": row.get("floor", 0),
                "area": row.get("area"),
                "cover": picture(row.get("picture", "")),
                "plan_x": row["x"],
                "plan_y": row["y"],
                "plan_width": row["width"],
                "plan_height": row["height"],
                "is_example": row.get("is_example", False),
            },
        )
    report(
        f"{Organisation.objects.count()} organisations, {Room.objects.count()} rooms, "
        f"{TargetGroup.objects.count()} target groups"
    )
