"""Making the audit bundle: by a button, which the worker answers, or by a command."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import pagecache
from core.audit import record
from core.transitions import Refused
from plebiscite.bundle.writing import Progress, write
from plebiscite.models import BundleFile, Plebiscite
from plebiscite.permissions import is_commission
from plebiscite.phases import PUBLISHED, PlebisciteState
from plebiscite.selectors import bundling
from plebiscite.services.checkpoints import current_key

log = logging.getLogger("plebiscite")
#: Below the folder of public pictures: the only part of the media that the site gives out.
FOLDER = "images/pakiety"
#: Not given out by any address but the commission's own (`rehearsal_bundle`).
REHEARSALS = "proby"
_PIECE = 1 << 20


def write_bundle(
    plebiscite: Plebiscite, target: BinaryIO, *, progress: Progress | None = None
) -> str:
    """Writes the bundle of a published vote; gives the hash of its list of sums.

    What may still change, the course of the vote, is read at once at the beginning; what is
    streamed afterwards (log, ballots, codes) has been unchangeable since the box was sealed.
    Raises LookupError before publication, MissingKey without the key of the log.
    """
    contents = bundling.contents(plebiscite, private_key=current_key(plebiscite.pk))
    return write(target, contents, progress=progress)


@transaction.atomic
def ask_for_bundle(plebiscite: Plebiscite, *, actor: Any) -> BundleFile:
    """Lets the worker make the bundle anew. Raises PermissionDenied, Refused."""
    if not is_commission(actor):
        raise PermissionDenied
    if not bundling.may_be_bundled(plebiscite):
        if plebiscite.is_rehearsal:
            raise Refused(_("The bundle of a test run is made once its ballots are counted."))
        raise Refused(_("The bundle holds every ballot: it is made when the result is published."))
    row, _made = BundleFile.objects.select_for_update().get_or_create(plebiscite=plebiscite)
    if row.state in {BundleFile.State.READY, BundleFile.State.FAILED}:
        row.state, row.done = BundleFile.State.WANTED, 0
        row.save(update_fields=["state", "done"])
    record(plebiscite, "ask_for_bundle", actor=actor)
    return row


def rehearsal_bundle(plebiscite: Plebiscite, *, actor: Any) -> BundleFile | None:
    """The finished bundle of a test run, None before. Raises PermissionDenied."""
    if not is_commission(actor) or not plebiscite.is_rehearsal:
        raise PermissionDenied
    return BundleFile.objects.filter(plebiscite=plebiscite, state=BundleFile.State.READY).first()


def make_wanted_bundles() -> None:
    """The worker's job: a bundle for every published vote, and a new one when its state changes.

    That of a test run is made when the commission asks for it, and nobody else can fetch it.
    """
    asked = Q(rehearsal_of=None, state__in=PUBLISHED) | Q(
        state=PlebisciteState.TALLIED,
        rehearsal_of__isnull=False,
        bundle__state__in=[BundleFile.State.WANTED, BundleFile.State.MAKING],
    )
    for plebiscite in Plebiscite.objects.filter(asked):
        row, _made = BundleFile.objects.get_or_create(plebiscite=plebiscite)
        is_stale = row.state == BundleFile.State.READY and row.made_at_state != plebiscite.state
        # What a worker that was killed has left half made is made anew.
        if is_stale or row.state in {BundleFile.State.WANTED, BundleFile.State.MAKING}:
            _make(plebiscite, row)


def _make(plebiscite: Plebiscite, row: BundleFile) -> None:
    def tell(done: int) -> None:
        BundleFile.objects.filter(pk=row.pk).update(done=done)

    row.state, row.done = BundleFile.State.MAKING, 0
    row.total = bundling.size(plebiscite)
    row.save(update_fields=["state", "done", "total"])
    try:
        with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
            path = Path(folder) / "bundle.zip"
            with path.open("wb") as target:
                write_bundle(plebiscite, target, progress=tell)
            digest = _sha256(path)
            folder_name = REHEARSALS if plebiscite.is_rehearsal else FOLDER
            name = f"{folder_name}/{plebiscite.slug}-{digest[:16]}.zip"
            if not default_storage.exists(name):
                with path.open("rb") as file:
                    name = default_storage.save(name, File(file))
            row.size = path.stat().st_size
    except Exception:
        # One bundle that cannot be made keeps no other one waiting; the page says so.
        log.exception("the bundle of %s was not made", plebiscite.slug)
        row.state = BundleFile.State.FAILED
        row.save(update_fields=["state"])
        return
    row.state, row.name, row.sha256 = BundleFile.State.READY, name, digest
    row.done, row.made_at_state = row.total, plebiscite.state
    row.save()
    pagecache.changed()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
