"""A test run: a copy of a plebiscite with ballots to throw away, removed whole before the freeze.

It goes the way of a real vote from the ballot paper to the count, with keys, a manifest and a log
of its own; nobody but the commission and its clerks sees it, and it can never be published.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.files import remove
from core.transitions import Refused, advisory_lock
from plebiscite import clock, keys
from plebiscite.ballots import Picks, commitment, new_nonce, write_ballot
from plebiscite.codes import DRAWN, GROUPS, LETTERS, code_digest, read_code, write_code
from plebiscite.models import (
    BundleFile,
    Code,
    CodeBatch,
    PaperEntry,
    PaperPass,
    PaperResolution,
    Plebiscite,
    PointClerk,
    PollingPoint,
)
from plebiscite.permissions import is_commission
from plebiscite.phases import FROZEN_ON, Channel, PlebisciteState
from plebiscite.selectors.paper import BallotPaper, ballot_paper
from plebiscite.services import moving
from plebiscite.services.casting import Vote, cast_with_code
from plebiscite.states import FEWEST_OPTIONS, STATE_LOCK
from plebiscite.tally import Method

#: Ballots to throw away that one test run can take.
MOST_BALLOTS = 200
#: Codes of a test run that people type in themselves.
BY_HAND = 10
#: Labels of the two batches.
AT_RANDOM, TYPED = "00", "01"
SHORTEST, LONGEST = 2, 240
_OWN = frozenset(
    {
        "id",
        "slug",
        "state",
        "void_reason",
        "published_at",
        "rehearsal_of",
        "title_pl",
        "channels",
        "grace_s",
        "contest_opens_at",
        "contest_closes_at",
        "voting_opens_at",
        "voting_closes_at",
        "results_at",
        "objections_until",
    }
)
_random = secrets.SystemRandom()


@transaction.atomic
def start(plebiscite: Plebiscite, *, actor: Any, minutes: int) -> Plebiscite:
    """A copy that votes from now on for some minutes; the worker makes its keys.

    Raises PermissionDenied, Refused.
    """
    _only_commission(actor)
    advisory_lock(STATE_LOCK, plebiscite.pk)
    original = Plebiscite.objects.get(pk=plebiscite.pk)
    if original.is_rehearsal or original.state in FROZEN_ON:
        raise Refused(_("A test run comes before the freeze."))
    if not SHORTEST <= minutes <= LONGEST:
        raise Refused(
            _("A test run lasts from %(least)d to %(most)d minutes.")
            % {"least": SHORTEST, "most": LONGEST},
            field="minutes",
        )
    if original.rehearsals.exists():
        raise Refused(_("There is a test run already: remove it first."))
    if original.proposals.accepted().count() < FEWEST_OPTIONS:
        raise Refused(_("A vote needs at least two accepted proposals."))
    copied = {
        field.attname: getattr(original, field.attname)
        for field in Plebiscite._meta.concrete_fields
        if field.name not in _OWN and not field.name.endswith("_public_key")
    }
    now = clock.now()
    end = now + timedelta(minutes=minutes)
    made = Plebiscite.objects.create(
        **copied,
        slug=f"proba-{secrets.token_hex(6)}",
        title_pl=f"PRÓBA: {original.title_pl}"[:120],
        state=PlebisciteState.APPEALS,
        rehearsal_of=original,
        channels=sorted({*original.channels, Channel.CODE.value}),
        grace_s=0,
        contest_opens_at=now - timedelta(hours=2),
        contest_closes_at=now - timedelta(hours=1),
        voting_opens_at=now,
        voting_closes_at=end,
        results_at=end,
        objections_until=end,
    )
    _copy_points(original, made)
    _make_codes(made)
    record(original, "start_rehearsal", actor=actor)
    return made


def begin(rehearsal: Plebiscite, *, actor: Any) -> Plebiscite:
    """Write its ballot paper, once the worker has made its keys. Raises what `move` raises."""
    return moving.move(rehearsal, "rehearse", actor=actor)


def codes_by_hand(rehearsal: Plebiscite) -> list[tuple[str, bool]]:
    """The codes that the commission and its clerks vote with, each with whether it is spent.

    They follow from the site's secret and the test run, so that they can be shown again and lie
    nowhere. A code of a real vote is drawn by lot and never like this.
    """
    if not rehearsal.is_rehearsal:
        raise PermissionDenied
    plebiscite = str(rehearsal.pk)
    codes = [_code(rehearsal, number) for number in range(BY_HAND)]
    digests = [code_digest(plebiscite, read_code(code)) for code in codes]
    spent = Code.objects.filter(plebiscite=rehearsal, digest__in=digests).exclude(spent_on=None)
    found = {bytes(digest) for digest in spent.values_list("digest", flat=True)}
    return [(code, digest in found) for code, digest in zip(codes, digests, strict=True)]


def throw_in(rehearsal: Plebiscite, *, actor: Any, number: int) -> int:
    """Cast ballots at random, the way envelopes are; gives how many.

    Raises PermissionDenied, Refused, VoteRefused.
    """
    _only_commission(actor)
    if not rehearsal.is_rehearsal:
        raise Refused(_("This is no test run."))
    paper = ballot_paper(rehearsal.pk)
    if paper is None:
        raise Refused(_("The test run has not begun yet."))
    unused = Code.objects.filter(
        plebiscite=rehearsal, spent_on=None, batch__label=AT_RANDOM
    ).order_by("pk")
    digests = list(unused.values_list("digest", flat=True)[: max(0, number)])
    for digest in digests:
        cast_with_code(rehearsal.pk, _any_vote(paper), digest=bytes(digest))
    return len(digests)


@transaction.atomic
def purge(rehearsal: Plebiscite, *, actor: Any) -> None:
    """Remove a test run with every row of it, and the keys it was cast with.

    Raises PermissionDenied, Refused.
    """
    _only_commission(actor)
    advisory_lock(STATE_LOCK, rehearsal.pk)
    current = Plebiscite.objects.select_for_update().get(pk=rehearsal.pk)
    if not current.is_rehearsal:
        raise Refused(_("This is no test run."))
    original = current.contest
    PaperResolution.objects.filter(batch__plebiscite=current).delete()
    PaperEntry.objects.filter(paper_pass__batch__plebiscite=current).delete()
    PaperPass.objects.filter(batch__plebiscite=current).delete()
    scans = [batch.protocol for batch in current.paper_batches.exclude(protocol=None)]
    bundles = list(BundleFile.objects.filter(plebiscite=current).values_list("name", flat=True))
    _empty(current)
    pk = current.pk
    current.delete()
    for scan in scans:
        if scan is not None:
            remove(scan)
    record(original, "purge_rehearsal", actor=actor)
    for name in filter(None, bundles):
        transaction.on_commit(partial(default_storage.delete, name))
    transaction.on_commit(lambda: keys.destroy_web_keys(pk))


def _empty(rehearsal: Plebiscite) -> None:
    """Deletes the rows of every table that points at a plebiscite, whatever points at what."""
    left = [
        relation.related_model
        for relation in Plebiscite._meta.related_objects
        if relation.field.name == "plebiscite"
    ]
    while left:
        refused = []
        for model in left:
            try:
                with transaction.atomic():
                    model._base_manager.filter(plebiscite=rehearsal).delete()
            except models.ProtectedError:
                refused.append(model)
        if len(refused) == len(left):
            raise RuntimeError(f"rows of a test run hold each other: {refused}")
        left = refused


def _copy_points(original: Plebiscite, made: Plebiscite) -> None:
    for point in original.points.prefetch_related("clerks"):
        copy = PollingPoint.objects.create(
            plebiscite=made,
            name=point.name,
            address=point.address,
            hours=point.hours,
            position=point.position,
        )
        PointClerk.objects.bulk_create(
            PointClerk(point=copy, user_id=clerk.user_id) for clerk in point.clerks.all()
        )


def _make_codes(made: Plebiscite) -> None:
    """Digests that belong to no code, for `throw_in`, and those of the codes to type in."""
    batch = CodeBatch.objects.create(plebiscite=made, label=AT_RANDOM, size=MOST_BALLOTS)
    Code.objects.bulk_create(
        Code(plebiscite=made, batch=batch, digest=secrets.token_bytes(32))
        for _number in range(MOST_BALLOTS)
    )
    batch = CodeBatch.objects.create(plebiscite=made, label=TYPED, size=BY_HAND)
    Code.objects.bulk_create(
        Code(
            plebiscite=made,
            batch=batch,
            digest=code_digest(str(made.pk), read_code(_code(made, number))),
        )
        for number in range(BY_HAND)
    )


def _code(rehearsal: Plebiscite, number: int) -> str:
    text = f"plebiscite.rehearsal.code|{rehearsal.pk}|{number}"
    drawn = hmac.digest(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256)
    return write_code([byte % len(LETTERS) for byte in drawn[: GROUPS * DRAWN]])


def _any_vote(paper: BallotPaper) -> Vote:
    picks = _any_picks(paper)
    nonce = new_nonce()
    committed = commitment(
        plebiscite=str(paper.plebiscite),
        manifest_hash=paper.manifest_hash,
        ballot=write_ballot(paper.ruleset, picks, paper.codes),
        nonce=nonce,
    )
    return Vote(picks, nonce, committed)


def _any_picks(paper: BallotPaper) -> Picks:
    rules, codes = paper.ruleset, list(paper.codes)
    _random.shuffle(codes)
    if rules.method == Method.POINTS:
        left, given = rules.points_total, {}
        for code in codes:
            given[code] = _random.randint(0, min(left, rules.points_cap))
            left -= given[code]
        return {code: points for code, points in given.items() if points}
    most = {Method.SINGLE: 1, Method.APPROVAL: rules.max_picks}.get(rules.method, rules.max_ranks)
    return codes[: _random.randint(0, min(most, len(codes)))]


def _only_commission(actor: Any) -> None:
    if not is_commission(actor):
        raise PermissionDenied
