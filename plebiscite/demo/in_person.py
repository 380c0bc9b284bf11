"""The demo's votes in person: polling points, envelopes with codes, urns in use and read twice.

Everything is made by the services that the clerks' screens use; the codes are known, so that
whoever tries the demo can vote with one (docs/plebiscite.md says which).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.demo import demo_user
from core.i18n.dates import TOWN_TIME
from plebiscite import clock
from plebiscite.models import PaperBatch, Plebiscite, PollingPoint
from plebiscite.paper_states import OPEN
from plebiscite.phases import Channel
from plebiscite.services import preparing
from plebiscite.services.commission import codes, desk, paper
from plebiscite.voters import Person

CLERKS = ("punkt.anna", "punkt.piotr")


def set_up(plebiscite: Plebiscite, row: dict[str, Any], commission: Any) -> None:
    """The point with its clerks and the codes, before the freeze; nothing that is there twice."""
    if not plebiscite.points.exists():
        point = PollingPoint(plebiscite=plebiscite, position=1, **row["point"])
        clerks = [demo_user(login) for login in CLERKS]
        preparing.save_point(plebiscite, actor=commission, point=point, clerks=clerks)
    if "codes" in row and not plebiscite.code_batches.exists():
        with transaction.atomic():
            codes.store_batch(plebiscite, row["codes"], actor=commission)


def channels(row: dict[str, Any]) -> list[str]:
    """The ways to vote of a plebiscite that has a polling point."""
    ways = [Channel.ACCOUNT, Channel.CODE, Channel.PAPER]
    return [way.value for way in ways if way != Channel.CODE or "codes" in row]


def hand_out(plebiscite: Plebiscite, row: dict[str, Any], opens: datetime) -> None:
    """The urn of the first day and who got its cards; while voting goes on, the one of today."""
    point = plebiscite.points.get()
    clerk = demo_user(CLERKS[0])
    first = opens + timedelta(hours=2)
    if not PaperBatch.objects.filter(point=point).exists():
        with clock.shifted(first - clock.now()):
            paper.open_batch(
                point,
                actor=clerk,
                day=first.astimezone(TOWN_TIME).date(),
                seal_number="PRZYKŁAD-001",
                cards_issued=row["handed_out"] + 4,
            )
            for number in range(row["handed_out"]):
                desk.issue(point, actor=clerk, person=_person(number), channel=Channel.PAPER)
    today = clock.now().astimezone(TOWN_TIME).date()
    is_second = PaperBatch.objects.filter(point=point, seal_number="PRZYKŁAD-002").exists()
    if clock.now() < plebiscite.voting_closes_at and not is_second:
        paper.open_batch(point, actor=clerk, day=today, seal_number="PRZYKŁAD-002", cards_issued=50)


def read_cards(plebiscite: Plebiscite, row: dict[str, Any]) -> None:
    """After the close: the urn is opened and entered twice, with one card to settle."""
    clerks = [demo_user(login) for login in CLERKS]
    batch = PaperBatch.objects.get(point__plebiscite=plebiscite)
    if batch.state == OPEN:
        batch = paper.count_cards(
            batch, actor=clerks[0], returned=len(row["cards"]), unused=4, missing=0
        )
    for column, clerk in enumerate(clerks):
        reading = paper.begin_reading(batch, actor=clerk)
        if reading.is_finished:
            continue
        for card, typed in enumerate(row["cards"], start=1):
            paper.enter_card(reading, actor=clerk, card=card, typed=typed[column])
        paper.finish_reading(reading, actor=clerk)


def _person(number: int) -> Person:
    return Person(
        name=f"Osoba Przykładowa Papierowa{chr(97 + number)}",
        birth_date=date(1950, 1, 1) + timedelta(days=97 * number),
        street=f"ul. Papierowa {number + 1}",
        postal_code="17-200",
    )
