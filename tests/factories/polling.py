"""Votes in person for tests: polling points, clerks, codes, urns; made by the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.roles import Role
from core.clock import database_now
from core.i18n.dates import TOWN_TIME
from plebiscite import clock
from plebiscite.codes import new_code
from plebiscite.models import PaperBatch, Plebiscite, PointClerk, PollingPoint
from plebiscite.services import moving
from plebiscite.services.commission import codes as printing
from plebiscite.services.commission import paper
from tests.factories import plebiscite as make
from tests.factories.people import person_with

ALL_CHANNELS = ("account", "code", "paper")


@dataclass
class Polling:
    """A vote with one polling point, its two clerks, and the codes in its envelopes."""

    plebiscite: Plebiscite
    point: PollingPoint
    clerks: list[Any]
    codes: list[str] = field(default_factory=list)

    @property
    def clerk(self) -> Any:
        return self.clerks[0]


def point_of(plebiscite: Plebiscite, name: str = "Biblioteka", clerks: int = 2) -> PollingPoint:
    """A polling point with clerks."""
    point = PollingPoint.objects.create(
        plebiscite=plebiscite, name=name, address="ul. Główna 1", hours="8–18"
    )
    for _number in range(clerks):
        PointClerk.objects.create(point=point, user=person_with(Role.POLLING_CLERK))
    return point


def polling(
    *,
    options: int = 3,
    codes: int = 3,
    channels: tuple[str, ...] = ALL_CHANNELS,
    closes_in: timedelta = 7 * make.DAY,
    freeze: bool = True,
    **fields: Any,
) -> Polling:
    """A vote that is going on, or that is all prepared but for the freeze."""
    now = database_now()
    dates = {
        "voting_closes_at": now + closes_in,
        "results_at": now + closes_in + make.DAY,
        "objections_until": now + closes_in + 8 * make.DAY,
    }
    with clock.shifted(-3 * make.DAY):
        plebiscite = make.announced(days=-3, channels=list(channels), **{**dates, **fields})
        for seed in range(options):
            make.accepted(plebiscite, seed=seed)
        point = point_of(plebiscite)
        printed = [new_code() for _number in range(codes)]
        if printed:
            with transaction.atomic():
                printing.store_batch(plebiscite, printed, actor=make.commission())
    with clock.shifted(-1.5 * make.DAY):
        moving.make_keys(plebiscite.pk)
        moving.move(plebiscite, "open_appeals", actor=make.commission())
        if freeze:
            make.together(plebiscite, "freeze")
    plebiscite = moving.catch_up(plebiscite)
    clerks = [row.user for row in point.clerks.select_related("user").order_by("pk")]
    return Polling(plebiscite, PollingPoint.objects.get(pk=point.pk), clerks, printed)


def urn(vote: Polling, *, cards: int = 10, seal: str = "P-001") -> PaperBatch:
    """An urn in use today."""
    return paper.open_batch(
        vote.point,
        actor=vote.clerk,
        day=clock.now().astimezone(TOWN_TIME).date(),
        seal_number=seal,
        cards_issued=cards,
    )


def read_all(batch: PaperBatch, clerk: Any, cards: list[str]) -> None:
    """One reading of all cards of a batch."""
    reading = paper.begin_reading(batch, actor=clerk)
    for card, typed in enumerate(cards, start=1):
        paper.enter_card(reading, actor=clerk, card=card, typed=typed)
    paper.finish_reading(reading, actor=clerk)
