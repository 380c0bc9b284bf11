"""Casting a vote: one short transaction.

    lock        shared with other votes, against changes of state
    wait        for everybody else who votes as the same person, or with the same code
    read        state and clock, after the waiting
    write       the sealed vote, and the mark of the person or the code (a date, no hour)

What was chosen is known to this code alone, for as long as a call takes: it is sealed before the
transaction begins, and neither audit nor mail nor any table but the inbox learns of it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists
from django.views.decorators.debug import sensitive_variables

from core.audit import record
from core.i18n.dates import TOWN_TIME
from core.outbox import queue_mail
from core.transitions import advisory_lock
from plebiscite import keys
from plebiscite.ballots import BadBallot, Picks, commitment, write_ballot
from plebiscite.models import Ballot, Code, Inbox, Plebiscite, VoterRegister
from plebiscite.permissions import is_active, may_vote, verified_address
from plebiscite.phases import Channel, takes_votes
from plebiscite.promises import Promise, promise
from plebiscite.sealing import SealedVote, commitment_tag, seal
from plebiscite.selectors.paper import BallotPaper, ballot_paper
from plebiscite.services.opening import read_plan, read_plan_and_mark
from plebiscite.services.registering import VOTER
from plebiscite.states import STATE_LOCK
from plebiscite.voters import account_key

MAIL = "plebiscite/participation"


class VoteRefused(Exception):
    """Why a vote was not taken; `reason` is one of the class's constants."""

    CLOSED = "closed"
    NOT_ALLOWED = "not_allowed"
    #: The person has not declared who they are.
    NOT_DECLARED = "not_declared"
    ALREADY_VOTED = "already_voted"
    #: There is no such code in this vote, or it was declared void.
    UNKNOWN_CODE = "unknown_code"
    VOID_CODE = "void_code"
    #: Another vote has this commitment: a new nonce has to be drawn.
    DRAW_AGAIN = "draw_again"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Vote:
    """What somebody sends: `picks` as `plebiscite.ballots` takes them, and what hides them.

    `committed` is the commitment as whoever drew `nonce` computed it; `opened_at` is when the
    ballot was opened, which matters in the minutes after the close.
    """

    picks: Picks = field(repr=False)
    nonce: bytes = field(repr=False)
    committed: bytes = field(repr=False)
    opened_at: datetime | None = None


@dataclass(frozen=True)
class _Sealed:
    paper: BallotPaper
    blob: bytes
    tag: bytes = field(repr=False)
    committed: bytes = field(repr=False)
    opened_at: datetime | None


@sensitive_variables()
def cast(plebiscite: UUID, vote: Vote, *, actor: Any, language: str) -> Promise:
    """Take the vote of the account `actor`, and promise to publish its commitment.

    The same vote sent again gets the same promise. Raises BadBallot or VoteRefused; then nothing
    has changed.
    """
    if not is_active(actor):
        raise VoteRefused(VoteRefused.NOT_ALLOWED)
    sealed = _seal(plebiscite, vote, Channel.ACCOUNT)
    account = account_key(keys.pepper(plebiscite), actor.pk)
    try:
        with transaction.atomic():
            advisory_lock(STATE_LOCK, plebiscite, shared=True)
            _write_by_account(sealed, account, actor, language)
    except IntegrityError:
        # Only reachable if the waiting failed: the constraint still allows one mark alone.
        raise VoteRefused(VoteRefused.ALREADY_VOTED) from None
    return promise_for(sealed.paper, sealed.committed)


@sensitive_variables()
def cast_with_code(plebiscite: UUID, vote: Vote, *, digest: bytes) -> Promise:
    """Take the vote of whoever holds the code with this digest, as `cast` does.

    Neither register nor audit trail learns of it: the person was marked when the envelope was
    handed out, and an hour of the spending could be compared with that.
    """
    sealed = _seal(plebiscite, vote, Channel.CODE)
    with transaction.atomic():
        advisory_lock(STATE_LOCK, plebiscite, shared=True)
        _write_by_code(sealed, digest)
    return promise_for(sealed.paper, sealed.committed)


@sensitive_variables()
def _seal(plebiscite: UUID, vote: Vote, channel: Channel) -> _Sealed:
    paper = ballot_paper(plebiscite)
    if paper is None:
        raise VoteRefused(VoteRefused.CLOSED)
    if channel not in paper.channels:
        raise VoteRefused(VoteRefused.NOT_ALLOWED)
    ballot = write_ballot(paper.ruleset, vote.picks, paper.codes)
    expected = commitment(
        plebiscite=str(plebiscite),
        manifest_hash=paper.manifest_hash,
        ballot=ballot,
        nonce=vote.nonce,
    )
    if not hmac.compare_digest(expected, vote.committed):
        raise BadBallot(BadBallot.MALFORMED)
    if not keys.has_tag_key(plebiscite):
        # The keys of a sealed box were destroyed: nothing can come in any more.
        raise VoteRefused(VoteRefused.CLOSED)
    blob = seal(
        SealedVote(commitment=expected, nonce=vote.nonce, ballot=ballot, channel=channel),
        public_key=paper.inbox_public_key,
        size=paper.sealed_size,
    )
    tag = commitment_tag(keys.tag_key(plebiscite), expected)
    return _Sealed(paper, blob, tag, expected, vote.opened_at)


