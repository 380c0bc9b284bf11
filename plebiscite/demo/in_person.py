"""The demo's vote in person: a polling point, envelopes with codes, an urn that was read twice.

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
    if not plebiscite.code_batches.exists():
        with transaction.atomic():
            codes.store_batch(plebiscite, row["codes"], actor=commission)


def take_paper(plebiscite: Plebiscite, row: dict[str, Any], opens: datetime) -> None:
    """The urn of the first day, entered twice with one card to settle, and the one of today."""
    point = plebiscite.points.get()
    one, other = (demo_user(login) for login in CLERKS)
    first = opens + timedelta(hours=2)
    if not PaperBatch.objects.filter(point=point).exists():
        with clock.shifted(first - clock.now()):
            batch = paper.open_batch(
                point,
                actor=one,
                day=first.astimezone(TOWN_TIME).date(),
                seal_number="PRZYKŁAD-001",
                cards_issued=len(row["cards"]) + 4,
            )
            for number in range(len(row["cards"])):
                desk.issue(point, actor=one, person=_person(number), channel=Channel.PAPER)
            batch = paper.count_cards(
                batch, actor=one, returned=len(row["cards"]), unused=4, missing=0
            )
            for clerk, column in ((one, 0), (other, 1)):
                reading = paper.begin_reading(batch, actor=clerk)
                for card, typed in enumerate(row["cards"], start=1):
                    paper.enter_card(reading, actor=clerk, card=card, typed=typed[column])
                paper.finish_reading(reading, actor=clerk)
    today = clock.now().astimezone(TOWN_TIME).date()
    if not PaperBatch.objects.filter(point=point, seal_number="PRZYKŁAD-002").exists():
        paper.open_batch(point, actor=one, day=today, seal_number="PRZYKŁAD-002", cards_issued=50)


def _person(number: int) -> Person:
    return Person(
        name=f"Osoba Przykładowa Papierowa{chr(97 + number)}",
        birth_date=date(1950, 1, 1) + timedelta(days=97 * number),
        street=f"ul. Papierowa {number + 1}",
        postal_code="17-200",
    )
