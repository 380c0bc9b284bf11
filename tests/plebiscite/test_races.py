"""Many at once, on real connections, with a control that breaks when the lock is off."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, connections

from core.actors import SYSTEM
from core.clock import database_now
from plebiscite import clock
from plebiscite.ballots import new_nonce
from plebiscite.models import Ballot, Inbox, LogEntry, ParticipationMark, VoterRegister
from plebiscite.services import casting, mixing, moving
from plebiscite.services.casting import VoteRefused
from plebiscite.services.registering import DeclarationRefused
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory

pytestmark = pytest.mark.concurrency

VOTERS = 40


def outcomes(results) -> Counter:
    return Counter(getattr(result, "reason", type(result).__name__) for result in results)


def test_forty_votes_of_one_person_leave_one(together):
    plebiscite = make.voting()
    user = make.declared(plebiscite)
    results = together(*[partial(make.vote, plebiscite, user, ["M1"]) for _ in range(VOTERS)])
    assert outcomes(results) == {"Promise": 1, VoteRefused.ALREADY_VOTED: VOTERS - 1}
    assert (ParticipationMark.objects.count(), Inbox.objects.count()) == (1, 1)


def test_forty_copies_of_one_vote_get_one_promise(together):
    plebiscite = make.voting()
    user = make.declared(plebiscite)
    nonce = new_nonce()
    cast = partial(make.vote, plebiscite, user, ["M1"], nonce=nonce)
    results = together(*[cast] * VOTERS)
    assert outcomes(results) == {"Promise": VOTERS}
    assert len(set(results)) == 1
    assert (ParticipationMark.objects.count(), Inbox.objects.count()) == (1, 1)


def test_forty_accounts_of_one_person_leave_one_vote(together):
    plebiscite = make.voting()
    users = [UserFactory() for _ in range(VOTERS)]
    declared = together(*[partial(make.declared, plebiscite, user, number=1) for user in users])
    assert outcomes(declared) == {"User": VOTERS}
    assert VoterRegister.objects.count() == 1
    results = together(*[partial(make.vote, plebiscite, user) for user in users])
    assert outcomes(results) == {"Promise": 1, VoteRefused.ALREADY_VOTED: VOTERS - 1}
    assert Inbox.objects.count() == 1


def test_control_without_lock_and_constraint_one_person_votes_many_times(together, monkeypatch):
    """The same forty, with the waiting and the constraint taken away: the tests above can fail."""
    plebiscite = make.voting()
    user = make.declared(plebiscite)
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE plebiscite_participationmark "
            "DROP CONSTRAINT plebiscite_participationmark_pkey CASCADE"
        )

    def without_waiting(plebiscite, account, actor):
        return VoterRegister.objects.get(
            accounts__plebiscite=plebiscite, accounts__account_key=account
        )

    gate = threading.Barrier(VOTERS)
    real = casting.read_plan_and_mark

    def all_together(*args):
        found = real(*args)
        gate.wait(timeout=20)
        return found

    monkeypatch.setattr(casting, "_own_entry", without_waiting)
    monkeypatch.setattr(casting, "read_plan_and_mark", all_together)
    # Its key is unique too.
    monkeypatch.setattr(casting, "queue_mail", lambda *args, **kwargs: None)
    together(*[partial(make.vote, plebiscite, user, ["M1"]) for _ in range(VOTERS)])
    assert Inbox.objects.count() > 1


def test_the_constraint_alone_still_gives_a_sentence(together, monkeypatch):
    plebiscite = make.voting()
    user = make.declared(plebiscite)

    def without_waiting(plebiscite, account, actor):
        return VoterRegister.objects.get(
            accounts__plebiscite=plebiscite, accounts__account_key=account
        )

    monkeypatch.setattr(casting, "_own_entry", without_waiting)
    results = together(*[partial(make.vote, plebiscite, user, ["M1"]) for _ in range(16)])
    assert outcomes(results) == {"Promise": 1, VoteRefused.ALREADY_VOTED: 15}
    assert Inbox.objects.count() == 1


def test_two_people_of_one_name_cannot_enter_at_one_moment(together):
    plebiscite = make.voting()
    one, two = UserFactory(), UserFactory()
    here, there = make.somebody(1), make.somebody(1)
    there = type(there)(there.name, there.birth_date, "ul. Inna 9", there.postal_code)
    from plebiscite.services.registering import declare

    results = together(
        partial(declare, plebiscite.pk, actor=one, person=here, town="Hajnówka"),
        partial(declare, plebiscite.pk, actor=two, person=there, town="Hajnówka"),
    )
    assert outcomes(results) == {"VoterRegister": 1, DeclarationRefused.CHECK_AT_DESK: 1}


# --- Closing while people vote --------------------------------------------------------------------


def test_closing_waits_two_seconds_at_most_and_loses_nobody():
    plebiscite = make.voting(closes_in=timedelta(hours=1), grace_s=0)
    crowd = [make.declared(plebiscite, number=number) for number in range(160)]
    waiting = iter(crowd)
    guard, stop = threading.Lock(), threading.Event()
    taken, refused, problems = [], [], []

    def booth() -> None:
        try:
            while not stop.is_set():
                with guard:
                    user = next(waiting, None)
                if user is None:
                    return
                try:
                    taken.append(make.vote(plebiscite, user).commitment)
                except VoteRefused as refusal:
                    refused.append(refusal.reason)
        except Exception as error:
            problems.append(error)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        booths = [pool.submit(booth) for _ in range(16)]
        while len(taken) < 20 and not problems:
            time.sleep(0.01)
        # This thread's clock is past the close: it writes the close down and seals the box.
        started = time.monotonic()
        with clock.shifted(timedelta(hours=2)):
            moving.move(plebiscite, "seal", actor=SYSTEM)
        took = time.monotonic() - started
        before = len(taken)
        time.sleep(0.5)
        stop.set()
        for one in booths:
            one.result()
    assert not problems
    assert took < 2
    assert len(taken) <= before + 16
    assert set(refused) <= {VoteRefused.CLOSED}
    plebiscite.refresh_from_db()
    assert plebiscite.state == "sealed"
    # Every promise is kept, and nothing came in behind the seal.
    assert {bytes(c) for c in Ballot.objects.values_list("c", flat=True)} == set(taken)
    assert ParticipationMark.objects.count() == len(taken)
    assert not Inbox.objects.exists()


def test_the_mix_works_while_people_vote(together):
    plebiscite = make.voting(mix_k=3)
    users = [make.declared(plebiscite, number=number) for number in range(24)]
    done = threading.Event()

    def mixer() -> int:
        number = 0
        while not done.is_set():
            number += mixing.flush(plebiscite.pk)
        return number

    def crowd() -> list:
        try:
            return [make.vote(plebiscite, user).commitment for user in users]
        finally:
            done.set()

    opened, other, promised = together(mixer, mixer, crowd)
    while more := mixing.flush(plebiscite.pk):
        opened += more
    assert opened + other == Ballot.objects.count()
    assert Ballot.objects.count() + Inbox.objects.count() == 24
    assert 3 <= Inbox.objects.count() < 6
    with clock.shifted(8 * make.DAY):
        moving.move(plebiscite, "seal", actor=SYSTEM)
    assert {bytes(c) for c in Ballot.objects.values_list("c", flat=True)} == set(promised)
    positions = LogEntry.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, 25))


def test_two_workers_write_one_close_down(together):
    plebiscite = make.voting(closes_in=timedelta(minutes=1))

    def worker() -> None:
        with clock.shifted(timedelta(hours=1)):
            moving.write_down_what_is_due()

    results = together(*[worker] * 6)
    assert results == [None] * 6
    plebiscite.refresh_from_db()
    assert plebiscite.state == "sealed"
    from core.audit import history

    verbs = Counter(event.verb for event in history(plebiscite))
    assert (verbs["close"], verbs["seal"]) == (1, 1)


def test_numbers_and_limits_hold_when_works_are_sent_at_once(together):
    from plebiscite.services import proposals

    plebiscite = make.announced(proposals_per_person=2)
    author = UserFactory()
    drafts = [make.drafted(plebiscite, author, seed=seed) for seed in range(4)]
    results = together(*[partial(proposals.submit, draft, actor=author) for draft in drafts])
    assert Counter(type(one).__name__ for one in results) == {"Proposal": 2, "Refused": 2}
    assert sorted(one.number for one in results if hasattr(one, "number")) == [1, 2]


def test_the_clock_is_the_databases():
    """A shifted clock shifts one thread and no other."""
    with clock.shifted(timedelta(days=1)), ThreadPoolExecutor(1) as pool:
        here = clock.now()

        def elsewhere():
            try:
                return clock.now()
            finally:
                connections.close_all()

        there = pool.submit(elsewhere).result()
    assert here - there > timedelta(hours=23)
    assert abs(database_now() - there) < timedelta(minutes=1)
