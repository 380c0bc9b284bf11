"""Paper cards: urns, two blind readings, what two people settle, and the ballots in the end."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.files import IMAGES, remove, store_upload
from core.models import StoredFile
from core.transitions import Refused, advisory_lock, lock_row, transition
from plebiscite.ballots import commitment, new_nonce
from plebiscite.cards import Reading, read_card
from plebiscite.models import (
    Ballot,
    PaperBatch,
    PaperEntry,
    PaperPass,
    PaperResolution,
    PollingPoint,
)
from plebiscite.paper_states import COUNTED
from plebiscite.permissions import is_clerk_of, is_commission, may_read
from plebiscite.phases import Channel
from plebiscite.phases import PlebisciteState as P
from plebiscite.selectors.commission.paper import agreed, mismatches, numbers_of
from plebiscite.selectors.paper import ballot_paper
from plebiscite.states import STATE_LOCK

#: From the freeze until the count begins.
TAKES_PAPER = frozenset({P.FROZEN, P.VOTING, P.CLOSING, P.SEALED, P.DRAWN})
MAX_PROTOCOL_SIZE = 20 * 1024 * 1024
#: What scans belong to (`core.references`).
FILE_OWNER = "plebiscite.paperbatch"


@transaction.atomic
def open_batch(
    point: PollingPoint, *, actor: Any, day: datetime.date, seal_number: str, cards_issued: int
) -> PaperBatch:
    """Put an urn into use: its seal, and the cards taken from the stock for it.

    Raises PermissionDenied, Refused.
    """
    if not is_clerk_of(actor, point.pk):
        raise PermissionDenied
    advisory_lock(STATE_LOCK, point.plebiscite_id, shared=True)
    point = PollingPoint.objects.select_related("plebiscite").get(pk=point.pk)
    _takes_paper(point.plebiscite)
    if cards_issued < 1:
        raise Refused(_("At least one card is taken from the stock."), field="cards_issued")
    if not seal_number.strip():
        raise Refused(_("Write down the number of the seal."), field="seal_number")
    try:
        with transaction.atomic():
            batch = PaperBatch.objects.create(
                plebiscite_id=point.plebiscite_id,
                point=point,
                day=day,
                seal_number=seal_number.strip(),
                cards_issued=cards_issued,
            )
    except IntegrityError:
        raise Refused(
            _("A batch with this seal is entered already."), field="seal_number"
        ) from None
    record(batch, "create", actor=actor)
    return batch


@transaction.atomic
def count_cards(
    batch: PaperBatch, *, actor: Any, returned: int, unused: int, missing: int, note: str = ""
) -> PaperBatch:
    """Write down what the opened urn holds, or correct it as long as no card was entered.

    Raises what `transition` raises.
    """
    current = lock_row(batch)
    verb = "count_again" if current.state == COUNTED else "open_urn"
    return transition(
        current, verb, actor=actor, returned=returned, unused=unused, missing=missing, note=note
    )


@transaction.atomic
def begin_reading(batch: PaperBatch, *, actor: Any) -> PaperPass:
    """The reading of this clerk: a new one, or the one they have begun.

    Raises PermissionDenied, Refused when two others are reading already.
    """
    if not is_clerk_of(actor, batch.point_id):
        raise PermissionDenied
    current = _counted(batch)
    mine = current.passes.filter(clerk=actor).first()
    if mine is not None:
        return mine
    taken = set(current.passes.values_list("number", flat=True))
    free = [number for number in (1, 2) if number not in taken]
    if not free:
        raise Refused(_("Two other people are entering this batch already."))
    made = PaperPass.objects.create(batch=current, number=free[0], clerk=actor)
    record(current, "begin_reading", actor=actor)
    return made


@transaction.atomic
def enter_card(reading: PaperPass, *, actor: Any, card: int, typed: str) -> PaperEntry:
    """Keep what the clerk reads on one card; a card entered before is corrected.

    Raises PermissionDenied, Refused, BadCard.
    """
    batch = _counted(reading.batch)
    own = _own(reading, actor)
    if not 1 <= card <= (batch.cards_returned or 0):
        raise Refused(_("There is no card %(number)d in this batch.") % {"number": card})
    read = read_card(batch.plebiscite.ruleset, typed, numbers_of(batch.plebiscite_id))
    entry, _created = PaperEntry.objects.update_or_create(
        paper_pass=own,
        card=card,
        defaults={"payload": read.payload, "void_reason": read.void_reason},
    )
    return entry


@transaction.atomic
def finish_reading(reading: PaperPass, *, actor: Any) -> PaperPass:
    """Every card is entered: from now on this reading stands. Raises PermissionDenied, Refused."""
    batch = _counted(reading.batch)
    own = _own(reading, actor)
    missing = next_card(own)
    if missing is not None:
        raise Refused(_("Card %(number)d is not entered yet.") % {"number": missing})
    own.is_finished = True
    own.save(update_fields=["is_finished"])
    record(batch, "finish_reading", actor=actor)
    return own


def next_card(reading: PaperPass) -> int | None:
    """The first card that is not entered; None when all are."""
    entered = set(reading.entries.values_list("card", flat=True))
    cards = range(1, (reading.batch.cards_returned or 0) + 1)
    return next((card for card in cards if card not in entered), None)


@transaction.atomic
def settle(batch: PaperBatch, *, actor: Any, card: int, typed: str) -> PaperResolution:
    """A third reading of a card that was read in two ways. Two people have to agree on it.

    The first one writes it down; it is confirmed by another person who reads the same. Raises
    PermissionDenied, Refused, BadCard.
    """
    if not (is_clerk_of(actor, batch.point_id) or is_commission(actor)):
        raise PermissionDenied
    current = _counted(batch)
    found = next((one for one in mismatches(current) if one.card == card), None)
    if found is None:
        raise Refused(_("Both clerks have read card %(number)d alike.") % {"number": card})
    read = read_card(current.plebiscite.ruleset, typed, numbers_of(current.plebiscite_id))
    before = found.resolution
    if before is not None and before.is_confirmed:
        raise Refused(_("Two people have settled this card already."))
    if before is None or before.first_id in {None, actor.pk}:
        return _first_says(current, card, read, actor)
    if Reading(before.payload, before.void_reason) != read:
        # Not even now does one of them prevail: both look at the card again.
        before.delete()
        record(current, "disagree", actor=actor)
        return _first_says(current, card, read, actor)
    before.second, before.is_confirmed = actor, True
    before.save(update_fields=["second", "is_confirmed"])
    record(current, "settle_card", actor=actor)
    return before


def _first_says(batch: PaperBatch, card: int, read: Reading, actor: Any) -> PaperResolution:
    made, _created = PaperResolution.objects.update_or_create(
        batch=batch,
        card=card,
        defaults={
            "payload": read.payload,
            "void_reason": read.void_reason,
            "first": actor,
            "second": None,
        },
    )
    record(batch, "read_again", actor=actor)
    return made


def add_protocol(batch: PaperBatch, *, actor: Any, upload: UploadedFile) -> StoredFile:
    """Keep the scan of the signed protocol. Not in a transaction: checking a file takes seconds.

    Raises PermissionDenied, Refused, FileRefused.
    """
    if not is_clerk_of(actor, batch.point_id):
        raise PermissionDenied
    _check(batch)
    stored = store_upload(
        upload, actor=actor, allowed=IMAGES | {"pdf"}, max_size=MAX_PROTOCOL_SIZE, owner=batch
    )
    try:
        with transaction.atomic():
            current = _counted(batch)
            before = current.protocol
            current.protocol = stored
            current.save(update_fields=["protocol"])
            record(current, "add_protocol", actor=actor)
    except BaseException:
        remove(stored)
        raise
    if before is not None:
        remove(before)
    return stored


def may_read_protocol(actor: Any, file: StoredFile) -> bool:
    """Whether the person may see a scan: the point's clerks, and who reads everything."""
    batch = PaperBatch.objects.filter(pk=file.owner_id).first()
    return batch is not None and (is_clerk_of(actor, batch.point_id) or may_read(actor))


