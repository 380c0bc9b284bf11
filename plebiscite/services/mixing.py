"""Taking votes out of the inbox: the worker's part, the only one that opens them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from core import pagecache
from core.transitions import advisory_lock
from plebiscite import chain, keys, mix
from plebiscite.ballots import BadBallot, commitment, read_ballot
from plebiscite.models import Ballot, Inbox, LogEntry, MixFlush, Plebiscite
from plebiscite.phases import MAY_TAKE_VOTES
from plebiscite.sealing import BrokenSeal, SealedVote, unseal
from plebiscite.selectors.paper import BallotPaper, ballot_paper

#: One flush at a time: each continues the log where the last one ended.
MIX_LOCK = "plebiscite.mix"
_BATCH = 1000


@dataclass(frozen=True)
class _Flush:
    plebiscite: UUID
    mix_k: int
    paper: BallotPaper
    key: bytes


def flush(plebiscite: UUID) -> int:
    """Open one group of votes, if enough wait; gives how many have left the inbox.

    One transaction: a worker that is killed in the middle has done nothing. Raises BrokenSeal
    when a row of the inbox is not what casting writes, MissingKey without the worker's key.
    """
    flushing = _prepare(plebiscite)
    with transaction.atomic():
        advisory_lock(MIX_LOCK, plebiscite)
        waiting = _waiting(plebiscite)
        return _open(flushing, mix.pick(waiting, k=flushing.mix_k), is_last=False)


def flush_open_boxes() -> None:
    """The worker's job: opens whatever waits in whole groups."""
    open_ones = Plebiscite.objects.filter(state__in=MAY_TAKE_VOTES)
    for plebiscite in open_ones.values_list("pk", flat=True):
        while flush(plebiscite):
            pass


def flush_everything(plebiscite: UUID) -> int:
    """Empty the inbox, within the caller's transaction, which keeps further votes out."""
    flushing = _prepare(plebiscite)
    advisory_lock(MIX_LOCK, plebiscite)
    return _open(flushing, _waiting(plebiscite), is_last=True)


def _prepare(plebiscite: UUID) -> _Flush:
    paper = ballot_paper(plebiscite)
    if paper is None:
        raise LookupError("the ballot paper of this vote is not frozen")
    mix_k = Plebiscite.objects.values_list("mix_k", flat=True).get(pk=plebiscite)
    return _Flush(plebiscite, mix_k, paper, keys.inbox_key(plebiscite))


def _waiting(plebiscite: UUID) -> list[UUID]:
    # In the order of random keys, so that not even a sampling that is not random could tell
    # anything about the order in which votes came.
    rows = Inbox.objects.filter(plebiscite=plebiscite).order_by("pk")
    return list(rows.values_list("pk", flat=True))


@sensitive_variables()
def _open(flushing: _Flush, chosen: list[UUID], *, is_last: bool) -> int:
    if not chosen and not is_last:
        return 0
    rows = Inbox.objects.filter(pk__in=chosen)
    votes = [_unseal(flushing, bytes(blob)) for blob in rows.values_list("blob", flat=True)]
    votes.sort(key=lambda vote: vote.commitment)
    head = LogEntry.objects.filter(plebiscite=flushing.plebiscite).order_by("position").last()
    Ballot.objects.bulk_create(_ballots(flushing, votes), batch_size=_BATCH)
    LogEntry.objects.bulk_create(_lines(flushing, votes, head), batch_size=_BATCH)
    MixFlush.objects.create(
        plebiscite_id=flushing.plebiscite,
        after_position=head.position if head else 0,
        size=len(votes),
        is_last=is_last,
    )
    rows.delete()
    # The public log has grown.
    pagecache.changed()
    return len(votes)


@sensitive_variables()
def _unseal(flushing: _Flush, blob: bytes) -> SealedVote:
    """One vote, checked: what is opened here is what was promised, and a ballot of this vote."""
    vote = unseal(blob, private_key=flushing.key)
    expected = commitment(
        plebiscite=str(flushing.plebiscite),
        manifest_hash=flushing.paper.manifest_hash,
        ballot=vote.ballot,
        nonce=vote.nonce,
    )
    try:
        read_ballot(vote.ballot, flushing.paper.ruleset, flushing.paper.codes)
    except BadBallot:
        raise BrokenSeal("this is not a ballot of this vote") from None
    if expected != vote.commitment:
        raise BrokenSeal("this vote does not open its commitment")
    return vote


@sensitive_variables()
def _ballots(flushing: _Flush, votes: list[SealedVote]) -> list[Ballot]:
    return [
        Ballot(
            plebiscite_id=flushing.plebiscite,
            c=vote.commitment,
            payload=vote.ballot,
            nonce=vote.nonce,
            channel=vote.channel,
        )
        for vote in votes
    ]


def _lines(flushing: _Flush, votes: list[SealedVote], head: LogEntry | None) -> list[LogEntry]:
    position = head.position if head else 0
    previous = (
        bytes(head.digest)
        if head
        else chain.start(str(flushing.plebiscite), flushing.paper.manifest_hash)
    )
    lines = []
    for vote in votes:
        position += 1
        digest = chain.link(previous, position, vote.commitment)
        lines.append(
            LogEntry(
                plebiscite_id=flushing.plebiscite,
                position=position,
                c=vote.commitment,
                previous=previous,
                digest=digest,
            )
        )
        previous = digest
    return lines
