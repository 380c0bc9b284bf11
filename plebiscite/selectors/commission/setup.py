"""How far the set-up of a vote has come, and what a freeze makes unchangeable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.i18n.languages import CODES
from plebiscite.models import Plebiscite
from plebiscite.phases import Channel
from plebiscite.tally import Method, canonical_json, countable

#: A desk and a double entry need two different people.
FEWEST_CLERKS = 2
IN_PERSON = frozenset({Channel.CODE.value, Channel.PAPER.value})
DATES = (
    "contest_opens_at",
    "contest_closes_at",
    "voting_opens_at",
    "voting_closes_at",
    "results_at",
    "objections_until",
)
#: Texts that the manifest and the public pages show, in each language.
TEXTS = ("title", "lead", "question", "about", "regulations")


@dataclass(frozen=True)
class StepStatus:
    """One step of the set-up: `missing` keep the ballot paper from being frozen, `hints` do not."""

    key: str
    title: Any
    missing: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.missing


#: The steps in the order in which they are taken.
STEPS = (
    ("texts", gettext_lazy("Texts and regulations")),
    ("dates", gettext_lazy("Dates")),
    ("method", gettext_lazy("Question and method")),
    ("channels", gettext_lazy("Ways to vote")),
    ("points", gettext_lazy("Polling points and clerks")),
    ("codes", gettext_lazy("Voting codes")),
    ("rehearsal", gettext_lazy("Test run")),
    ("freeze", gettext_lazy("Freeze")),
)


def setup_steps(plebiscite: Plebiscite) -> list[StepStatus]:
    """Every step with what is missing in it, in five queries."""
    points = list(plebiscite.points.annotate(number=Count("clerks")))
    codes = sum(plebiscite.code_batches.filter(void_reason="").values_list("size", flat=True))
    has_rehearsal = plebiscite.rehearsals.exists()
    found = {
        "texts": _texts(plebiscite),
        "dates": ([], []),
        "method": _method(plebiscite),
        "channels": ([], []),
        "points": _points(plebiscite, points),
        "codes": _codes(plebiscite, codes),
        "rehearsal": (
            [_("the test run is to be removed")] if has_rehearsal else [],
            [],
        ),
        "freeze": ([], []),
    }
    if not plebiscite.has_keys:
        found["freeze"][0].append(_("the worker has not made the keys yet"))
    return [
        StepStatus(key, title, tuple(found[key][0]), tuple(found[key][1])) for key, title in STEPS
    ]


def missing_for_freeze(plebiscite: Plebiscite) -> str:
    """What keeps the set-up from being complete, in one sentence; empty when it is.

    Keys and a test run that is left have guards and sentences of their own.
    """
    if plebiscite.is_rehearsal:
        return ""
    steps = setup_steps(plebiscite)
    own = [step for step in steps if step.key not in {"rehearsal", "freeze"}]
    return "; ".join(text for step in own for text in step.missing)


def frozen_values(plebiscite: Plebiscite) -> dict[str, Any]:
    """Everything that no longer changes after the freeze, as plain values in a fixed order."""
    points = plebiscite.points.order_by("position", "name").values_list("name", "address", "hours")
    batches = plebiscite.code_batches.order_by("label").values_list("label", "size", "void_reason")
    works = plebiscite.contest.proposals.accepted().order_by("number")
    return {
        "slug": plebiscite.slug,
        "texts": {
            f"{name}_{code}": getattr(plebiscite, f"{name}_{code}")
            for name in TEXTS
            for code in CODES
        },
        "dates": {name: getattr(plebiscite, name).isoformat() for name in DATES},
        "channels": sorted(plebiscite.channels),
        "minimum_age": plebiscite.minimum_age,
        "residence": plebiscite.residence,
        "turnout_by_age": plebiscite.turnout_by_age,
        "districts": plebiscite.districts,
        "ruleset": plebiscite.ruleset.as_dict(),
        "beacon_rule": plebiscite.beacon_rule,
        "grace_s": plebiscite.grace_s,
        "mix_k": plebiscite.mix_k,
        "retention_days": plebiscite.retention_days,
        "points": [list(point) for point in points],
        "code_batches": [list(batch) for batch in batches],
        "works": [
            [number, title, str(revision)]
            for number, title, revision in works.values_list(
                "number", "accepted_revision__title", "accepted_revision"
            )
        ],
    }


def frozen_text(plebiscite: Plebiscite) -> str:
    """`frozen_values` written down in one way, so that two people can be shown the same."""
    return canonical_json(frozen_values(plebiscite))


def _texts(plebiscite: Plebiscite) -> tuple[list[str], list[str]]:
    missing = [] if plebiscite.regulations_pl.strip() else [_("the regulations are not written")]
    hints = []
    for code in CODES:
        absent = [name for name in TEXTS if not getattr(plebiscite, f"{name}_{code}").strip()]
        if absent and code != "pl":
            hints.append(
                _("%(language)s: %(number)d of %(all)d texts are missing")
                % {"language": LANGUAGE_NAMES[code], "number": len(absent), "all": len(TEXTS)}
            )
    return missing, hints


def _method(plebiscite: Plebiscite) -> tuple[list[str], list[str]]:
    missing = []
    if Method(plebiscite.method) not in countable():
        missing.append(_("votes of this method cannot be counted yet"))
    if plebiscite.ruleset.draws_lots and not plebiscite.beacon_rule.strip():
        missing.append(_("it is not said where the lot comes from"))
    return missing, []


def _points(plebiscite: Plebiscite, points: list[Any]) -> tuple[list[str], list[str]]:
    if IN_PERSON.isdisjoint(plebiscite.channels):
        return [], []
    if not points:
        return [_("codes and cards need a polling point")], []
    few = [point.name for point in points if point.number < FEWEST_CLERKS]
    return [_("“%(point)s” needs two clerks") % {"point": name} for name in few], []


def _codes(plebiscite: Plebiscite, number: int) -> tuple[list[str], list[str]]:
    if Channel.CODE in plebiscite.channels and not number:
        return [_("no codes are printed")], []
    if number and Channel.CODE not in plebiscite.channels:
        return [_("codes are printed, but voting with a code is switched off")], []
    return [], []


LANGUAGE_NAMES = {
    "pl": gettext_lazy("Polish"),
    "be": gettext_lazy("Belarusian"),
    "en": gettext_lazy("English"),
    "it": gettext_lazy("Italian"),
}
