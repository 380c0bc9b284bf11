"""The published result, as it was counted and stored: one count, shown everywhere."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from plebiscite import addresses, clock
from plebiscite.groups import OTHERS
from plebiscite.models import Count, Objection, Plebiscite, TurnoutGroup, VoidReason
from plebiscite.phases import PUBLISHED
from plebiscite.selectors.auditing import CHECKS
from plebiscite.selectors.commission.paper import void_counts
from plebiscite.selectors.explaining import drawn_lots, ready_bundle
from plebiscite.selectors.public import languages, view
from plebiscite.selectors.turnout import turnout, turnout_table
from plebiscite.selectors.works import Work, works
from plebiscite.tally import Method

#: Spreadsheets run what begins so.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")

#: What a number beside a work counts, by method.
METHOD_WORDS = {
    Method.SINGLE: _("Votes"),
    Method.APPROVAL: _("Votes"),
    Method.POINTS: _("Points"),
    Method.RANKED: _("First places"),
}
INVALID_WORDS = {
    **dict(VoidReason.choices),
    "overvote": _("more marks than allowed"),
    "too_many_points": _("more points than allowed"),
    "over_cap": _("too many points for one work"),
}


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

    A void card is no ballot, so the tally never sees it; it was cast all the same. A quorum is
    asked of what the tally has seen: `for_quorum`.
    """
    found = Count.objects.filter(plebiscite=plebiscite).order_by("number").last()
    if found is None:
        return None
    count: dict[str, Any] = json.loads(found.result)
    void = void_counts(plebiscite.pk)
    count["for_quorum"] = count["cast"]
    count["void_cards"] = sum(void.values())
    count["cast"] += count["void_cards"]
    for reason, number in void.items():
        count["invalid"][reason] = count["invalid"].get(reason, 0) + number
    return count


def results_context(plebiscite: Plebiscite) -> dict[str, Any]:
    """The result, or when it will be here."""
    seen = view(plebiscite)
    context = {"view": seen, "plebiscite": plebiscite, **languages(plebiscite)}
    count = latest_count(plebiscite) if plebiscite.state in PUBLISHED else None
    if count is None:
        return context
    shown = lines(plebiscite, count)
    by_day = turnout(plebiscite)
    return {
        **context,
        "count": count,
        "lines": shown,
        "maximum": max([line.votes for line in shown] + [1]),
        "winners": [line for line in shown if line.is_winner],
        "sign_url": addresses.sign(plebiscite.slug) if count["winners"] else "",
        "tied": [line for line in shown if line.is_tied],
        "runner_up": next((line for line in shown if not line.is_first), None),
        "votes_for_options": sum(line.votes for line in shown),
        "share_of": share_of(count),
        "words": METHOD_WORDS[_method(count)],
        "rounds": rounds(shown, count),
        "pairs": pairs(shown, count),
        "invalid": sum(count["invalid"].values()),
        "invalid_rows": invalid_rows(count),
        "quorum": plebiscite.quorum,
        "channels": _by_channel(by_day),
        "turnout": turnout_table(plebiscite, by_day),
        "groups": groups(plebiscite),
        "is_small": count["cast"] < plebiscite.mix_k,
        "csv_url": f"{seen.results_url}glosy.csv",
        "json_url": f"{seen.results_url}wynik.json",
        "protocol_url": f"{seen.results_url}protokol.pdf",
        "objections": answered(plebiscite),
        "objecting_url": addresses.objecting(plebiscite.slug) if seen.takes_objections else "",
        "bundle": ready_bundle(plebiscite),
        "checks": CHECKS,
        "manifest_hash": bytes(plebiscite.manifest.sha256).hex(),
        "lots": drawn_lots(plebiscite),
    }


def groups(plebiscite: Plebiscite) -> list[dict[str, Any]]:
    """Turnout by age and district as it was settled when the box was sealed, in words."""
    found = []
    for axis, title in (
        (TurnoutGroup.Axis.AGE, _("Age")),
        (TurnoutGroup.Axis.DISTRICT, _("District")),
    ):
        rows = plebiscite.turnout_groups.filter(axis=axis).values_list("group", "number")
        shown = sorted(
            (group == OTHERS, group == "", _age_order(group), group, number)
            for group, number in rows
        )
        if shown:
            named = [(_group_name(axis, group), number) for *_order, group, number in shown]
            found.append({"axis": axis.value, "title": title, "rows": named})
    return found


def _age_order(group: str) -> int:
    first = group.partition("-")[0]
    return int(first) if first.isdecimal() else 0


