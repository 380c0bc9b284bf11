"""Reading everything that goes into an audit bundle, in streams: no table is held in memory."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Count as Number

from core.audit import history
from plebiscite import pictures
from plebiscite.bundle.signing import Checkpoint as SignedCheckpoint
from plebiscite.bundle.texts import Opening
from plebiscite.bundle.writing import Contents
from plebiscite.models import (
    Ballot,
    BallotOption,
    Beacon,
    Checkpoint,
    Code,
    Count,
    LogEntry,
    Manifest,
    MixFlush,
    PaperEntry,
    PaperResolution,
    ParticipationMark,
    Plebiscite,
)
from plebiscite.phases import ORDER, PUBLISHED, Channel, PlebisciteState, ProposalState

_CHUNK = 2000
#: Changes of the state that the bundle tells, by the states of the plan.
_STATES = {state.value for state in ORDER}


def contents(plebiscite: Plebiscite, *, private_key: bytes) -> Contents:
    """What the bundle of a vote is made of: of a published one, or of a test run that is counted.

    Raises LookupError before that.
    """
    stored = Count.objects.filter(plebiscite=plebiscite).order_by("number").last()
    manifest = Manifest.objects.filter(pk=plebiscite.pk).first()
    if stored is None or manifest is None or not may_be_bundled(plebiscite):
        raise LookupError("the result of this vote is not published")
    result = json.loads(stored.result)
    return Contents(
        manifest=manifest.text,
        commitments=lambda: _commitments(plebiscite),
        openings=lambda: _openings(plebiscite),
        tally={
            "engine": stored.engine,
            "input_sha256": bytes(stored.input_sha256).hex(),
            "result_sha256": bytes(stored.result_sha256).hex(),
            "result": result,
        },
        private_key=private_key,
        checkpoints=[signed(row) for row in checkpoints(plebiscite)],
        codes_printed=(bytes(digest) for digest in _codes(plebiscite)),
        codes_spent=_spent(plebiscite),
        paper_batches=[_batch_row(batch) for batch in plebiscite.paper_batches.order_by("pk")],
        reconciliation=reconciliation(plebiscite),
        beacon=_beacon(plebiscite, result),
        moderation=_moderation(plebiscite),
        events=_events(plebiscite),
        stats=_stats(plebiscite),
        pictures=_pictures(plebiscite),
    )


def may_be_bundled(plebiscite: Plebiscite) -> bool:
    """Whether there is a bundle: once published, of a test run once it is counted."""
    if plebiscite.is_rehearsal:
        return plebiscite.state == PlebisciteState.TALLIED
    return plebiscite.state in PUBLISHED


def size(plebiscite: Plebiscite) -> int:
    """How many lines and ballots have to be written: what progress is measured by."""
    of_vote = {"plebiscite": plebiscite}
    return LogEntry.objects.filter(**of_vote).count() + Ballot.objects.filter(**of_vote).count()


def checkpoints(plebiscite: Plebiscite) -> list[Checkpoint]:
    """The signed checkpoints of the log, oldest first."""
    return list(Checkpoint.objects.filter(plebiscite=plebiscite).order_by("number"))


def signed(row: Checkpoint) -> SignedCheckpoint:
    """A stored checkpoint as it is published."""
    return SignedCheckpoint(
        row.number, row.size, bytes(row.root), bytes(row.next_key), bytes(row.signature)
    )


def reconciliation(plebiscite: Plebiscite) -> dict[str, Any]:
    """How the numbers of each channel agree."""
    ballots = Counter(
        dict(
            Ballot.objects.filter(plebiscite=plebiscite)
            .order_by()
            .values_list("channel")
            .annotate(number=Number("pk"))
        )
    )
    marks = ParticipationMark.objects.filter(plebiscite=plebiscite, channel=Channel.ACCOUNT)
    spent = Code.objects.filter(plebiscite=plebiscite, spent_on__isnull=False)
    rows = [_batch_row(batch) for batch in plebiscite.paper_batches.all()]
    return {
        "account": {"marks": marks.count(), "ballots": ballots[Channel.ACCOUNT]},
        "code": {"marks": spent.count(), "ballots": ballots[Channel.CODE]},
        "paper": {
            "returned": sum(row[4] for row in rows),
            "valid": sum(row[7] for row in rows),
            "void": sum(row[8] for row in rows),
            "ballots": ballots[Channel.PAPER],
        },
        "log": LogEntry.objects.filter(plebiscite=plebiscite).count(),
        "openings": sum(ballots.values()),
    }


def _commitments(plebiscite: Plebiscite) -> Iterator[bytes]:
    lines = LogEntry.objects.filter(plebiscite=plebiscite).order_by("position")
    for c in lines.values_list("c", flat=True).iterator(chunk_size=_CHUNK):
        yield bytes(c)


def _openings(plebiscite: Plebiscite) -> Iterator[Opening]:
    rows = Ballot.objects.filter(plebiscite=plebiscite).order_by("c")
    fields = rows.values_list("c", "payload", "nonce", "channel")
    for c, ballot, nonce, channel in fields.iterator(chunk_size=_CHUNK):
        yield Opening(bytes(c), ballot, bytes(nonce), channel)


def _codes(plebiscite: Plebiscite) -> Iterator[Any]:
    rows = Code.objects.filter(plebiscite=plebiscite).order_by("digest")
    return rows.values_list("digest", flat=True).iterator(chunk_size=_CHUNK)


def _spent(plebiscite: Plebiscite) -> Iterator[tuple[bytes, str]]:
    rows = Code.objects.filter(plebiscite=plebiscite, spent_on__isnull=False).order_by("digest")
    for digest, day in rows.values_list("digest", "spent_on").iterator(chunk_size=_CHUNK):
        assert day is not None
        yield bytes(digest), day.isoformat()


def _batch_row(batch: Any) -> tuple[Any, ...]:
    """A row of `texts.PAPER_COLUMNS`; batches go by their seal."""
    settled = PaperResolution.objects.filter(batch=batch, is_confirmed=True)
    read = PaperEntry.objects.filter(paper_pass__batch=batch, paper_pass__number=1)
    reasons = dict(read.values_list("card", "void_reason"))
    reasons.update(dict(settled.values_list("card", "void_reason")))
    void = Counter(reason for reason in reasons.values() if reason)
    told = " ".join(f"{reason}={number}" for reason, number in sorted(void.items()))
    valid = Ballot.objects.filter(paper_batch=batch).count()
    return (
        batch.seal_number, batch.point.name, batch.day.isoformat(), batch.cards_issued,
        batch.cards_returned or 0, batch.cards_unused or 0, batch.cards_missing, valid,
        sum(void.values()), told,
    )  # fmt: skip


def _beacon(plebiscite: Plebiscite, result: dict[str, Any]) -> dict[str, Any]:
    drawn = Beacon.objects.filter(plebiscite=plebiscite).first()
    if drawn is None:
        return {"drawn": False}
    return {
        "drawn": True,
        "rule": plebiscite.beacon_rule,
        "value": drawn.value,
        "source": drawn.source,
        "log_root": bytes(drawn.log_root).hex(),
        "order": drawn.order,
        "used": any(step["by_lot"] for step in result["rounds"]),
    }


def _moderation(plebiscite: Plebiscite) -> list[tuple[Any, ...]]:
    """What became of the proposals that were sent; reasons are those that everybody reads."""
    public = {ProposalState.ACCEPTED, ProposalState.REJECTED, ProposalState.UPHELD}
    rows = plebiscite.contest.proposals.filter(number__isnull=False).order_by("number")
    return [
        (number, state, reason if state in public else "")
        for number, state, reason in rows.values_list("number", "state", "reason")
    ]


def _events(plebiscite: Plebiscite) -> list[dict[str, Any]]:
    """Changes of the state, without who made them."""
    return [
        {
            "at": event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "verb": event.verb,
            "from": event.from_state,
            "to": event.to_state,
        }
        for event in history(plebiscite)
        if event.from_state in _STATES and event.to_state in _STATES
    ]


def _stats(plebiscite: Plebiscite) -> dict[str, Any]:
    days: Counter[tuple[str, str]] = Counter()
    marks = ParticipationMark.objects.filter(plebiscite=plebiscite, channel=Channel.ACCOUNT)
    for day, number in marks.order_by().values_list("day").annotate(number=Number("pk")):
        days[day.isoformat(), Channel.ACCOUNT.value] += number
    for _digest, day in _spent(plebiscite):
        days[day, Channel.CODE.value] += 1
    flushes = MixFlush.objects.filter(plebiscite=plebiscite).order_by("after_position", "is_last")
    return {
        "mix_k": plebiscite.mix_k,
        "flushes": [
            {"after": row.after_position, "size": row.size, "last": row.is_last} for row in flushes
        ],
        "turnout": [
            {"day": day, "channel": channel, "number": number}
            for (day, channel), number in sorted(days.items())
        ],
    }


def _pictures(plebiscite: Plebiscite) -> dict[str, Callable[[], Iterator[bytes]]]:
    found = {}
    options = BallotOption.objects.filter(plebiscite=plebiscite).prefetch_related(
        "revision__pictures__file"
    )
    for option in options:
        picture = option.revision.main_picture
        name = pictures.whole_name(option.picture_sha256, picture.file.kind)
        ending = name.rpartition(".")[2]
        found[f"{option.code}.{ending}"] = _reader(name)
    return found


def _reader(name: str) -> Callable[[], Iterator[bytes]]:
    def read() -> Iterator[bytes]:
        with default_storage.open(name) as file:
            yield from file.chunks()

    return read
