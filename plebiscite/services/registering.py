"""Entering oneself into the voter register by a declaration of residence."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from core.actors import Actor
from core.audit import record
from core.i18n.dates import TOWN_TIME
from core.transitions import advisory_lock
from plebiscite import keys
from plebiscite.groups import years_old
from plebiscite.models import (
    AccountVoter,
    Declaration,
    ParticipationMark,
    Plebiscite,
    VoterRegister,
)
from plebiscite.permissions import may_vote
from plebiscite.phases import takes_votes
from plebiscite.services.opening import read_plan
from plebiscite.states import STATE_LOCK
from plebiscite.voters import Person, account_key, person_key, second_key

#: In the audit trail a voter has no name and no number.
VOTER = Actor(kind="voter")
_TRIES = 5


class DeclarationRefused(Exception):
    """Why somebody could not be entered; `reason` is one of the class's constants."""

    #: The vote is not open.
    CLOSED = "closed"
    #: The address of the account is not verified.
    NOT_ALLOWED = "not_allowed"
    #: This person has voted.
    VOTED = "voted"
    #: Somebody of this name and birth date is entered with another address.
    CHECK_AT_DESK = "check_at_desk"
    #: Younger than the rules of this vote allow.
    TOO_YOUNG = "too_young"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@sensitive_variables()
def declare(plebiscite: UUID, *, actor: Any, person: Person, town: str) -> VoterRegister:
    """Enter the person behind the account `actor`; they can then cast one vote.

    A person who declares again before voting corrects what they had declared. Raises
    DeclarationRefused; then nothing has changed.
    """
    if not may_vote(actor):
        raise DeclarationRefused(DeclarationRefused.NOT_ALLOWED)
    pepper = keys.pepper(plebiscite)
    account = account_key(pepper, actor.pk)
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                voter = _enter(plebiscite, account, pepper, person)
                _keep_declaration(plebiscite, account, person, town)
                record(voter, "declare", actor=VOTER)
                return voter
        except IntegrityError:
            # Two people entered the same thing at one moment: now there is something to find.
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


@sensitive_variables()
def _enter(plebiscite: UUID, account: bytes, pepper: bytes, person: Person) -> VoterRegister:
    advisory_lock(STATE_LOCK, plebiscite, shared=True)
    plan, now = read_plan(plebiscite)
    if not takes_votes(plan, now):
        raise DeclarationRefused(DeclarationRefused.CLOSED)
    if not is_old_enough(plan, person.birth_date):
        raise DeclarationRefused(DeclarationRefused.TOO_YOUNG)
    mine = (
        AccountVoter.objects.select_for_update(of=("self",))
        .select_related("voter")
        .filter(plebiscite=plebiscite, account_key=account)
        .first()
    )
    before = _locked(mine.voter_id) if mine else None
    if before and has_voted(before):
        raise DeclarationRefused(DeclarationRefused.VOTED)
    voter = _find_or_make(plebiscite, pepper, person, before)
    if mine is None:
        AccountVoter.objects.create(plebiscite_id=plebiscite, account_key=account, voter=voter)
    elif before and before.pk != voter.pk:
        mine.voter = voter
        mine.save(update_fields=["voter"])
        _forget_if_alone(before)
    return voter


@sensitive_variables()
def _find_or_make(
    plebiscite: UUID, pepper: bytes, person: Person, before: VoterRegister | None
) -> VoterRegister:
    first, second = person_key(pepper, person), second_key(pepper, person)
    same = VoterRegister.objects.filter(plebiscite=plebiscite, person_key=first).first()
    if same is not None:
        if has_voted(same):
            raise DeclarationRefused(DeclarationRefused.VOTED)
        return same
    # Not the same person: that one may have been entered since it was looked for above, and then
    # the constraint below says so.
    namesakes = VoterRegister.objects.filter(plebiscite=plebiscite, second_key=second).exclude(
        person_key=first
    )
    if before is not None and bytes(before.second_key) == second and _is_alone(before):
        # Their own entry: they correct the address and nobody else has ever come with it.
        before.person_key = first
        before.save(update_fields=["person_key"])
        return before
    if namesakes.exists():
        raise DeclarationRefused(DeclarationRefused.CHECK_AT_DESK)
    return VoterRegister.objects.create(
        plebiscite_id=plebiscite, person_key=first, second_key=second
    )


@sensitive_variables()
def _keep_declaration(plebiscite: UUID, account: bytes, person: Person, town: str) -> None:
    Declaration.objects.update_or_create(
        plebiscite_id=plebiscite,
        account_key=account,
        defaults={
            "name": person.name,
            "birth_date": person.birth_date,
            "street": person.street,
            "postal_code": person.postal_code,
            "town": town,
            "district": person.district,
        },
    )


def is_old_enough(plebiscite: Plebiscite, birth_date: date) -> bool:
    """Whether somebody has the least age, if there is one, on the first day of voting."""
    first = plebiscite.voting_opens_at.astimezone(TOWN_TIME).date()
    return years_old(birth_date, first) >= plebiscite.minimum_age


def has_voted(voter: VoterRegister) -> bool:
    """Whether the person's participation is marked."""
    return ParticipationMark.objects.filter(pk=voter.pk).exists()


def _locked(voter: UUID) -> VoterRegister:
    return VoterRegister.objects.select_for_update().get(pk=voter)


def _is_alone(voter: VoterRegister) -> bool:
    return voter.accounts.count() <= 1


def _forget_if_alone(voter: VoterRegister) -> None:
    """Removes an entry that nobody stands for any more, so that it keeps nobody from voting."""
    if not voter.accounts.exists() and not has_voted(voter):
        voter.delete()
