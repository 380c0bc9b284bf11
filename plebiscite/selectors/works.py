"""Works as the public sees them: accepted proposals, later the options of the ballot paper."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.core.files.storage import default_storage

from plebiscite import addresses, pictures
from plebiscite.models import BallotOption, Plebiscite, Proposal, RevisionPicture
from plebiscite.phases import FROZEN_ON


@dataclass(frozen=True)
class PictureView:
    """A public picture with its copies."""

    alt_text: str
    width: int
    height: int
    src: str
    srcset: str
    whole: str = ""


@dataclass(frozen=True)
class Work:
    """One work. `label_number` is that of the ballot paper once there is one, else its own."""

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
    pictures: tuple[PictureView, ...] = field(default=())

    @property
    def name(self) -> str:
        """Number and title, as on the ballot paper."""
        return f"{self.label_number}. {self.title}"


def works(plebiscite: Plebiscite, *, today: date) -> list[Work]:
    """All public works, in three queries whatever their number.

    Before the ballot paper is frozen the order is another one each day, so that no work always
    stands first; afterwards it is the one that was drawn.
    """
    if plebiscite.state in FROZEN_ON and (options := _options(plebiscite)):
        return options
    proposals = (
        plebiscite.proposals.accepted()
        .select_related("accepted_revision")
        .prefetch_related("accepted_revision__pictures__file")
    )
    found = [_of_proposal(plebiscite, proposal) for proposal in proposals]
    return sorted(found, key=lambda work: _draw(plebiscite, today, work.number))


def work(plebiscite: Plebiscite, number: int) -> Work | None:
    """One public work by the number of its proposal."""
    proposal = (
        plebiscite.proposals.accepted()
        .filter(number=number)
        .select_related("accepted_revision")
        .prefetch_related("accepted_revision__pictures__file")
        .first()
    )
    if proposal is None:
        return None
    option = plebiscite.options.filter(revision=proposal.accepted_revision_id).first()
    return _of_proposal(plebiscite, proposal, option)


def picture_view(
    *, sha256: str, width: int, height: int, alt_text: str, kind: str = ""
) -> PictureView:
    """A public picture by its hash; `kind` gives the address of the whole file too."""
    copies = {one: _url(pictures.copy_name(sha256, one)) for one in pictures.widths(width)}
    middle = next((one for one in copies if one >= 640), max(copies))
    return PictureView(
        alt_text=alt_text,
        width=width,
        height=height,
        src=copies[middle],
        srcset=", ".join(f"{url} {one}w" for one, url in copies.items()),
        whole=_url(pictures.whole_name(sha256, kind)) if kind else "",
    )


def _options(plebiscite: Plebiscite) -> list[Work]:
    options = BallotOption.objects.filter(plebiscite=plebiscite).select_related(
        "revision__proposal"
    )
    return [_of_option(plebiscite, option) for option in options]


def _of_option(plebiscite: Plebiscite, option: BallotOption) -> Work:
    proposal = option.revision.proposal
    return Work(
        number=proposal.number or 0,
        label_number=option.position,
        title=option.title,
        description=option.description,
        language=option.language,
        author=proposal.author_label,
        url=addresses.of_work(plebiscite.slug, proposal.number or 0),
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
    plebiscite: Plebiscite, proposal: Proposal, option: BallotOption | None = None
) -> Work:
    revision = proposal.accepted_revision
    assert revision is not None
    views = tuple(_views(revision.pictures.all()))
    return Work(
        number=proposal.number or 0,
        label_number=option.position if option else proposal.number or 0,
        title=revision.title,
        description=revision.description,
        language=revision.language,
        author=proposal.author_label,
        url=addresses.of_work(plebiscite.slug, proposal.number or 0),
        picture=views[0],
        code=option.code if option else "",
        is_example=proposal.is_example,
        pictures=views,
    )


def _views(found: Iterable[RevisionPicture]) -> Iterable[PictureView]:
    for picture in found:
        yield picture_view(
            sha256=picture.sha256,
            width=picture.width,
            height=picture.height,
            alt_text=picture.alt_text,
            kind=picture.file.kind,
        )


def _draw(plebiscite: Plebiscite, today: date, number: int) -> bytes:
    text = f"{plebiscite.pk} {today.isoformat()} {number}"
    return hashlib.sha256(text.encode()).digest()


def _url(name: str) -> str:
    return str(default_storage.url(name))
