"""Works as the public sees them: accepted proposals, later the options of the ballot paper."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.files.storage import default_storage
from django.db.models import OuterRef

from plebiscite import addresses, pictures
from plebiscite.addresses import ID_LETTERS
from plebiscite.fair_order import fair_order
from plebiscite.jury_states import CLOSED
from plebiscite.models import (
    BallotOption,
    Jury,
    Plebiscite,
    Proposal,
    ProposalRevision,
    RevisionPicture,
)
from plebiscite.phases import FROZEN_ON, PlebisciteState

_BEGINNING = re.compile(rf"[0-9a-f]{{{ID_LETTERS}}}")


@dataclass(frozen=True)
class PictureView:
    """A public picture with its copies."""

    alt_text: str
    width: int
    height: int
    src: str
    srcset: str
    whole: str = ""
    #: For links that are shared: 1200 × 630, JPEG.
    share: str = ""


@dataclass(frozen=True)
class Work:
    """One work. `number` is that of its proposal, for us alone; everybody reads `label_number`,

    the one of the ballot paper: 0, and not shown, until it has been drawn.
    """

    number: int
    label_number: int
    title: str
    description: str
    language: str
    author: str
    url: str
    picture: PictureView
    code: str = ""
    is_example: bool = False
    #: Codes of what its contest sorts works by.
    kind: str = ""
    theme: str = ""
    #: What a jury, once it has finished, says about it.
    is_recommended: bool = False
    is_left_out: bool = False
    pictures: tuple[PictureView, ...] = field(default=())

    @property
    def name(self) -> str:
        """Number and title, as on the ballot paper."""
        return f"{self.label_number}. {self.title}" if self.label_number else self.title


def works(plebiscite: Plebiscite, *, today: date) -> list[Work]:
    """All public works, in a few queries whatever their number.

    Before the ballot paper is frozen the order is another one each day, so that no work always
    stands first (`fair_order`); afterwards it is the one that was drawn.
    """
    if plebiscite.state in FROZEN_ON and (options := _options(plebiscite)):
        return options
    proposals = (
        plebiscite.contest.proposals.accepted()
        .select_related(
            "accepted_revision__kind",
            "accepted_revision__theme",
            "accepted_revision__judged__jury",
        )
        .prefetch_related("accepted_revision__pictures__file")
        .annotate(joined_authors=_joined_authors("pk"))
    )
    withheld = authors_are_withheld(plebiscite)
    found = [_of_proposal(plebiscite, one, withheld) for one in proposals]
    return _in_fair_order(plebiscite, found, today)


def gallery_works(plebiscite: Plebiscite, *, today: date) -> list[Work]:
    """All public works in an order that is another one each day, before and after the freeze."""
    return _in_fair_order(plebiscite, works(plebiscite, today=today), today)


def _in_fair_order(plebiscite: Plebiscite, found: list[Work], today: date) -> list[Work]:
    by_number = {work.number: work for work in found}
    order = fair_order(sorted(by_number), contest=str(plebiscite.pk), day=today)
    return [by_number[number] for number in order]


#: How the authors of works that were joined with a proposal are shown.
def _joined_authors(path: str) -> ArraySubquery:
    joined = Proposal.objects.filter(merged_into=OuterRef(path)).exclude(author_label="")
    return ArraySubquery(joined.order_by("number").values("author_label"))


def authors_are_withheld(plebiscite: Plebiscite) -> bool:
    """Whether a jury is still to judge: until then nobody reads whose works they are."""
    if plebiscite.state in FROZEN_ON - {PlebisciteState.VOID}:
        return False  # nothing is frozen before its jury has finished
    return Jury.objects.filter(plebiscite=plebiscite).exclude(state=CLOSED).exists()


def _judged(revision: ProposalRevision) -> dict[str, Any]:
    judged = getattr(revision, "judged", None)
    if judged is None or not judged.jury.is_closed:
        return {}
    is_shortlist = judged.jury.effect == Jury.Effect.SHORTLIST
    return {
        "is_recommended": judged.is_chosen,
        "is_left_out": is_shortlist and not judged.is_chosen,
    }


def _authors(label: str, joined: list[str]) -> str:
    return ", ".join(dict.fromkeys(name for name in [label, *joined] if name))


def work(plebiscite: Plebiscite, number: int) -> Work | None:
    """One public work by the number of its proposal."""
    proposal = (
        plebiscite.contest.proposals.accepted()
        .filter(number=number)
        .select_related(
            "accepted_revision__kind",
            "accepted_revision__theme",
            "accepted_revision__judged__jury",
        )
        .prefetch_related("accepted_revision__pictures__file")
        .annotate(joined_authors=_joined_authors("pk"))
        .first()
    )
    if proposal is None:
        return None
    option = plebiscite.options.filter(revision=proposal.accepted_revision_id).first()
    return _of_proposal(plebiscite, proposal, authors_are_withheld(plebiscite), option)


def picture_view(
    *, sha256: str, width: int, height: int, alt_text: str, kind: str = ""
) -> PictureView:
    """A public picture by its hash; `kind` gives the address of the whole file too."""
    copies = {one: url_of(pictures.copy_name(sha256, one)) for one in pictures.widths(width)}
    middle = next((one for one in copies if one >= 640), max(copies))
    return PictureView(
        alt_text=alt_text,
        width=width,
        height=height,
        src=copies[middle],
        srcset=", ".join(f"{url} {one}w" for one, url in copies.items()),
        whole=url_of(pictures.whole_name(sha256, kind)) if kind else "",
        share=url_of(pictures.share_name(sha256)),
    )


def _options(plebiscite: Plebiscite) -> list[Work]:
    options = (
        BallotOption.objects.filter(plebiscite=plebiscite)
        .select_related(
            "revision__proposal",
            "revision__kind",
            "revision__theme",
            "revision__judged__jury",
        )
        .annotate(joined_authors=_joined_authors("revision__proposal"))
    )
    withheld = authors_are_withheld(plebiscite)
    return [_of_option(plebiscite, option, withheld) for option in options]


def _of_option(plebiscite: Plebiscite, option: BallotOption, withheld: bool) -> Work:
    proposal = option.revision.proposal
    return Work(
        number=proposal.number or 0,
        label_number=option.position,
        title=option.title,
        description=option.description,
        language=option.language,
        author="" if withheld else _authors(proposal.author_label, option.joined_authors),  # type: ignore[attr-defined]
        **_judged(option.revision),
        url=_url(plebiscite, option.title, proposal),
        kind=getattr(option.revision.kind, "code", ""),
        theme=getattr(option.revision.theme, "code", ""),
        picture=picture_view(
            sha256=option.picture_sha256,
            width=option.picture_width,
            height=option.picture_height,
            alt_text=option.alt_text,
        ),
        code=option.code,
        is_example=proposal.is_example,
    )


def _of_proposal(
    plebiscite: Plebiscite,
    proposal: Proposal,
    withheld: bool,
    option: BallotOption | None = None,
) -> Work:
    revision = proposal.accepted_revision
    assert revision is not None
    views = tuple(views_of(revision.pictures.all()))
    return Work(
        number=proposal.number or 0,
        label_number=option.position if option else 0,
        title=revision.title,
        description=revision.description,
        language=revision.language,
        author="" if withheld else _authors(proposal.author_label, proposal.joined_authors),  # type: ignore[attr-defined]
        **_judged(revision),
        kind=getattr(revision.kind, "code", ""),
        theme=getattr(revision.theme, "code", ""),
        url=_url(plebiscite, revision.title, proposal),
        picture=views[0],
        code=option.code if option else "",
        is_example=proposal.is_example,
        pictures=views,
    )


def _url(plebiscite: Plebiscite, title: str, proposal: Proposal) -> str:
    return addresses.of_work(plebiscite.slug, addresses.work_name(title, proposal.pk))


def number_by_name(plebiscite: Plebiscite, name: str) -> int | None:
    """The number of the proposal that an address names; older addresses had the number itself."""
    if name.isdigit():
        return int(name) if len(name) < ID_LETTERS else None
    beginning = name.rpartition("-")[2]
    if not _BEGINNING.fullmatch(beginning):
        return None
    named = plebiscite.contest.proposals.filter(pk__startswith=beginning)
    return named.values_list("number", flat=True).first()


def views_of(found: Iterable[RevisionPicture]) -> Iterable[PictureView]:
    """Public pictures of a revision, each with its copies."""
    for picture in found:
        yield picture_view(
            sha256=picture.sha256,
            width=picture.width,
            height=picture.height,
            alt_text=picture.alt_text,
            kind=picture.file.kind,
        )


def url_of(name: str) -> str:
    """The address of a public file."""
    return str(default_storage.url(name))
