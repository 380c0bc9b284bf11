"""What goes into a count and what comes out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: Ranks, best first; each names one or more options, and an empty one was skipped.
#: `(("M4",),)` is a vote for M4, `()` is blank.
Ballot = tuple[tuple[str, ...], ...]
#: A rank with several options of which a record does not say which they are.
OVERVOTED = ("", "")
#: Points given to options. Blank is `()`.
PointsBallot = tuple[tuple[str, int], ...]


class Method(StrEnum):
    """How a ballot is filled in."""

    SINGLE = "single"
    APPROVAL = "approval"
    POINTS = "points"
    RANKED = "ranked"


class TieRule(StrEnum):
    """What becomes of options that share the last place to be given away."""

    #: They are published as a tie; nobody of them wins by this count.
    OPEN = "open"
    #: They all win.
    JOINT = "joint"
    #: The order that was drawn in public decides.
    LOT = "lot"


class Overvote(StrEnum):
    """What becomes of a ranked ballot at a rank that names several options."""

    EXHAUST = "exhaust"
    SKIP = "skip"


class Skipped(StrEnum):
    """What becomes of a ranked ballot at ranks that were left empty."""

    IGNORE = "ignore"
    #: Two empty ranks in a row end the ballot; a single one is passed over.
    EXHAUST_AFTER_2 = "exhaust_after_2"


class Duplicates(StrEnum):
    """What becomes of a ranked ballot at a rank that names an option again."""

    SKIP = "skip"
    EXHAUST = "exhaust"


class Elimination(StrEnum):
    """How many options leave a round of an instant-runoff."""

    ONE_BY_ONE = "one_by_one"
    #: As many as together have fewer votes than the next one: none of them could still win.
    BATCH = "batch"


class BadRuleset(ValueError):
    """The rules of a vote do not make sense, or not with what they are given; says which."""


@dataclass(frozen=True)
class Ruleset:
    """The rules of a vote, copied into its manifest: every edge is named here.

    `quorum` is the least number of ballots cast for the result to bind, 0 for none. Blank ballots
    are cast and valid, and count for nobody. A ballot with more marks or points than the method
    allows (paper only) is invalid. A limit of 0 is none.
    """

    method: Method = Method.SINGLE
    winners: int = 1
    tie: TieRule = TieRule.OPEN
    quorum: int = 0
    #: approval: the most marks.
    max_picks: int = 3
    #: points: the most in all, and the most for one option.
    points_total: int = 5
    points_cap: int = 3
    #: ranked: what stands below the last rank of the paper counts for nothing.
    max_ranks: int = 5
    overvote: Overvote = Overvote.EXHAUST
    skipped: Skipped = Skipped.IGNORE
    duplicates: Duplicates = Duplicates.SKIP
    elimination: Elimination = Elimination.ONE_BY_ONE
    #: ranked: when one of these is eliminated, all of them are, in the same round.
    drop_together: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.winners < 1:
            raise BadRuleset("there is at least one winner")
        for name in ("quorum", "max_picks", "points_total", "points_cap", "max_ranks"):
            if getattr(self, name) < 0:
                raise BadRuleset(f"{name} is not negative")
        if 0 < self.points_total < self.points_cap:
            raise BadRuleset("one option gets no more points than a voter has")
        if len(set(self.drop_together)) < len(self.drop_together):
            raise BadRuleset("drop_together names each option once")

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
            "blank": "valid",
            "max_picks": self.max_picks,
            "points_total": self.points_total,
            "points_cap": self.points_cap,
            "max_ranks": self.max_ranks,
            "overvote": self.overvote.value,
            "skipped": self.skipped.value,
            "duplicates": self.duplicates.value,
            "elimination": self.elimination.value,
            "drop_together": list(self.drop_together),
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
                drop_together=tuple(value["drop_together"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise BadRuleset(f"the ruleset is not understood: {error}") from None
        if set(value) != set(rules.as_dict()) or value["blank"] != "valid":
            raise BadRuleset("the ruleset has rules that this engine does not know")
        return rules


@dataclass(frozen=True)
class Round:
    """One step of a count: the standing in it, and what was decided by it.

    `totals` holds who is still in the running. `by_lot` names those among whom the order of the
    lots decided. `place` counts the places that an instant-runoff fills one after another, and
    `transfers` says where the ballots of those eliminated went; "" is nowhere.
    """

    number: int
    totals: dict[str, int]
    elected: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    eliminated: tuple[str, ...] = ()
    by_lot: tuple[str, ...] = ()
    exhausted: int = 0
    place: int = 1
    transfers: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "place": self.place,
            "totals": dict(sorted(self.totals.items())),
            "exhausted": self.exhausted,
            "elected": list(self.elected),
            "eliminated": list(self.eliminated),
            "tied": list(self.tied),
            "by_lot": list(self.by_lot),
            "transfers": dict(sorted(self.transfers.items())),
        }


@dataclass(frozen=True)
class Result:
    """What was counted. `cast` = `valid` + `invalid`, and blank ballots are among the valid.

    `totals` are marks, points, or first choices by the method. `tied` holds the options that share
    the last place when the rules leave a tie open. The last four are information about ranked
    ballots and decide nothing: `pairwise[a][b]` people put a before b, `condorcet` beats every
    other one, and `schulze` puts all in an order, equals together.
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
    method: Method = Method.SINGLE
    pairwise: dict[str, dict[str, int]] = field(default_factory=dict)
    condorcet: str = ""
    schulze: tuple[tuple[str, ...], ...] = ()

    @property
    def is_binding(self) -> bool:
        """Whether enough people voted."""
        return self.cast >= self.quorum

    def as_dict(self) -> dict[str, Any]:
        """The result as it is stored and published; lists that have no order are sorted."""
        return {
            "method": self.method.value,
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
            "pairwise": {
                one: dict(sorted(others.items())) for one, others in sorted(self.pairwise.items())
            },
            "condorcet": self.condorcet,
            "schulze": [list(equals) for equals in self.schulze],
        }


def canonical_json(value: Any) -> str:
    """The one way to write data down before hashing it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def digest(value: Any) -> bytes:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical_json(value).encode()).digest()
