"""What goes into a count and what comes out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: Ranks, best first; each names one or more options. `(("M4",),)` is a vote for M4, `()` is blank.
Ballot = tuple[tuple[str, ...], ...]


class Method(StrEnum):
    """How a ballot is filled in."""

    SINGLE = "single"
    #: Up to `max_picks` options, each as good as the other.
    APPROVAL = "approval"
    #: `points_total` points, at most `points_cap` for one option.
    POINTS = "points"
    #: Up to `max_ranks` options in an order.
    RANKED = "ranked"


class Overvote(StrEnum):
    """What becomes of a ranked ballot with two options on one rank."""

    EXHAUST = "exhaust"
    SKIP = "skip"


class Skipped(StrEnum):
    """What an empty rank between others means."""

    IGNORE = "ignore"
    EXHAUST_AFTER_2 = "exhaust_after_2"


class Duplicates(StrEnum):
    """What an option on two ranks means."""

    SKIP = "skip"
    EXHAUST = "exhaust"


class Elimination(StrEnum):
    """Who leaves a round of a ranked count."""

    ONE_BY_ONE = "one_by_one"
    BATCH = "batch"


class TieRule(StrEnum):
    """What becomes of options that share the last place to be given away."""

    #: They are published as a tie; nobody of them wins by this count.
    OPEN = "open"
    #: They all win.
    JOINT = "joint"
    #: The order that was drawn in public decides.
    LOT = "lot"


class BadRuleset(ValueError):
    """The rules of a vote do not make sense, or not with what they are given; says which."""


@dataclass(frozen=True)
class Ruleset:
    """The rules of a vote, copied into its manifest: every edge is named here.

    `quorum` is the least number of ballots cast for the result to bind, 0 for none. Blank ballots
    are cast and valid, and count for nobody. A ballot with more marks than the method allows
    (paper only) is invalid.
    """

    method: Method = Method.SINGLE
    winners: int = 1
    tie: TieRule = TieRule.OPEN
    quorum: int = 0
    max_picks: int = 3
    points_total: int = 5
    points_cap: int = 3
    max_ranks: int = 5
    overvote: Overvote = Overvote.EXHAUST
    skipped: Skipped = Skipped.IGNORE
    duplicates: Duplicates = Duplicates.SKIP
    elimination: Elimination = Elimination.ONE_BY_ONE

    def __post_init__(self) -> None:
        if self.winners < 1:
            raise BadRuleset("there is at least one winner")
        if min(self.max_picks, self.points_total, self.points_cap, self.max_ranks) < 1:
            raise BadRuleset("every limit is at least one")
        if self.points_cap > self.points_total:
            raise BadRuleset("one option gets no more points than a voter has")
        if self.quorum < 0:
            raise BadRuleset("a quorum is not negative")

    @property
    def draws_lots(self) -> bool:
        """Whether an order of the options has to be drawn before counting."""
        return self.tie == TieRule.LOT

    def as_dict(self) -> dict[str, Any]:
        """The rules as they stand in the manifest."""
        return {
            "method": self.method.value,
            "winners": self.winners,
            "tie": self.tie.value,
            "quorum": self.quorum,
            "max_picks": self.max_picks,
            "points_total": self.points_total,
            "points_cap": self.points_cap,
            "max_ranks": self.max_ranks,
            "overvote": self.overvote.value,
            "skipped": self.skipped.value,
            "duplicates": self.duplicates.value,
            "elimination": self.elimination.value,
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Ruleset:
        """Reads `as_dict`. Raises BadRuleset for an unknown rule or value."""
        try:
            rules = cls(
                method=Method(value["method"]),
                winners=int(value["winners"]),
                tie=TieRule(value["tie"]),
                quorum=int(value["quorum"]),
                max_picks=int(value["max_picks"]),
                points_total=int(value["points_total"]),
                points_cap=int(value["points_cap"]),
                max_ranks=int(value["max_ranks"]),
                overvote=Overvote(value["overvote"]),
                skipped=Skipped(value["skipped"]),
                duplicates=Duplicates(value["duplicates"]),
                elimination=Elimination(value["elimination"]),
            )
        except (KeyError, ValueError) as error:
            raise BadRuleset(f"the ruleset is not understood: {error}") from None
        if set(value) != set(rules.as_dict()):
            raise BadRuleset("the ruleset has rules that this engine does not know")
        return rules


@dataclass(frozen=True)
class Round:
    """One step of a count: the standing after it, and what was decided by it."""

    number: int
    totals: dict[str, int]
    elected: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "totals": dict(sorted(self.totals.items())),
            "elected": list(self.elected),
            "tied": list(self.tied),
        }


@dataclass(frozen=True)
class Result:
    """What was counted. `cast` = `valid` + `invalid`, and blank ballots are among the valid.

    `tied` holds the options that share the last place when the rules leave a tie open.
    """

    totals: dict[str, int]
    winners: tuple[str, ...]
    tied: tuple[str, ...]
    cast: int
    valid: int
    blank: int
    invalid: dict[str, int] = field(default_factory=dict)
    quorum: int = 0
    rounds: tuple[Round, ...] = ()

    @property
    def is_binding(self) -> bool:
        """Whether enough people voted."""
        return self.cast >= self.quorum

    def as_dict(self) -> dict[str, Any]:
        """The result as it is stored and published; lists that have no order are sorted."""
        return {
            "totals": dict(sorted(self.totals.items())),
            "winners": list(self.winners),
            "tied": list(self.tied),
            "cast": self.cast,
            "valid": self.valid,
            "blank": self.blank,
            "invalid": dict(sorted(self.invalid.items())),
            "quorum": self.quorum,
            "is_binding": self.is_binding,
            "rounds": [step.as_dict() for step in self.rounds],
        }


def canonical_json(value: Any) -> str:
    """The one way to write data down before hashing it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def digest(value: Any) -> bytes:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical_json(value).encode()).digest()
