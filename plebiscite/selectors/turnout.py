"""How many people have voted, by day and way to vote."""

from __future__ import annotations

from typing import Any

from django.db.models import Count as Number

from plebiscite import clock
from plebiscite.models import Code, ParticipationMark, Plebiscite
from plebiscite.phases import MAY_TAKE_VOTES, Channel


def turnout(plebiscite: Plebiscite) -> list[dict[str, Any]]:
    """How many people voted on each day and in which way.

    Codes count on the day they were spent, not when their envelope was handed out. While votes
    come in, the days that have ended: a number that moves with every vote would tell who watches
    it when somebody votes.
    """
    marks = ParticipationMark.objects.filter(plebiscite=plebiscite).exclude(channel=Channel.CODE)
    codes = Code.objects.filter(plebiscite=plebiscite, spent_on__isnull=False)
    if plebiscite.state in MAY_TAKE_VOTES:
        today = clock.today()
        marks, codes = marks.filter(day__lt=today), codes.filter(spent_on__lt=today)
    rows = [
        *marks.values("day", "channel").annotate(number=Number("pk")).order_by("day", "channel"),
        *(
            {"day": row["spent_on"], "channel": Channel.CODE.value, "number": row["number"]}
            for row in codes.values("spent_on").annotate(number=Number("pk")).order_by("spent_on")
        ),
    ]
    rows.sort(key=lambda row: (row["day"], row["channel"]))
    return [{**row, "channel_label": str(Channel(row["channel"]).label)} for row in rows]


def turnout_table(plebiscite: Plebiscite, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """`turnout` as a table, a line per day and a column per way to vote; empty without votes."""
    if not rows:
        return {}
    numbers = {(row["day"], row["channel"]): row["number"] for row in rows}
    ways = {*plebiscite.channels, *(row["channel"] for row in rows)}
    columns = [channel for channel in Channel if channel.value in ways]
    days = sorted({row["day"] for row in rows})
    lines = [(day, [numbers.get((day, one.value), 0) for one in columns]) for day in days]
    sums = [sum(cells) for cells in zip(*(cells for _day, cells in lines), strict=True)]
    return {"columns": [str(one.label) for one in columns], "lines": lines, "sums": sums}
