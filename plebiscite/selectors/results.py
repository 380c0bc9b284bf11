"""The published result, as it was counted and stored: one count, shown everywhere."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from plebiscite.models import Count, Plebiscite
from plebiscite.phases import PUBLISHED
from plebiscite.selectors.commission.paper import void_counts
from plebiscite.selectors.explaining import ready_bundle
from plebiscite.selectors.public import languages, today, turnout, view
from plebiscite.selectors.works import Work, works

#: Spreadsheets run what begins so.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """One option in the result. `share` is of the votes for any option, in per cent."""

    work: Work
    votes: int
    share: Decimal
    is_winner: bool
    is_tied: bool

    @property
    def label(self) -> str:
        return self.work.name

    @property
    def value(self) -> int:
        return self.votes

    @property
    def is_first(self) -> bool:
        """Whether its bar stands out."""
        return self.is_winner or self.is_tied


def latest_count(plebiscite: Plebiscite) -> dict[str, Any] | None:
    """The last stored count with the void paper cards, None before there is one.

    A void card is no ballot, so the tally never sees it; it was cast all the same.
    """
    found = Count.objects.filter(plebiscite=plebiscite).order_by("number").last()
    if found is None:
        return None
    count: dict[str, Any] = json.loads(found.result)
    for reason, number in void_counts(plebiscite.pk).items():
        count["invalid"][reason] = count["invalid"].get(reason, 0) + number
        count["cast"] += number
    return count


def results_context(plebiscite: Plebiscite) -> dict[str, Any]:
    """The result, or when it will be here."""
    context = {"view": view(plebiscite), "plebiscite": plebiscite, **languages(plebiscite)}
    count = latest_count(plebiscite) if plebiscite.state in PUBLISHED else None
    if count is None:
        return context
    shown = lines(plebiscite, count)
    by_day = turnout(plebiscite)
    days = _by_day(by_day)
    return {
        **context,
        "count": count,
        "lines": shown,
        "maximum": max([line.votes for line in shown] + [1]),
        "winners": [line for line in shown if line.is_winner],
        "tied": [line for line in shown if line.is_tied],
        "runner_up": next((line for line in shown if not line.is_first), None),
        "votes_for_options": sum(line.votes for line in shown),
        "invalid": sum(count["invalid"].values()),
        "quorum": plebiscite.quorum,
        "channels": _by_channel(by_day),
        "days": days,
        "days_maximum": max([day["number"] for day in days] + [1]),
        "is_small": count["cast"] < plebiscite.mix_k,
        "bundle": ready_bundle(plebiscite),
        "csv_url": f"{view(plebiscite).results_url}glosy.csv",
    }


def lines(plebiscite: Plebiscite, count: dict[str, Any]) -> list[Line]:
    """The options, those with the most votes first."""
    total = sum(count["totals"].values())
    found = [
        Line(
            work=work,
            votes=count["totals"][work.code],
            share=share(count["totals"][work.code], total),
            is_winner=work.code in count["winners"],
            is_tied=work.code in count["tied"],
        )
        for work in works(plebiscite, today=today())
    ]
    return sorted(found, key=lambda line: (-line.votes, line.work.label_number))


def share(votes: int, total: int) -> Decimal:
    """Per cent with one decimal, halves up."""
    exact = Decimal(100 * votes) / total if total else Decimal(0)
    return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


def totals_csv(plebiscite: Plebiscite) -> str | None:
    """The totals as CSV (UTF-8, comma, decimal point), None before they are published."""
    count = latest_count(plebiscite) if plebiscite.state in PUBLISHED else None
    if count is None:
        return None
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["numer", "kod", "tytul", "glosy", "udzial_procent"])
    for line in sorted(lines(plebiscite, count), key=lambda one: one.work.label_number):
        work = line.work
        writer.writerow(
            [work.label_number, work.code, _harmless(work.title), line.votes, line.share]
        )
    for name, number in (
        ("glosy_puste", count["blank"]),
        ("glosy_niewazne", sum(count["invalid"].values())),
        ("glosy_oddane", count["cast"]),
    ):
        writer.writerow(["", "", name, number, ""])
    return target.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _by_channel(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    numbers: dict[str, int] = defaultdict(int)
    for row in rows:
        numbers[row["channel_label"]] += row["number"]
    return sorted(numbers.items())


def _by_day(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    numbers: dict[Any, int] = defaultdict(int)
    for row in rows:
        numbers[row["day"]] += row["number"]
    return [{"day": day, "number": number} for day, number in sorted(numbers.items())]
