"""Two services side by side."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.templatetags.typography import hour
from services_catalog.selectors.services import ServiceView


@dataclass(frozen=True)
class Row:
    """One fact about both."""

    label: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        return self.first != self.second


def compare(first: ServiceView, second: ServiceView) -> list[Row]:
    """The facts that people choose by, in the active language."""
    rows = zip(facts(first), facts(second), strict=True)
    return [Row(label, one, other) for (label, one), (_label, other) in rows]


def facts(service: ServiceView) -> list[tuple[str, str]]:
    """What a service is in a few words, always the same rows."""
    groups = ", ".join(group.name for group in service.groups)
    hours = "; ".join(
        f"{item.get_weekday_display()} {hour(item.opens_at)}–{hour(item.closes_at)}"
        for item in service.hours
    )
    return [
        (_("For whom"), groups),
        (_("Who may use it"), service.eligibility),
        (_("Age"), _ages(service)),
        (_("How to get it"), capfirst(str(service.get_mode_display()))),
        (_("Cost"), service.cost),
        (_("Where"), capfirst(str(service.get_place_display()))),
        (_("Room"), ", ".join(room.name for room in service.rooms)),
        (_("When"), hours),
        (_("What to bring"), ", ".join(service.bring_list)),
        (_("Who provides it"), ", ".join(item.name for item in service.organisations)),
        (_("Accessibility"), service.accessibility),
        (_("Languages"), service.languages_spoken),
    ]


def _ages(service: ServiceView) -> str:
    if service.min_age and service.max_age:
        return f"{service.min_age}–{service.max_age}"
    if service.min_age:
        return _("from %(age)s") % {"age": service.min_age}
    return _("up to %(age)s") % {"age": service.max_age} if service.max_age else ""
