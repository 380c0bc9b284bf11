"""The state diagram of a table, drawn as a plan of tracks, and the same as rows of text.

Every state is a station, and what leads out of it stands in it like departures on a board. From
each departure a line goes to the right, joins the track of the state it leads to, and the track
enters that station by its name. There is one track per target, so lines cross at right angles
and join only where there is a dot.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.transitions.machine import Machine, Text

HEAD, LINE, GAP, TRACK, MARGIN = 40, 26, 24, 20, 16
SMALL, LARGE = 14, 16
#: Widths of letters at size 1, near enough to the fonts we use to leave room.
WIDTH = 0.56


@dataclass(frozen=True)
class Row:
    """One transition out of one state, in words."""

    source: Text
    label: Text
    target: Text
    who: Text
    mail: str
    is_current: bool


@dataclass
class _Station:
    name: str
    label: str
    y: int
    departures: list[tuple[str, str | None]]  # words and target; None stays here

    @property
    def height(self) -> int:
        return HEAD + LINE * len(self.departures) + (8 if self.departures else 0)

    @property
    def entry(self) -> int:
        return self.y + HEAD // 2

    def exit(self, number: int) -> int:
        return self.y + HEAD + LINE * number + LINE // 2


@dataclass
class _Track:
    target: _Station
    exits: list[int] = field(default_factory=list)
    column: int = 0

    @property
    def top(self) -> int:
        return min([*self.exits, self.target.entry])

    @property
    def bottom(self) -> int:
        return max([*self.exits, self.target.entry])


def rows(machine: Machine, *, current: str = "", staff: bool = True) -> list[Row]:
    """The table in words, in the order of its states: the twin of the diagram."""
    return [
        Row(
            source=machine.label(state, staff=staff),
            label=row.label_staff if staff else row.label_public or row.label_staff,
            target=machine.label(row.leads_to(state), staff=staff),
            who=row.who.label,
            mail=", ".join(notice.template for notice in row.mail),
            is_current=state == current,
        )
        for state in machine.states
        for row in machine.rows_from(state)
    ]


def diagram(machine: Machine, *, current: str = "", standalone: bool = False) -> SafeString:
    """The diagram as SVG in the active language, with what staff call things.

    `current` is the state to point out. In a page it takes the colour of the text around it;
    `standalone` gives it paper and ink of its own, for a file.
    """
    stations = _stations(machine)
    tracks = _tracks(stations)
    width = max(
        MARGIN * 2 + WIDTH * max(_widths(station)) for station in stations.values()
    ).__ceil__()
    columns = max((track.column for track in tracks), default=-1) + 1
    left = MARGIN + 12
    right = left + width
    total = right + TRACK * (columns + 1) + MARGIN
    last = list(stations.values())[-1]
    height = last.y + last.height + MARGIN
    parts = [_line(track, stations, right) for track in tracks]
    parts += [
        _box(station, machine, left, width, is_current=station.name == current)
        for station in stations.values()
    ]
    name = escape(machine.name.replace(".", "-"))
    title = _("States and what leads from one to another")
    paper = (
        f'<rect width="{total}" height="{height}" fill="#fffdf8" stroke="none"/>'
        if standalone
        else ""
    )
    ink = ' color="#1a3a2a"' if standalone else ""
    # Every piece of text in it was escaped where it was put in.
    return mark_safe(  # noqa: S308
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" width="{total}" '
        f'height="{height}" role="img" aria-labelledby="states-{name}" fill="none" '
        f'stroke="currentColor" stroke-width="2" font-family="system-ui, sans-serif"{ink}>'
        f'<title id="states-{name}">{escape(title)}</title>{paper}{"".join(parts)}</svg>'
    )


def _stations(machine: Machine) -> dict[str, _Station]:
    stations: dict[str, _Station] = {}
    y = MARGIN
    for state in machine.states:
        departures = [
            (str(row.label_staff), None if row.leads_to(state) == state else row.target)
            for row in machine.rows_from(state)
        ]
        station = _Station(state, str(machine.label(state, staff=True)), y, departures)
        stations[state] = station
        y += station.height + GAP
    return stations


def _widths(station: _Station) -> list[float]:
    # Headings are bold, and a departure has a mark before its words.
    return [
        LARGE * 1.1 * (len(station.label) + 1),
        *(SMALL * (len(words) + 3) for words, _target in station.departures),
    ]


def _tracks(stations: dict[str, _Station]) -> list[_Track]:
    """A track per target, the short ones near the stations, none on top of another."""
    tracks: dict[str, _Track] = {}
    for station in stations.values():
        for number, (_words, target) in enumerate(station.departures):
            if target is not None:
                track = tracks.setdefault(target, _Track(stations[target]))
                track.exits.append(station.exit(number))
    ordered = sorted(tracks.values(), key=lambda track: (track.bottom - track.top, track.top))
    columns: list[list[_Track]] = []
    for track in ordered:
        for number, others in enumerate(columns):
            if all(track.bottom < one.top or track.top > one.bottom for one in others):
                others.append(track)
                track.column = number
                break
        else:
            track.column = len(columns)
            columns.append([track])
    return ordered


def _line(track: _Track, stations: dict[str, _Station], right: int) -> str:
    x = right + TRACK * (track.column + 1)
    entry = track.target.entry
    path = f"M{x} {track.top}V{track.bottom}M{x} {entry}H{right + 2}"
    path += "".join(f"M{right} {exit_}H{x}" for exit_ in track.exits)
    arrow = f"M{right + 10} {entry - 5}L{right + 2} {entry}L{right + 10} {entry + 5}"
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="3.5" fill="currentColor" stroke="none"/>'
        for y in track.exits
        if y not in {track.top, track.bottom} or len(track.exits) > 1
    )
    return f'<path d="{path}{arrow}" stroke-linejoin="round" stroke-linecap="round"/>{dots}'


def _box(station: _Station, machine: Machine, left: int, width: int, *, is_current: bool) -> str:
    y, height = station.y, station.height
    parts = [
        f'<rect x="{left}" y="{y}" width="{width}" height="{height}" rx="6" '
        f'stroke-width="{4 if is_current else 2}"/>'
    ]
    if station.name in machine.final:
        parts.append(
            f'<rect x="{left + 4}" y="{y + 4}" width="{width - 8}" height="{height - 8}" rx="3" '
            'stroke-width="1"/>'
        )
    if station.name == machine.initial:
        parts.append(
            f'<path d="M4 {station.entry}H{left - 2}m-7-5l7 5l-7 5"/>'
            f'<circle cx="5" cy="{station.entry}" r="4" fill="currentColor"/>'
        )
    text = '<text stroke="none" fill="currentColor"'
    parts.append(
        f'{text} x="{left + MARGIN}" y="{station.entry + 6}" font-size="{LARGE}" '
        f'font-weight="700">{escape(station.label)}</text>'
    )
    for number, (words, target) in enumerate(station.departures):
        mark = "→" if target is not None else "↻"
        parts.append(
            f'{text} x="{left + MARGIN}" y="{station.exit(number) + 5}" font-size="{SMALL}">'
            f"{mark} {escape(words)}</text>"
        )
    return f"<g>{''.join(parts)}</g>"
