"""The issue desk: finding a person in the register, and marking them when they get a card.

A card or an envelope is handed out against a signature; in that moment the person is marked, and
nothing in here knows which card or which code it was. The locks are those of casting: the state of
the plebiscite shared, then the person's row.
"""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from core.audit import record
from core.i18n.dates import TOWN_TIME
from core.transitions import advisory_lock
from plebiscite import keys
from plebiscite.models import (
    NamesakeRequest,
    PaperBatch,
    ParticipationMark,
    Plebiscite,
    PollingPoint,
    VoterRegister,
)
from plebiscite.paper_states import OPEN
from plebiscite.permissions import is_clerk_of
from plebiscite.phases import Channel, takes_votes
from plebiscite.services.opening import read_plan, read_plan_and_mark
from plebiscite.services.registering import is_old_enough
from plebiscite.services.turnout import count_at_desk
from plebiscite.states import STATE_LOCK
from plebiscite.voters import Person, person_key, second_key

#: What is handed out at a desk.
HANDED_OUT = (Channel.CODE, Channel.PAPER)
#: Letters of the word that one clerk calls out to the other.
_LETTERS = "ABCDEFGHJKLMNPRSTUWZ"
_TRIES = 5


class IssueRefused(Exception):
    """Why nothing was handed out; `reason` is one of the class's constants."""

    CLOSED = "closed"
    #: This plebiscite does not vote that way.
    CHANNEL_OFF = "channel_off"
    #: The person is marked: they have voted, or have got a card or a code.
    VOTED = "voted"
    #: Somebody of this name and birth date is entered with another address.
    NAMESAKE = "namesake"
    TOO_YOUNG = "too_young"
    #: No urn is in use at this point today.
    NO_BATCH = "no_batch"
    NO_CARDS = "no_cards"

    def __init__(self, reason: str, mark: ParticipationMark | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.mark = mark


@dataclass(frozen=True)
class Standing:
    """What the register knows about somebody at the desk."""

    is_known: bool = False
    mark: ParticipationMark | None = None
    #: There is an entry of this name and birth date with another address.
    has_namesake: bool = False
    #: A second person has to confirm what was found out about it.
    request: NamesakeRequest | None = None
    is_too_young: bool = False

    @property
    def may_be_issued(self) -> bool:
        return not (self.mark or self.has_namesake or self.is_too_young)


@sensitive_variables()
def look_up(point: PollingPoint, *, actor: Any, person: Person) -> Standing:
    """Where a person stands. Four queries, however many voters there are.

    Raises PermissionDenied for anybody who is not a clerk of the point.
    """
    _only_clerks(point, actor)
    pepper = keys.pepper(point.plebiscite_id)
    first, second = person_key(pepper, person), second_key(pepper, person)
    found = _entry(point.plebiscite_id, first)
    if found is not None:
        return Standing(is_known=True, mark=getattr(found, "mark", None))
    others = VoterRegister.objects.filter(plebiscite=point.plebiscite_id, second_key=second)
    waiting = NamesakeRequest.objects.filter(plebiscite=point.plebiscite_id, person_key=first)
    return Standing(
        has_namesake=others.exists(),
        request=waiting.first(),
        is_too_young=not is_old_enough(point.plebiscite, person.birth_date),
    )


@sensitive_variables()
def issue(point: PollingPoint, *, actor: Any, person: Person, channel: str) -> ParticipationMark:
    """Mark a person as somebody who gets a card or an envelope.

    Raises PermissionDenied, or IssueRefused; then nothing has changed.
    """
    _only_clerks(point, actor)
    if channel not in HANDED_OUT:
        raise IssueRefused(IssueRefused.CHANNEL_OFF)
    pepper = keys.pepper(point.plebiscite_id)
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                advisory_lock(STATE_LOCK, point.plebiscite_id, shared=True)
                return _mark(point, actor, pepper, person, channel)
        except IntegrityError:
            # Two desks entered or marked the same person at one moment: now there is a row.
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


@sensitive_variables()
def _mark(
    point: PollingPoint, actor: Any, pepper: bytes, person: Person, channel: str
) -> ParticipationMark:
    voter = _locked(point.plebiscite_id, pepper, person)
    # Read after the waiting for whoever marks the same person.
    if voter is None:
        (plan, now), has_voted = read_plan(point.plebiscite_id), False
    else:
        plan, now, has_voted = read_plan_and_mark(point.plebiscite_id, voter.pk)
    if not takes_votes(plan, now):
        raise IssueRefused(IssueRefused.CLOSED)
    if channel not in plan.channels:
        raise IssueRefused(IssueRefused.CHANNEL_OFF)
    if not is_old_enough(plan, person.birth_date):
        raise IssueRefused(IssueRefused.TOO_YOUNG)
    today = now.astimezone(TOWN_TIME).date()
    if voter is None:
        voter = _enter(plan, pepper, person)
    elif has_voted:
        raise IssueRefused(IssueRefused.VOTED, ParticipationMark.objects.get(pk=voter.pk))
    if channel == Channel.PAPER:
        _check_cards(point, today)
    count_at_desk(plan, person)
    return write_mark(voter, point, channel, today, actor)


def write_mark(
    voter: VoterRegister, point: PollingPoint, channel: str, day: datetime.date, actor: Any
) -> ParticipationMark:
    """The mark, in the caller's transaction, which holds the locks."""
    mark = ParticipationMark(
        voter=voter, plebiscite_id=point.plebiscite_id, channel=channel, day=day, point=point
    )
    mark.save(force_insert=True)
    record(voter, f"issue_{channel}", actor=actor)
    return mark


def cards_left(point: PollingPoint, day: datetime.date) -> int | None:
    """Cards of the urns in use that day that nobody has got yet; None without an urn."""
    sizes = list(
        PaperBatch.objects.filter(point=point, day=day).values_list("cards_issued", "state")
    )
    if not any(state == OPEN for _size, state in sizes):
        return None
    given = ParticipationMark.objects.filter(point=point, day=day, channel=Channel.PAPER)
    return sum(size for size, _state in sizes) - given.count()


def _check_cards(point: PollingPoint, day: datetime.date) -> None:
    # Held until the end: two desks of one point do not hand out the last card twice.
    list(PaperBatch.objects.select_for_update().filter(point=point, day=day).order_by("pk"))
    left = cards_left(point, day)
    if left is None:
        raise IssueRefused(IssueRefused.NO_BATCH)
    if left < 1:
        raise IssueRefused(IssueRefused.NO_CARDS)


@sensitive_variables()
def _enter(plan: Plebiscite, pepper: bytes, person: Person) -> VoterRegister:
    first, second = person_key(pepper, person), second_key(pepper, person)
    namesakes = VoterRegister.objects.filter(plebiscite=plan.pk, second_key=second)
    # Not the same person: that one may have been entered since, and the constraint says so.
    if namesakes.exclude(person_key=first).exists():
        raise IssueRefused(IssueRefused.NAMESAKE)
    return VoterRegister.objects.create(plebiscite=plan, person_key=first, second_key=second)


@sensitive_variables()
def _locked(plebiscite: UUID, pepper: bytes, person: Person) -> VoterRegister | None:
    return (
        VoterRegister.objects.select_for_update()
        .filter(plebiscite=plebiscite, person_key=person_key(pepper, person))
        .first()
    )


@sensitive_variables()
def _entry(plebiscite: UUID, key: bytes) -> VoterRegister | None:
    rows = VoterRegister.objects.select_related("mark__point")
    return rows.filter(plebiscite=plebiscite, person_key=key).first()


def _only_clerks(point: PollingPoint, actor: Any) -> None:
    if not is_clerk_of(actor, point.pk):
        raise PermissionDenied


# --- People of one name ---------------------------------------------------------------------
@sensitive_variables()
def report_namesake(
    point: PollingPoint, *, actor: Any, person: Person, finding: str
) -> NamesakeRequest:
    """Write down what a clerk has found out about two entries; a second person confirms it.

    Raises PermissionDenied, IssueRefused(VOTED) when it is said to be the same person and that
    one has voted.
    """
    _only_clerks(point, actor)
    pepper = keys.pepper(point.plebiscite_id)
    first, second = person_key(pepper, person), second_key(pepper, person)
    with transaction.atomic():
        advisory_lock(STATE_LOCK, point.plebiscite_id, shared=True)
        others = VoterRegister.objects.select_related("mark__point").filter(
            plebiscite=point.plebiscite_id, second_key=second
        )
        if finding == NamesakeRequest.Finding.SAME:
            for other in others:
                if hasattr(other, "mark"):
                    raise IssueRefused(IssueRefused.VOTED, other.mark)
        made, _created = NamesakeRequest.objects.update_or_create(
            plebiscite_id=point.plebiscite_id,
            person_key=first,
            defaults={
                "point": point,
                "second_key": second,
                "finding": finding,
                "word": "".join(secrets.choice(_LETTERS) for _ in range(4)),
                "requested_by": actor,
            },
        )
        record(point.plebiscite, "report_namesake", actor=actor)
    return made


@transaction.atomic
def decide_namesake(request: NamesakeRequest, *, actor: Any, agrees: bool) -> None:
    """What the second person says. Agreed: the person can be found by what they declare now.

    Raises PermissionDenied for whoever is no clerk of the point or reported it themselves.
    """
    _only_clerks(request.point, actor)
    if request.requested_by_id == actor.pk:
        raise PermissionDenied
    advisory_lock(STATE_LOCK, request.plebiscite_id, shared=True)
    waiting = NamesakeRequest.objects.select_for_update().filter(pk=request.pk).first()
    if waiting is None:
        return
    if agrees:
        _act_on(waiting)
    record(request.plebiscite, "agree_namesake" if agrees else "reject_namesake", actor=actor)
    waiting.delete()


@sensitive_variables()
def _act_on(request: NamesakeRequest) -> None:
    others = list(
        VoterRegister.objects.select_for_update()
        .filter(plebiscite=request.plebiscite_id, second_key=request.second_key)
        .order_by("namesake")
    )
    if request.finding == NamesakeRequest.Finding.SAME and len(others) == 1:
        # Whether they have voted meanwhile stays with their row.
        others[0].person_key = request.person_key
        others[0].save(update_fields=["person_key"])
        return
    VoterRegister.objects.create(
        plebiscite_id=request.plebiscite_id,
        person_key=request.person_key,
        second_key=request.second_key,
        namesake=max((other.namesake for other in others), default=-1) + 1,
    )
