"""The drawn plan as a picture to click on, its spots by name, and where a click lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from directory.models import Room
from services_catalog.place.models import PLAN_HEIGHT, PLAN_WIDTH

#: Widths in which the picture to click on is shown; a browser says where, in pixels of that width.
WIDE, NARROW = 600, 280
STEP = 15


@dataclass(frozen=True)
class Spot:
    """A place with a name, for those who do not point at the drawing."""

    key: str
    label: str
    x: int
    y: int


def spots() -> list[Spot]:
    """The rooms and the surroundings, in the active language."""
    found = [
        Spot(
            f"sala-{room.number}",
            f"{room.number}. {room.name}",
            round(room.plan_x + room.plan_width / 2),
            round(room.plan_y + room.plan_height / 2),
        )
        for room in Room.objects.all()
    ]
    return [
        *found,
        Spot("ulica", _("in front of the building, street side"), 300, 22),
        Spot("peron", _("the platform, track side"), 300, 240),
        Spot("lewo", _("left of the building"), 12, 150),
        Spot("prawo", _("right of the building"), 588, 150),
    ]


def chosen_spot(data: QueryDict) -> tuple[int, int] | None:
    """Where somebody wants to put a pin: clicked, chosen by name, or moved there; None for nowhere.

    Whatever else the address says is taken for nowhere.
    """
    for name, width in (("duzy", WIDE), ("maly", NARROW)):
        x, y = _number(data.get(f"{name}.x")), _number(data.get(f"{name}.y"))
        if x is not None and y is not None:
            scale = PLAN_WIDTH / width
            return _on_plan(round(x * scale), round(y * scale))
    named = {spot.key: spot for spot in spots()}.get(data.get("miejsce", ""))
    if named:
        return named.x, named.y
    x, y = _number(data.get("x")), _number(data.get("y"))
    return _on_plan(x, y) if x is not None and y is not None else None


def moved(x: int, y: int, direction: str) -> tuple[int, int]:
    """One step in a direction, staying on the plan."""
    dx, dy = {"lewo": (-STEP, 0), "prawo": (STEP, 0), "gora": (0, -STEP), "dol": (0, STEP)}.get(
        direction, (0, 0)
    )
    return _on_plan(x + dx, y + dy)


def drawing(pins: list[dict[str, Any]] | None = None) -> SafeString:
    """The plan as an SVG file of its own: a picture cannot use the styles of a page."""
    rooms = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" fill="#fffdf8" stroke="#1a3a2a" '
        'stroke-width="4"/><text x="{}" y="{}" font-size="30" font-weight="600" fill="#1a3a2a" '
        'text-anchor="middle" dominant-baseline="central">{}</text>',
        (
            (
                room.plan_x, room.plan_y, room.plan_width, room.plan_height,
                room.plan_x + room.plan_width / 2, room.plan_y + room.plan_height / 2, room.number,
            )
            for room in Room.objects.all()
        ),
    )  # fmt: skip
    marks = format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="13" fill="#a33a1b" stroke="#ffffff" stroke-width="3"/>',
        ((pin["x"], pin["y"]) for pin in pins or []),
    )
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'font-family="system-ui, sans-serif"><rect width="{w}" height="{h}" fill="#eef2ea"/>'
        '<text x="300" y="28" font-size="20" fill="#33493d" text-anchor="middle">{street}</text>'
        '<text x="300" y="253" font-size="20" fill="#33493d" text-anchor="middle">{track}</text>'
        "{rails}{rooms}{marks}</svg>",
        w=PLAN_WIDTH,
        h=PLAN_HEIGHT,
        street=_("street side"),
        track=_("track side"),
        rails=mark_safe('<path d="M4 268h592M4 282h592" stroke="#1a3a2a" stroke-width="3"/>'),
        rooms=rooms,
        marks=marks,
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None


def _on_plan(x: int, y: int) -> tuple[int, int]:
    return min(max(x, 0), PLAN_WIDTH), min(max(y, 0), PLAN_HEIGHT)
