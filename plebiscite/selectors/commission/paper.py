"""Batches of paper cards: what was read, what differs, and whether the numbers close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from core.i18n.dates import long_date
from plebiscite.cards import Reading
from plebiscite.models import (
    BallotOption,
    PaperBatch,
    PaperEntry,
    PaperResolution,
    ParticipationMark,
    VoidReason,
)
from plebiscite.paper_states import CLOSED
from plebiscite.phases import Channel


def numbers_of(plebiscite: UUID) -> dict[int, str]:
    """The codes of the options by their number on the card."""
    options = BallotOption.objects.filter(plebiscite=plebiscite).order_by("position")
    return dict(options.values_list("position", "code"))


@dataclass(frozen=True)
class Mismatch:
    """One card that was read in two ways, and what became of it."""

    card: int
    first: Reading
    second: Reading
    resolution: PaperResolution | None = None

    @property
    def is_settled(self) -> bool:
        return self.resolution is not None and self.resolution.is_confirmed


def both_have_finished(batch: PaperBatch) -> bool:
    """Before this nobody may see how the other clerk has read a card."""
    return batch.passes.filter(is_finished=True).count() == 2


def mismatches(batch: PaperBatch) -> list[Mismatch]:
    """Cards that were read in two ways; none before both clerks have finished."""
    if not both_have_finished(batch):
        return []
    first, second = (_readings(batch, number) for number in (1, 2))
    settled = {one.card: one for one in batch.resolutions.select_related("first", "second")}
    return [
        Mismatch(card, first[card], second[card], settled.get(card))
        for card in sorted(first)
        if first[card] != second[card]
    ]


def agreed(batch: PaperBatch) -> dict[int, Reading]:
    """What each card says, where both readings agree or two people have settled it."""
    if not both_have_finished(batch):
        return {}
    first, second = (_readings(batch, number) for number in (1, 2))
    found = {card: reading for card, reading in first.items() if second.get(card) == reading}
    for one in batch.resolutions.filter(is_confirmed=True):
        found[one.card] = Reading(one.payload, one.void_reason)
    return found


def void_counts(plebiscite: UUID) -> dict[str, int]:
    """How many cards of closed batches are void, by reason: none of them is a ballot."""
    found: Counter[str] = Counter()
    closed = Q(paper_pass__batch__plebiscite=plebiscite, paper_pass__batch__state=CLOSED)
    settled = set(
        PaperResolution.objects.filter(
            batch__plebiscite=plebiscite, batch__state=CLOSED
        ).values_list("batch", "card")
    )
    rows = PaperEntry.objects.filter(closed, paper_pass__number=1).exclude(void_reason="")
    for batch, card, reason in rows.values_list("paper_pass__batch", "card", "void_reason"):
        if (batch, card) not in settled:
            found[reason] += 1
    resolved = PaperResolution.objects.filter(
        batch__plebiscite=plebiscite, batch__state=CLOSED
    ).exclude(void_reason="")
    found.update(resolved.values_list("void_reason", flat=True))
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class BatchAccount:
    """The numbers of one batch; each of them is a count of rows or a number that was signed."""

    batch: PaperBatch
    #: Cards that the first and the second clerk have entered.
    entered: tuple[int, int] = (0, 0)
    valid: int = 0
    blank: int = 0
    void: dict[str, int] = field(default_factory=dict)

    @property
    def void_total(self) -> int:
        return sum(self.void.values())

    @property
    def void_lines(self) -> list[tuple[Any, int]]:
        return [(VoidReason(reason).label, number) for reason, number in self.void.items()]

    @property
    def is_closed(self) -> bool:
        return self.batch.state == CLOSED


def batch_account(batch: PaperBatch) -> BatchAccount:
    """One batch with what has been entered so far; sums alone until both have finished."""
    entered = dict(batch.passes.annotate(size=Count("entries")).values_list("number", "size"))
    readings = agreed(batch).values()
    ballots = [reading.payload for reading in readings if reading.payload]
    return BatchAccount(
        batch=batch,
        entered=(entered.get(1, 0), entered.get(2, 0)),
        valid=len(ballots),
        blank=sum(payload.endswith(":") for payload in ballots),
        void=dict(sorted(Counter(one.void_reason for one in readings if one.void_reason).items())),
    )


@dataclass(frozen=True)
class DayAccount:
    """One day at one point: cards handed out must be people marked."""

    point: str
    day: date
    handed_out: int
    marked: int

    @property
    def agrees(self) -> bool:
        return self.handed_out == self.marked


@dataclass(frozen=True)
class Reconciliation:
    """Whether everything on paper adds up; `problems` say what does not, in sentences."""

    batches: tuple[BatchAccount, ...]
    days: tuple[DayAccount, ...]
    problems: tuple[str, ...]

    @property
    def closes(self) -> bool:
        return not self.problems


def reconciliation(plebiscite: UUID) -> Reconciliation:
    """The account of everything on paper.

    In each batch: issued = in the urn + left over + missing, and entered = in the urn, twice. On
    each day at each point: people marked = cards that were neither left over nor still in use.
    """
    batches = list(
        PaperBatch.objects.filter(plebiscite=plebiscite).select_related("point", "plebiscite")
    )
    accounts = tuple(batch_account(batch) for batch in batches)
    days = tuple(_days(plebiscite, batches))
    return Reconciliation(accounts, days, tuple(_problems(accounts, days)))


def _days(plebiscite: UUID, batches: Iterable[PaperBatch]) -> list[DayAccount]:
    handed: Counter[tuple[str, date]] = Counter()
    for batch in batches:
        left = batch.cards_unused
        handed[batch.point.name, batch.day] += batch.cards_issued - left if left is not None else 0
    marks = ParticipationMark.objects.filter(plebiscite=plebiscite, channel=Channel.PAPER)
    marked: Counter[tuple[str, date]] = Counter()
    for point, day, number in marks.values_list("point__name", "day").annotate(number=Count("pk")):
        marked[point, day] += number
    keys = sorted({*handed, *marked}, key=lambda key: (key[1], key[0]))
    return [DayAccount(point, day, handed[point, day], marked[point, day]) for point, day in keys]


def _problems(accounts: Iterable[BatchAccount], days: Iterable[DayAccount]) -> list[str]:
    found = []
    for account in accounts:
        batch = account.batch
        if not account.is_closed:
            found.append(_("Batch %(seal)s is not closed yet.") % {"seal": batch.seal_number})
        elif account.valid + account.void_total != batch.cards_returned:
            found.append(
                _("Batch %(seal)s holds %(cards)d cards, and %(entered)d are entered.")
                % {
                    "seal": batch.seal_number,
                    "cards": batch.cards_returned,
                    "entered": account.valid + account.void_total,
                }
            )
    for day in days:
        if not day.agrees:
            found.append(
                _("%(point)s, %(day)s: %(cards)d cards handed out, %(people)d people marked.")
                % {
                    "point": day.point,
                    "day": long_date(day.day),
                    "cards": day.handed_out,
                    "people": day.marked,
                }
            )
    return found


def _readings(batch: PaperBatch, number: int) -> dict[int, Reading]:
    rows = PaperEntry.objects.filter(paper_pass__batch=batch, paper_pass__number=number)
    return {
        card: Reading(payload, reason)
        for card, payload, reason in rows.values_list("card", "payload", "void_reason")
    }