def promise_for(paper: BallotPaper, committed: bytes) -> Promise:
    """The signed promise for a commitment that has been taken."""
    return promise(
        plebiscite=str(paper.plebiscite),
        manifest_hash=paper.manifest_hash,
        commitment=committed,
        published_by=paper.results_on,
        private_key=keys.promise_key(paper.plebiscite),
    )


@sensitive_variables()
def _write_by_account(sealed: _Sealed, account: bytes, actor: Any, language: str) -> None:
    plebiscite = sealed.paper.plebiscite
    voter = _own_entry(plebiscite, account, actor)
    plan, now, has_voted = read_plan_and_mark(plebiscite, voter.pk)
    if has_voted:
        return _answer_again(sealed)
    _check_time(plan, now, sealed)
    _put_into_inbox(sealed)
    _mark(voter, Channel.ACCOUNT, _day(now), sealed.committed)
    record(voter, "vote", actor=VOTER)
    queue_mail(
        MAIL,
        actor.email,
        {"plebiscite": plan},
        dedupe_key=f"plebiscite:{voter.pk}:participation",
        language=language,
        is_first=True,
    )


@sensitive_variables()
def _write_by_code(sealed: _Sealed, digest: bytes) -> None:
    plebiscite = sealed.paper.plebiscite
    code = (
        Code.objects.select_for_update(of=("self",))
        .filter(plebiscite=plebiscite, digest=digest)
        .first()
    )
    if code is None or code.is_void:
        raise VoteRefused(VoteRefused.VOID_CODE if code else VoteRefused.UNKNOWN_CODE)
    if code.spent_on is not None:
        return _answer_again(sealed)
    plan, now = read_plan(plebiscite)
    _check_time(plan, now, sealed)
    _put_into_inbox(sealed)
    _spend(code, _day(now), sealed.committed)


@sensitive_variables()
def _answer_again(sealed: _Sealed) -> None:
    """The same vote may be sent again and again, another one is not taken."""
    if not _is_known(sealed.tag, sealed.committed):
        raise VoteRefused(VoteRefused.ALREADY_VOTED)


def _check_time(plan: Plebiscite, now: datetime, sealed: _Sealed) -> None:
    if not takes_votes(plan, now, opened_at=sealed.opened_at):
        raise VoteRefused(VoteRefused.CLOSED)


def _day(now: datetime) -> date:
    return now.astimezone(TOWN_TIME).date()


def _own_entry(plebiscite: UUID, account: bytes, actor: Any) -> VoterRegister:
    """The voter that the account stands for, locked until the end of the transaction."""
    voter = (
        VoterRegister.objects.select_for_update(of=("self",))
        .filter(accounts__plebiscite=plebiscite, accounts__account_key=account)
        .annotate(is_verified=Exists(verified_address(actor)))
        .first()
    )
    if voter is not None and voter.is_verified:
        return voter
    raise VoteRefused(VoteRefused.NOT_DECLARED if may_vote(actor) else VoteRefused.NOT_ALLOWED)


@sensitive_variables()
def _is_known(tag: bytes, committed: bytes) -> bool:
    """Whether the commitment waits in the inbox or has left the mix, seen in one statement."""
    waiting = Inbox.objects.filter(c_tag=tag).values("pk")
    opened = Ballot.objects.filter(c=committed).values("pk")
    return waiting.union(opened).exists()


@sensitive_variables()
def _put_into_inbox(sealed: _Sealed) -> None:
    """Writes the sealed vote, unless somebody else's has the same commitment and waits there.

    If a flush is just moving that other one, this waits until it is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO plebiscite_inbox (id, plebiscite_id, blob, c_tag) "
            "VALUES (%s, %s, %s, %s) ON CONFLICT (c_tag) DO NOTHING",
            [uuid4(), sealed.paper.plebiscite, sealed.blob, sealed.tag],
        )
        if cursor.rowcount != 1:
            raise VoteRefused(VoteRefused.DRAW_AGAIN)


@sensitive_variables()
def _mark(voter: VoterRegister, channel: str, day: date, committed: bytes) -> None:
    """Marks the person, unless a ballot with the same commitment has left the mix.

    Comes after `_put_into_inbox`, whose waiting it relies on: this statement sees what a flush
    has moved meanwhile, so that no ballot of somebody else's can slip by between the two.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO plebiscite_participationmark (voter_id, plebiscite_id, channel, day) "
            "SELECT %s, %s, %s, %s "
            "WHERE NOT EXISTS (SELECT FROM plebiscite_ballot WHERE c = %s)",
            [voter.pk, voter.plebiscite_id, channel, day, committed],
        )
        if cursor.rowcount != 1:
            raise VoteRefused(VoteRefused.DRAW_AGAIN)


@sensitive_variables()
def _spend(code: Code, day: date, committed: bytes) -> None:
    """Marks the code as spent, with the same condition as `_mark`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE plebiscite_code SET spent_on = %s WHERE id = %s AND spent_on IS NULL "
            "AND NOT EXISTS (SELECT FROM plebiscite_ballot WHERE c = %s)",
            [day, code.pk, committed],
        )
        if cursor.rowcount != 1:
            raise VoteRefused(VoteRefused.DRAW_AGAIN)
