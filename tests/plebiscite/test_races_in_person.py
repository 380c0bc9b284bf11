"""One person at a desk, at another desk and at home at once: one mark, and the others are told."""

from __future__ import annotations

import threading
from collections import Counter
from functools import partial

import pytest
from django.db import connection

from plebiscite.models import Inbox, ParticipationMark, VoterRegister
from plebiscite.services import casting
from plebiscite.services.casting import VoteRefused
from plebiscite.services.commission import desk
from plebiscite.services.commission.desk import IssueRefused
from tests.factories import plebiscite as make
from tests.factories.polling import polling, urn

pytestmark = pytest.mark.concurrency

DESKS = 12


def outcomes(results) -> Counter:
    return Counter(getattr(result, "reason", type(result).__name__) for result in results)


def issuing(vote, channel, number=1):
    return partial(
        desk.issue,
        vote.point,
        actor=vote.clerk,
        person=make.somebody(number),
        channel=channel,
    )


@pytest.mark.parametrize("channel", ["paper", "code"])
def test_online_and_at_the_desk_at_one_moment(together, channel):
    vote = polling(codes=1)
    urn(vote, cards=50)
    user = make.declared(vote.plebiscite, number=1)
    online = partial(make.vote, vote.plebiscite, user)
    results = together(*[online, issuing(vote, channel)] * DESKS)
    found = outcomes(results)
    assert found["Promise"] + found["ParticipationMark"] == 1
    assert found[VoteRefused.ALREADY_VOTED] + found[IssueRefused.VOTED] == 2 * DESKS - 1
    assert ParticipationMark.objects.count() == 1
    assert Inbox.objects.count() == found["Promise"]


def test_nobody_knows_the_person_yet_and_all_desks_enter_them(together):
    vote = polling(codes=1)
    urn(vote, cards=50)
    results = together(*[issuing(vote, "paper"), issuing(vote, "code")] * DESKS)
    assert outcomes(results) == {"ParticipationMark": 1, IssueRefused.VOTED: 2 * DESKS - 1}
    assert VoterRegister.objects.count() == 1


def test_the_last_card_is_handed_out_once(together):
    vote = polling(codes=0, channels=("paper",))
    urn(vote, cards=3)
    results = together(*[issuing(vote, "paper", number) for number in range(DESKS)])
    assert outcomes(results) == {"ParticipationMark": 3, IssueRefused.NO_CARDS: DESKS - 3}


def test_control_without_waiting_and_constraint_one_person_gets_two(together, monkeypatch):
    """The same with the locks and the constraint taken away: the tests above can fail."""
    vote = polling(codes=1)
    urn(vote, cards=50)
    user = make.declared(vote.plebiscite, number=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE plebiscite_participationmark "
            "DROP CONSTRAINT plebiscite_participationmark_pkey CASCADE"
        )
    gate = threading.Barrier(2)
    real = casting.read_plan_and_mark

    def both(*arguments):
        found = real(*arguments)
        gate.wait(timeout=20)
        return found

    def entry(*_arguments):
        return VoterRegister.objects.get()

    monkeypatch.setattr(casting, "read_plan_and_mark", both)
    monkeypatch.setattr(desk, "read_plan_and_mark", both)
    monkeypatch.setattr(casting, "_own_entry", entry)
    monkeypatch.setattr(desk, "_locked", entry)
    results = together(partial(make.vote, vote.plebiscite, user), issuing(vote, "code"))
    assert outcomes(results) == {"Promise": 1, "ParticipationMark": 1}
    assert ParticipationMark.objects.count() == 2