@transaction.atomic
def close(batch: PaperBatch, *, actor: Any) -> PaperBatch:
    """Close a batch: its valid cards become ballots. Raises what `transition` raises."""
    advisory_lock(STATE_LOCK, batch.plebiscite_id, shared=True)
    current = lock_row(batch)
    _takes_paper(current.plebiscite)
    unsettled = sum(not one.is_settled for one in mismatches(current))
    closed = transition(current, "close", actor=actor, unsettled=unsettled)
    _write_ballots(closed)
    return closed


def _write_ballots(batch: PaperBatch) -> None:
    paper = ballot_paper(batch.plebiscite_id)
    assert paper is not None
    ballots = []
    for reading in agreed(batch).values():
        if not reading.payload:
            continue
        nonce = new_nonce()
        c = commitment(
            plebiscite=str(batch.plebiscite_id),
            manifest_hash=paper.manifest_hash,
            ballot=reading.payload,
            nonce=nonce,
        )
        ballots.append(
            Ballot(
                plebiscite_id=batch.plebiscite_id,
                c=c,
                payload=reading.payload,
                nonce=nonce,
                channel=Channel.PAPER,
                paper_batch=batch,
            )
        )
    # By commitment, as ballots from the mix: the order of the cards is nobody's business.
    Ballot.objects.bulk_create(sorted(ballots, key=lambda ballot: bytes(ballot.c)))


def _counted(batch: PaperBatch) -> PaperBatch:
    """The batch, locked, while its cards are entered. Raises Refused."""
    rows = PaperBatch.objects.select_for_update(of=("self",)).select_related("plebiscite")
    current = rows.get(pk=batch.pk)
    _check(current)
    return current


def _check(current: PaperBatch) -> None:
    if current.state != COUNTED:
        raise Refused(_("Cards of this batch are not being entered."))
    _takes_paper(current.plebiscite)


def _takes_paper(plebiscite: Any) -> None:
    if plebiscite.state not in TAKES_PAPER or Channel.PAPER not in plebiscite.channels:
        raise Refused(_("Paper cards are not accepted at this time."))


def _own(reading: PaperPass, actor: Any) -> PaperPass:
    own = PaperPass.objects.select_for_update().select_related("batch").get(pk=reading.pk)
    if own.clerk_id != actor.pk or not is_clerk_of(actor, own.batch.point_id):
        raise PermissionDenied
    if own.is_finished:
        raise Refused(_("This reading is finished and does not change."))
    return own