def _group_name(axis: str, group: str) -> str:
    if group == OTHERS:
        return gettext("Smaller groups together")
    if axis == TurnoutGroup.Axis.DISTRICT:
        return group or gettext("not given")
    first, _dash, last = group.partition("-")
    if not last:
        return gettext("%(age)s years and more") % {"age": first}
    if first == "0":
        return gettext("up to %(age)s years") % {"age": last}
    return gettext("%(first)s–%(last)s years") % {"first": first, "last": last}


def lines(plebiscite: Plebiscite, count: dict[str, Any]) -> list[Line]:
    """The options, those with the most votes first; winners before all."""
    total = share_of(count)
    found = [
        Line(
            work=work,
            votes=count["totals"][work.code],
            share=share(count["totals"][work.code], total),
            is_winner=work.code in count["winners"],
            is_tied=work.code in count["tied"],
        )
        for work in works(plebiscite, today=clock.today())
    ]
    return sorted(found, key=lambda line: (not line.is_winner, -line.votes, line.work.label_number))


def share_of(count: dict[str, Any]) -> int:
    """What shares are parts of: with several choices the ballots, else all votes for works."""
    if _method(count) == Method.APPROVAL:
        return int(count["valid"]) - int(count["blank"])
    return sum(count["totals"].values())


def rounds(shown: list[Line], count: dict[str, Any]) -> list[dict[str, Any]]:
    """An instant-runoff round by round: who still had how many votes, and who left."""
    if _method(count) != Method.RANKED:
        return []
    names = {line.work.code: line for line in shown}
    return [
        {
            "number": step["number"],
            "rows": [
                {
                    "line": names[code],
                    "votes": votes,
                    "is_out": code in step["eliminated"],
                    "is_in": code in step["elected"],
                    "is_tied": code in step["tied"],
                }
                for code, votes in sorted(step["totals"].items(), key=lambda one: (-one[1], one[0]))
            ],
            "exhausted": step["exhausted"],
            "by_lot": [names[code] for code in step["by_lot"]],
        }
        for step in count["rounds"]
    ]


def pairs(shown: list[Line], count: dict[str, Any]) -> dict[str, Any]:
    """How many people put one work before another: information that decides nothing."""
    if not count.get("pairwise"):
        return {}
    ordered = sorted(shown, key=lambda line: line.work.label_number)
    table = [
        {
            "line": one,
            "cells": [
                None if one is other else count["pairwise"][one.work.code][other.work.code]
                for other in ordered
            ],
        }
        for one in ordered
    ]
    best = next((line for line in shown if line.work.code == count.get("condorcet")), None)
    return {"columns": ordered, "rows": table, "best": best}


def invalid_rows(count: dict[str, Any]) -> list[tuple[str, int]]:
    """Invalid ballots by reason, in words."""
    return [
        (str(INVALID_WORDS.get(reason, reason)), number)
        for reason, number in sorted(count["invalid"].items())
    ]


def answered(plebiscite: Plebiscite) -> list[Objection]:
    """Objections that have a public answer."""
    return list(plebiscite.objections.exclude(answered_at=None).order_by("number"))


def result_json(plebiscite: Plebiscite) -> str | None:
    """The stored count with what it takes to read it, None before it is published."""
    found = Count.objects.filter(plebiscite=plebiscite).order_by("number").last()
    if found is None or plebiscite.state not in PUBLISHED:
        return None
    shown = sorted(lines(plebiscite, json.loads(found.result)), key=lambda one: one.work.code)
    void = void_counts(plebiscite.pk)
    value = {
        "format": "hajnowka-odnowa/plebiscite/result/1",
        "licence": "CC0-1.0",
        "plebiscite": str(plebiscite.pk),
        "slug": plebiscite.slug,
        "title": plebiscite.title_pl,
        "published_at": plebiscite.published_at.isoformat() if plebiscite.published_at else None,
        "engine": found.engine,
        "input_sha256": bytes(found.input_sha256).hex(),
        "result_sha256": bytes(found.result_sha256).hex(),
        "result": json.loads(found.result),
        # Beside the count, which is hashed: `result.cast` and these are all that was cast.
        "void_cards": {"total": sum(void.values()), "by_reason": void},
        "options": [
            {"code": one.work.code, "number": one.work.label_number, "title": one.work.title}
            for one in shown
        ],
        "turnout": [
            {"day": row["day"].isoformat(), "channel": row["channel"], "number": row["number"]}
            for row in turnout(plebiscite)
        ],
        "turnout_by_group": [
            {"axis": axis, "group": group, "number": number}
            for axis, group, number in plebiscite.turnout_groups.order_by(
                "axis", "group"
            ).values_list("axis", "group", "number")
        ],
    }
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _method(count: dict[str, Any]) -> Method:
    return Method(count.get("method", Method.SINGLE.value))


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
        ("w_tym_niewazne_karty", count["void_cards"]),
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
