"""A resident's proposal: written, sent, decided about."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.audit import record
from core.files import IMAGES, FileRefused, remove, store_upload
from core.files.models import StoredFile
from core.transitions import NotAllowed, Refused, advisory_lock, lock_row, transition
from plebiscite import clock, pictures, rights
from plebiscite.models import (
    MAX_PICTURES,
    AuthorShown,
    Plebiscite,
    Proposal,
    ProposalPicture,
    ProposalRevision,
    RevisionPicture,
)
from plebiscite.permissions import is_author, may_propose, may_read
from plebiscite.phases import ProposalState, takes_proposals

#: What an author writes.
TEXTS = ("title", "description", "language", "kind", "theme", "author_shown", "accepts_rules")
#: One sending at a time in each contest: numbers follow each other and limits hold.
CONTEST_LOCK = "plebiscite.contest"
#: What pictures belong to (`core.references`).
FILE_OWNER = "plebiscite.proposal"
MAX_PICTURE_SIZE = 8 * 1024 * 1024
SMALLEST_SIDE = 300
#: A few more beginnings than works that may be sent.
_SPARE_DRAFTS = 2


class Outdated(Exception):
    """Somebody, perhaps the same person in another window, has saved the draft meanwhile."""

    def __init__(self, current: Proposal) -> None:
        super().__init__("the draft was changed meanwhile")
        self.current = current


@transaction.atomic
def begin(
    plebiscite: Plebiscite, *, actor: Any, language: str, key: UUID | None = None
) -> Proposal:
    """An empty draft. Raises NotAllowed, or Refused when the time or the number is over.

    `key` becomes its id: the same form sent twice begins one work.
    """
    if not may_propose(actor):
        raise NotAllowed
    advisory_lock(CONTEST_LOCK, plebiscite.pk)
    if key and (begun := plebiscite.proposals.filter(pk=key, author=actor).first()):
        return begun
    if not takes_proposals(Plebiscite.objects.get(pk=plebiscite.pk), clock.now()):
        raise Refused(_("Proposals are not accepted at this time."))
    mine = plebiscite.proposals.filter(author=actor).counted()
    if mine.count() >= plebiscite.proposals_per_person + _SPARE_DRAFTS:
        raise Refused(_("You have begun enough works: finish one of them, or withdraw one."))
    given = {"pk": key} if key else {}
    return Proposal.objects.create(plebiscite=plebiscite, author=actor, language=language, **given)


@transaction.atomic
def save_draft(
    proposal: Proposal,
    *,
    actor: Any,
    alt_texts: dict[int, str],
    version: int | None = None,
    **texts: Any,
) -> Proposal:
    """Keep what the author has written so far, whole or not.

    `alt_texts` are by position of the picture. `version` is the draft's as the author saw it:
    when it has another one by now, nothing that differs is overwritten and Outdated is raised.
    Raises NotAllowed.
    """
    current = _own(proposal, actor)
    if foreign := set(texts) - set(TEXTS):
        raise TypeError(f"{sorted(foreign)} are not for the author to write")
    changed = {name for name, value in texts.items() if getattr(current, name) != value}
    described = [
        picture
        for picture in current.pictures.all()
        if alt_texts.get(picture.position, picture.alt_text) != picture.alt_text
    ]
    if not changed and not described:
        return current
    if version is not None and version != current.draft_version:
        raise Outdated(current)
    for name in changed:
        setattr(current, name, texts[name])
    for picture in described:
        picture.alt_text = alt_texts[picture.position]
        picture.save(update_fields=["alt_text"])
    _count_version(current, *changed)
    return current


def _count_version(current: Proposal, *changed: str) -> None:
    current.draft_version += 1
    current.save(update_fields=["draft_version", *sorted(changed)])


def add_picture(proposal: Proposal, *, actor: Any, upload: UploadedFile) -> ProposalPicture:
    """Put a picture to a draft, drawn anew. Raises FileRefused with a sentence, NotAllowed.

    Not in a transaction: checking a picture takes seconds.
    """
    if not _is_with(proposal, actor):
        raise NotAllowed
    if proposal.pictures.count() >= MAX_PICTURES:
        raise _too_many()
    stored = store_upload(
        upload, actor=actor, allowed=IMAGES, max_size=MAX_PICTURE_SIZE, owner=proposal
    )
    try:
        if min(pictures.size_of(stored)) < SMALLEST_SIDE:
            raise FileRefused(
                _("The picture is too small: each side needs at least %(pixels)d pixels.")
                % {"pixels": SMALLEST_SIDE},
                "too_small",
            )
        with transaction.atomic():
            current = _own(proposal, actor)
            same = current.pictures.filter(file__sha256=stored.sha256).first()
            if same is not None:
                # The form was sent twice, or the picture was chosen again.
                remove(stored)
                return same
            taken = set(current.pictures.values_list("position", flat=True))
            free = [place for place in range(1, MAX_PICTURES + 1) if place not in taken]
            if not free:
                raise _too_many()
            _count_version(current)
            return ProposalPicture.objects.create(proposal=current, position=free[0], file=stored)
    except BaseException:
        remove(stored)
        raise


@transaction.atomic
def remove_picture(proposal: Proposal, *, actor: Any, position: int) -> None:
    """Take a picture out of a draft; the others move up. Raises NotAllowed."""
    current = _own(proposal, actor)
    picture = current.pictures.filter(position=position).first()
    if picture is None:
        return
    file = picture.file
    picture.delete()
    for place, other in enumerate(current.pictures.order_by("position"), start=1):
        if other.position != place:
            other.position = place
            other.save(update_fields=["position"])
    _count_version(current)
    if not RevisionPicture.objects.filter(file=file).exists():
        remove(file)


@transaction.atomic
def submit(proposal: Proposal, *, actor: Any) -> Proposal:
    """Send the draft to the commission: what stands in it becomes a revision.

    Raises what `transition` raises; `Refused.field` names what has to be put right.
    """
    advisory_lock(CONTEST_LOCK, proposal.plebiscite_id)
    label = author_label(actor, Proposal.objects.get(pk=proposal.pk).author_shown)
    sent = transition(proposal, "submit", actor=actor)
    last = Proposal.objects.filter(plebiscite=sent.plebiscite_id).aggregate(last=Max("number"))
    sent.number = sent.number or (last["last"] or 0) + 1
    sent.author_label = label
    sent.save(update_fields=["number", "author_label"])
    _write_revision(sent)
    return sent


@transaction.atomic
def decide(proposal: Proposal, verb: str, *, actor: Any, **context: Any) -> Proposal:
    """Everything else that may become of a proposal: what the table `PROPOSAL` says.

    Raises what `transition` raises.
    """
    if verb == "merge":
        # Two that are joined with each other at once would both be gone.
        advisory_lock(CONTEST_LOCK, proposal.plebiscite_id)
    decided = transition(proposal, verb, actor=actor, **context)
    if decided.state == ProposalState.ACCEPTED:
        for picture in _accepted(decided).pictures.select_related("file"):
            pictures.publish(picture.file)
    elif decided.accepted_revision_id:
        _hide(decided)
    return decided


def author_label(author: Any, shown: str) -> str:
    """What the public reads as the author. Raises Refused when there is no name to show."""
    if shown == AuthorShown.ANONYMOUS:
        return ""
    name = author.get_full_name().strip()
    if not name:
        raise Refused(
            _("Your account has no name yet. Add it there, or send the work without a name."),
            field="author_shown",
        )
    if shown == AuthorShown.NAMED:
        return name
    return " ".join(f"{word[0].upper()}." for word in name.replace("-", " ").split())


def _write_revision(proposal: Proposal) -> ProposalRevision:
    last = proposal.revisions.aggregate(last=Max("number"))["last"] or 0
    assert proposal.submitted_at is not None
    revision = ProposalRevision.objects.create(
        proposal=proposal,
        number=last + 1,
        title=proposal.title,
        description=proposal.description,
        language=proposal.language,
        kind_id=proposal.kind_id,
        theme_id=proposal.theme_id,
        rights_statement=rights.statement(),
        submitted_at=proposal.submitted_at,
    )
    for picture in proposal.pictures.select_related("file"):
        width, height = pictures.size_of(picture.file)
        RevisionPicture.objects.create(
            revision=revision,
            position=picture.position,
            file=picture.file,
            alt_text=picture.alt_text,
            sha256=picture.file.sha256,
            width=width,
            height=height,
        )
    return revision


def _accepted(proposal: Proposal) -> ProposalRevision:
    revision = proposal.accepted_revision
    assert revision is not None
    return revision


def _hide(proposal: Proposal) -> None:
    """Takes the pictures of a work that is no longer accepted out of the public media."""
    for picture in _accepted(proposal).pictures.select_related("file"):
        others = RevisionPicture.objects.filter(
            sha256=picture.sha256, revision__accepted_as__state=ProposalState.ACCEPTED
        )
        if not others.exists():
            transaction.on_commit(partial(pictures.withdraw, picture.file))


def _own(proposal: Proposal, actor: Any) -> Proposal:
    """The draft, locked; only its author may write in it, and only while it is with them."""
    current = lock_row(proposal)
    if not _is_with(current, actor):
        raise NotAllowed
    return current


def _is_with(proposal: Proposal, actor: Any) -> bool:
    return proposal.is_with_author and is_author(actor, proposal)


def _too_many() -> FileRefused:
    return FileRefused(
        _("A work has at most three pictures. Remove one before you add another."), "count"
    )


def may_read_picture(actor: Any, file: StoredFile) -> bool:
    """Whether the person may see a picture that is not public: its author, and the commission."""
    proposal = Proposal.objects.filter(pk=file.owner_id).first()
    return proposal is not None and (is_author(actor, proposal) or may_read(actor))


@transaction.atomic
def discard(proposal: Proposal, *, actor: Any) -> None:
    """Throw away a draft that was never sent. Raises PermissionDenied."""
    current = lock_row(proposal)
    if current.state != ProposalState.DRAFT or not is_author(actor, current):
        raise PermissionDenied
    files = [picture.file for picture in current.pictures.select_related("file")]
    record(current, "discard", actor=actor)
    current.delete()
    for file in files:
        remove(file)


def forget_author(proposal: Proposal) -> None:
    """Cut the tie between a work and the person behind it, in the caller's transaction.

    What never became public is deleted with its pictures; what did stays without a name.
    """
    if proposal.accepted_revision_id:
        proposal.author = None
        proposal.author_label = ""
        proposal.author_shown = AuthorShown.ANONYMOUS
        proposal.save(update_fields=["author", "author_label", "author_shown"])
        return
    files = set(StoredFile.objects.filter(owner_type=FILE_OWNER, owner_id=str(proposal.pk)))
    Proposal.objects.filter(merged_into=proposal).update(merged_into=None)
    proposal.delete()
    for file in files:
        remove(file)
