"""Plebiscites, proposals and voters for tests, made by the services that the views use."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from accounts.roles import Role
from core.clock import database_now
from plebiscite import clock
from plebiscite.ballots import Picks, commitment, new_nonce, write_ballot
from plebiscite.codes import code_digest, read_code
from plebiscite.models import (
    AuthorShown,
    Code,
    CodeBatch,
    Jury,
    JurySheet,
    Plebiscite,
    PointClerk,
    PollingPoint,
    Proposal,
)
from plebiscite.promises import Promise
from plebiscite.selectors.paper import ballot_paper
from plebiscite.services import casting, judging, moving, proposals, registering
from plebiscite.services.casting import Vote
from plebiscite.services.commission import confirming
from plebiscite.voters import Person
from tests.factories.people import UserFactory, person_with

DAY = timedelta(days=1)


def make_plebiscite(*, days: float = 0, **fields: Any) -> Plebiscite:
    """A draft whose call has begun and ends in a day, `days` from now; voting a day later."""
    start = database_now() + days * DAY
    values = {
        "slug": f"plebiscyt-{uuid.uuid4().hex[:8]}",
        "title_pl": "Znak na drzwi",
        "lead_pl": "Wybieramy znak.",
        "question_pl": "Który znak?",
        "about_pl": "Głosują mieszkańcy.",
        "regulations_pl": "Każdy mieszkaniec ma jeden głos.",
        "contest_opens_at": start - DAY,
        "contest_closes_at": start + DAY,
        "voting_opens_at": start + 2 * DAY,
        "voting_closes_at": start + 9 * DAY,
        "results_at": start + 10 * DAY,
        "objections_until": start + 17 * DAY,
    }
    return Plebiscite.objects.create(**{**values, **fields})


def commission() -> Any:
    """Somebody of the commission."""
    return person_with(Role.PLEBISCITE_COMMISSION)


def together(plebiscite: Plebiscite, verb: str, *, reason: str = "") -> Plebiscite:
    """A step that two people of the commission take."""
    return confirming.together(
        plebiscite, verb, first=commission(), second=commission(), reason=reason
    )


def announced(**fields: Any) -> Plebiscite:
    """A plebiscite that takes proposals."""
    plebiscite = make_plebiscite(**fields)
    return moving.move(plebiscite, "announce", actor=commission())


def picture_file(seed: int = 0, size: tuple[int, int] = (400, 400)) -> SimpleUploadedFile:
    """A PNG that no other seed gives."""
    image = Image.new("RGB", size, (seed * 37 % 256, seed * 91 % 256, 90))
    ImageDraw.Draw(image).rectangle((20, 20, 60 + seed, 60 + seed), fill="white")
    target = io.BytesIO()
    image.save(target, "PNG")
    return SimpleUploadedFile(f"znak-{seed}.png", target.getvalue(), "image/png")


def drafted(plebiscite: Plebiscite, author: Any = None, *, seed: int = 0, **texts: Any) -> Proposal:
    """A complete draft."""
    author = author or UserFactory()
    proposal = proposals.begin(plebiscite, actor=author, language="pl")
    proposals.add_picture(proposal, actor=author, upload=picture_file(seed))
    values = {
        "title": f"Praca {seed}",
        "description": f"Opis pracy {seed}.",
        "author_shown": AuthorShown.ANONYMOUS,
        "accepts_rules": True,
    }
    return proposals.save_draft(
        proposal, actor=author, alt_texts={1: f"Obraz {seed}"}, **{**values, **texts}
    )


def submitted(plebiscite: Plebiscite, author: Any = None, **others: Any) -> Proposal:
    """A proposal that has been sent."""
    proposal = drafted(plebiscite, author, **others)
    return proposals.submit(proposal, actor=proposal.author)


def accepted(plebiscite: Plebiscite, author: Any = None, **others: Any) -> Proposal:
    """A proposal that everybody may see."""
    judge = commission()
    proposal = proposals.decide(submitted(plebiscite, author, **others), "take_up", actor=judge)
    return proposals.decide(proposal, "accept", actor=judge)


def rejected(plebiscite: Plebiscite, author: Any = None, **others: Any) -> Proposal:
    """A proposal that two people have rejected."""
    first, second = commission(), commission()
    proposal = proposals.decide(submitted(plebiscite, author, **others), "take_up", actor=first)
    proposals.decide(proposal, "propose_rejection", actor=first, reason="To nie znak.")
    return proposals.decide(proposal, "reject", actor=second)


def frozen(options: int = 3, *, codes: Sequence[str] = (), **fields: Any) -> Plebiscite:
    """A plebiscite whose ballot paper is frozen; voting opens in a day.

    With `codes` it takes those too.
    """
    if codes:
        fields = {"channels": ["account", "code"], **fields}
    plebiscite = announced(**fields)
    for seed in range(options):
        accepted(plebiscite, seed=seed)
    if codes:
        _print(plebiscite, codes)
    with clock.shifted(1.5 * DAY):
        moving.make_keys(plebiscite.pk)
        moving.move(plebiscite, "open_appeals", actor=commission())
        return together(plebiscite, "freeze")


def _print(plebiscite: Plebiscite, codes: Sequence[str]) -> None:
    """Codes in envelopes, and a point with two clerks where they are handed out."""
    point = PollingPoint.objects.create(
        plebiscite=plebiscite, name="Biblioteka", address="ul. Parkowa 1", hours="9-17", position=1
    )
    for _number in range(2):
        PointClerk.objects.create(point=point, user=UserFactory())
    batch = CodeBatch.objects.create(plebiscite=plebiscite, label="A", size=len(codes))
    for code in codes:
        digest = code_digest(str(plebiscite.pk), read_code(code))
        Code.objects.create(plebiscite=plebiscite, batch=batch, digest=digest)


def vote_with_code(
    plebiscite: Plebiscite, code: str, picks: Picks = ("M1",), **others: Any
) -> Promise:
    """Casts a vote as the booth for codes does."""
    digest = code_digest(str(plebiscite.pk), read_code(code))
    return casting.cast_with_code(plebiscite.pk, filled(plebiscite, picks, **others), digest=digest)


def voting(options: int = 3, *, closes_in: timedelta = 7 * DAY, **fields: Any) -> Plebiscite:
    """A plebiscite in which one can vote now, for `closes_in` more."""
    now = database_now()
    dates = {
        "voting_closes_at": now + closes_in,
        "results_at": now + closes_in + DAY,
        "objections_until": now + closes_in + 8 * DAY,
    }
    start = -3 * DAY
    with clock.shifted(start):
        plebiscite = frozen(options, days=-3, **{**dates, **fields})
    return moving.catch_up(plebiscite)


def with_jury(works: int = 3, jurors: int = 2, **fields: Any) -> Jury:
    """A contest whose accepted works a jury is judging, by two criteria."""
    plebiscite = announced()
    for seed in range(works):
        author = UserFactory(first_name="Kanarek", last_name=f"Autorski{seed}")
        accepted(plebiscite, author, seed=seed, author_shown=AuthorShown.NAMED)
    member = commission()
    values = {"plebiscite": plebiscite, "places": 1, "scores_until": database_now() + 9 * DAY}
    jury = judging.save(Jury(**{**values, **fields}), actor=member)
    judging.add_criterion(jury, actor=member, name_pl="Pomysł", weight=2, top=5)
    judging.add_criterion(jury, actor=member, name_pl="Wykonanie", weight=1, top=3)
    for number in range(jurors):
        user = UserFactory(first_name="Jurorka", last_name=f"Numer{number}")
        judging.appoint(jury, actor=member, email=user.email)
    with clock.shifted(1.5 * DAY):
        moving.move(plebiscite, "open_appeals", actor=member)
        return judging.move(jury, "open", actor=member)


def judge(sheet: JurySheet, *points: int, comment: str = "") -> JurySheet:
    """Hand a sheet in."""
    actor = sheet.juror.user
    criteria = sheet.juror.jury.criteria.all()
    given = {one.pk: (number, comment) for one, number in zip(criteria, points, strict=True)}
    judging.save_sheet(sheet, actor=actor, given=given)
    return judging.decide_sheet(sheet, "submit", actor=actor)


def somebody(number: int) -> Person:
    """The details that a voter declares."""
    return Person(
        name=f"Osoba Numer{number}",
        birth_date=date(1960, 1, 1) + timedelta(days=number),
        street=f"ul. Lipowa {number + 1}",
        postal_code="17-200",
    )


def declared(plebiscite: Plebiscite, user: Any = None, *, number: int = 0) -> Any:
    """A user who may cast a vote."""
    user = user or UserFactory()
    registering.declare(plebiscite.pk, actor=user, person=somebody(number), town="Hajnówka")
    return user


def filled(
    plebiscite: Plebiscite,
    picks: Picks = ("M1",),
    *,
    nonce: bytes | None = None,
    opened_at: Any = None,
) -> Vote:
    """What a browser sends for these picks."""
    nonce = nonce or new_nonce()
    committed = committed_to(plebiscite, picks, nonce)
    return Vote(picks, nonce, committed, opened_at)


def vote(plebiscite: Plebiscite, user: Any, picks: Picks = ("M1",), **others: Any) -> Promise:
    """Casts a vote as the booth does."""
    return casting.cast(
        plebiscite.pk, filled(plebiscite, picks, **others), actor=user, language="pl"
    )


def committed_to(plebiscite: Plebiscite, picks: Picks, nonce: bytes) -> bytes:
    """The commitment as a browser computes it."""
    paper = ballot_paper(plebiscite.pk)
    assert paper is not None
    return commitment(
        plebiscite=str(plebiscite.pk),
        manifest_hash=paper.manifest_hash,
        ballot=write_ballot(paper.ruleset, picks, paper.codes),
        nonce=nonce,
    )
