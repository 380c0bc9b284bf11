"""Mail that the calendar brings: before a contest closes, and to the commission once a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from core.i18n.dates import TOWN_TIME
from core.models import OutboxMail
from plebiscite import clock
from plebiscite.services import moving, objecting, proposals, reminding
from tests.factories import plebiscite as make

pytestmark = pytest.mark.django_db

UNSENT, DAILY = "plebiscite/proposal_unsent", "plebiscite/commission_daily"


def told(kind: str) -> list[str]:
    rows = OutboxMail.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("to", flat=True))


def at(hour: int, *, days: int = 1) -> datetime:
    """This hour of the town, on a day to come."""
    town = clock.now().astimezone(TOWN_TIME) + timedelta(days=days)
    return town.replace(hour=hour, minute=30, second=0, microsecond=0)


def test_whoever_has_not_sent_a_work_is_reminded_before_the_close_and_once():
    closes = clock.now() + 10 * make.DAY
    plebiscite = make.announced(
        contest_closes_at=closes,
        voting_opens_at=closes + make.DAY,
        voting_closes_at=closes + 2 * make.DAY,
        results_at=closes + 3 * make.DAY,
        objections_until=closes + 4 * make.DAY,
    )
    draft = make.drafted(plebiscite, seed=1)
    make.submitted(plebiscite, seed=2)
    gone = make.drafted(plebiscite, seed=3)
    proposals.discard(gone, actor=gone.author)
    reminding.remind_authors(closes - 8 * make.DAY)
    assert told(UNSENT) == []
    for _time in range(2):
        reminding.remind_authors(closes - 6.9 * make.DAY)
    assert told(UNSENT) == [draft.author.email]
    for _time in range(2):
        reminding.remind_authors(closes - timedelta(hours=3))
    assert told(UNSENT) == [draft.author.email] * 2
    assert f"/{draft.pk}/" in OutboxMail.objects.filter(kind=UNSENT)[0].text
    reminding.remind_authors(closes)
    proposals.submit(draft, actor=draft.author)
    OutboxMail.objects.filter(kind=UNSENT).delete()
    reminding.remind_authors(closes - timedelta(hours=2))
    assert told(UNSENT) == []


def test_a_work_begun_at_the_last_moment_is_not_reminded_of():
    plebiscite = make.announced()
    make.drafted(plebiscite)
    reminding.remind_authors(plebiscite.contest_closes_at - timedelta(hours=1))
    assert told(UNSENT) == []


def test_the_commission_is_told_once_a_day_what_waits():
    plebiscite = make.announced()
    one, two = make.commission(), make.commission()
    reminding.tell_commission(at(10))
    assert told(DAILY) == []
    make.submitted(plebiscite, seed=1)
    wrong = proposals.decide(make.submitted(plebiscite, seed=2), "take_up", actor=one)
    proposals.decide(wrong, "propose_rejection", actor=one, reason="To nie znak.")
    appealed = make.rejected(plebiscite, seed=3)
    proposals.decide(appealed, "appeal", actor=appealed.author, reason="To znak.")
    reminding.tell_commission(at(6))
    assert told(DAILY) == []
    for hour in (7, 8, 23):
        reminding.tell_commission(at(hour))
    # Two more of the commission have rejected the third work.
    assert {one.email, two.email} < set(told(DAILY))
    assert len(told(DAILY)) == len(set(told(DAILY)))
    text = OutboxMail.objects.filter(kind=DAILY)[0].text
    for line in (
        "1 praca do sprawdzenia",
        "1 odrzucenie do potwierdzenia przez drugą osobę",
        "1 odwołanie do rozpatrzenia",
    ):
        assert line in text
    reminding.tell_commission(at(7, days=2))
    assert told(DAILY).count(one.email) == 2


def test_objections_are_told_of_and_what_is_overdue():
    plebiscite = make.voting(closes_in=timedelta(hours=1))
    make.vote(plebiscite, make.declared(plebiscite))
    with clock.shifted(timedelta(hours=2)):
        moving.write_down_what_is_due()
        make.together(plebiscite, "count")
        make.together(plebiscite, "publish")
        objecting.object_to(
            plebiscite.pk,
            key=uuid4(),
            name="",
            email="",
            text="Punkt był zamknięty.",
            language="pl",
        )
    reminding.tell_commission(at(9, days=3))
    assert "1 zastrzeżenie" in OutboxMail.objects.filter(kind=DAILY)[0].text
    assert "po terminie" not in OutboxMail.objects.filter(kind=DAILY)[0].text
    OutboxMail.objects.filter(kind=DAILY).delete()
    reminding.tell_commission(at(9, days=30))
    assert "po terminie" in OutboxMail.objects.filter(kind=DAILY)[0].text
