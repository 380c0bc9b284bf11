"""Counting the opened ballots, after checking that they are all there and are what they claim."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from core.transitions import Refused
from plebiscite import chain
from plebiscite.ballots import BadBallot, ballot_reader, commitment
from plebiscite.models import Ballot, Code, Count, Inbox, LogEntry, ParticipationMark, Plebiscite
from plebiscite.phases import Channel
from plebiscite.selectors.paper import BallotPaper, ballot_paper
from plebiscite.tally import ENGINE, canonical_json, count

_CHUNK = 2000


def count_votes(plebiscite: Plebiscite) -> Count:
    """Count, and keep the run. Raises Refused when something does not add up.

    In the caller's transaction, which holds the lock of the plebiscite's state.
    """
    paper = ballot_paper(plebiscite.pk)
    if paper is None:
        raise Refused(_("The ballot paper of this vote was never frozen."))
    _check_numbers(plebiscite.pk)
    _check_log(plebiscite.pk, paper)
    ballots, digest = _read(plebiscite.pk, paper)
    rules = plebiscite.ruleset
    lots = tuple(plebiscite.beacon.order) if rules.draws_lots else ()
    result = canonical_json(count(ballots, paper.codes, rules, lots).as_dict())
    last = plebiscite.counts.aggregate(last=Max("number"))["last"] or 0
    return Count.objects.create(
        plebiscite=plebiscite,
        number=last + 1,
        engine=ENGINE,
        input_sha256=digest,
        result_sha256=hashlib.sha256(result.encode()).digest(),
        result=result,
    )


def _check_numbers(plebiscite: UUID) -> None:
    """As many ballots cast on this site as marks and spent codes and as lines of the log.

    None is left in the inbox. What is on paper has its own account (`paper_batches`).
    """
    waiting = Inbox.objects.filter(plebiscite=plebiscite).count()
    by_account = ParticipationMark.objects.filter(plebiscite=plebiscite, channel=Channel.ACCOUNT)
    by_code = Code.objects.filter(plebiscite=plebiscite, spent_on__isnull=False)
    numbers = {
        ParticipationMark: by_account.count() + by_code.count(),
        Ballot: Ballot.objects.filter(plebiscite=plebiscite, paper_batch=None).count(),
        LogEntry: LogEntry.objects.filter(plebiscite=plebiscite).count(),
    }
    if waiting or len(set(numbers.values())) != 1:
        raise Refused(
            _(
                "The numbers do not agree: %(marks)d people voted, the box holds %(ballots)d "
                "ballots, the log %(lines)d lines, and %(waiting)d sealed votes are left. "
                "Nothing is counted before this is explained."
            )
            % {
                "marks": numbers[ParticipationMark],
                "ballots": numbers[Ballot],
                "lines": numbers[LogEntry],
                "waiting": waiting,
            }
        )


def _check_log(plebiscite: UUID, paper: BallotPaper) -> None:
    """The chain holds from the first line to the last."""
    previous = chain.start(str(plebiscite), paper.manifest_hash)
    lines = LogEntry.objects.filter(plebiscite=plebiscite).order_by("position")
    for number, line in enumerate(lines.iterator(chunk_size=_CHUNK), start=1):
        is_linked = bytes(line.previous) == previous and line.position == number
        previous = chain.link(previous, number, bytes(line.c))
        if not is_linked or bytes(line.digest) != previous:
            raise Refused(_("The log is broken at line %(number)d.") % {"number": number})


def _read(plebiscite: UUID, paper: BallotPaper) -> tuple[Counter[Any], bytes]:
    """How often each ballot was cast, and the hash of all ballots.

    The hash is over `commitment ballot nonce` of each, one a line, sorted by commitment.
    """
    found: Counter[Any] = Counter()
    digest = hashlib.sha256()
    lines = LogEntry.objects.filter(plebiscite=plebiscite)
    logged = {bytes(c) for c in lines.values_list("c", flat=True)}
    ballots = Ballot.objects.filter(plebiscite=plebiscite).order_by("c")
    read = ballot_reader(paper.ruleset, paper.codes)
    for ballot in ballots.iterator(chunk_size=_CHUNK):
        c, nonce = bytes(ballot.c), bytes(ballot.nonce)
        opens = commitment(
            plebiscite=str(plebiscite),
            manifest_hash=paper.manifest_hash,
            ballot=ballot.payload,
            nonce=nonce,
        )
        try:
            marks = read(ballot.payload)
        except BadBallot:
            marks = None
        is_logged = c in logged or ballot.paper_batch_id is not None
        if marks is None or opens != c or not is_logged:
            raise Refused(
                _("The ballot with the commitment %(c)s is not what was cast.") % {"c": c.hex()}
            )
        found[marks] += 1
        digest.update(f"{c.hex()} {ballot.payload} {nonce.hex()}\n".encode())
    return found, digest.digest()
