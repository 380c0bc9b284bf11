"""Any course of a case: whatever people press and however long they wait, it stays sound."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from accounts.roles import Role
from core.audit.models import AuditEvent
from core.transitions import NotAllowed, Refused, WrongState, available
from core.worktime import (
    TOWN_TIME,
    after_working_days,
    after_working_time,
    working_time_between,
)
from services_catalog.cases import services, states
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.rules import LinkHolder
from tests.factories.cases import ask, person, team, text
from tests.factories.catalogue import OrganisationFactory

pytestmark = pytest.mark.django_db
#: At least so many moves; more where a state was not reached yet.
MOVES, MOST = 240, 1000
WAITS = [timedelta(hours=hours) for hours in (4, 4, 9, 9, 24, 96, 384)]
#: After these nothing much can happen any more, so they come seldom.
ENDS = {"withdraw", "withdraw_for", "mark_duplicate", "reject", "expire", "erase"}


class Clock:
    """The moment of the course, in place of the database's clock and the process's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = datetime(2026, 11, 20, 9, 30, tzinfo=TOWN_TIME)
        for name in (
            "core.transitions.doing.database_now",
            "services_catalog.cases.services.opening.database_now",
            "services_catalog.cases.services.upkeep.database_now",
            "django.utils.timezone.now",
        ):
            monkeypatch.setattr(name, lambda: self.moment)


class Course:
    """One case, what has happened to it and when."""

    def __init__(self, service, clock: Clock) -> None:
        self.clock, self.service = clock, service
        self.case = ask(service)
        ServiceRequest.objects.filter(pk=self.case.pk).update(created_at=clock.moment)
        self.case.refresh_from_db()
        self.events: list[tuple[str, str, datetime]] = []
        self.read()

    def read(self) -> list[AuditEvent]:
        """What was written down since the last time; the events stand one behind the other."""
        rows = AuditEvent.objects.filter(object_id=str(self.case.pk)).order_by("id")
        new = list(rows[len(self.events) :])
        state = self.case.state if self.events else ""
        for event in new:
            assert event.from_state == state or event.verb == "open"
            state = event.to_state
            self.events.append((event.verb, event.from_state, self.clock.moment))
        self.case = ServiceRequest.objects.get(pk=self.case.pk)
        assert self.case.state == state or not new
        return new

    def deadlines(self) -> tuple[datetime, datetime]:
        """The running deadline and that of the whole case, by the events alone."""
        replied, asked = False, None
        for verb, source, at in self.events:
            if verb in {"open", "confirm", "confirm_for", "reopen"}:
                whole = after_working_days(at, self.service.resolution_days)
                # A reopened case waits for an answer again.
                due = min(whole, after_working_days(at, self.service.reply_days))
            if asked and (
                verb in {"answer", "go_on"} or (verb, source) == ("reply", "waiting_requester")
            ):
                if due > asked:
                    due = after_working_time(at, working_time_between(asked, due))
                if whole > asked:
                    whole = after_working_time(at, working_time_between(asked, whole))
                asked = None
            if verb in {"ask", "answer", "reject"}:
                replied, due = True, whole
            if verb == "ask":
                asked = at
            elif verb in {"reject", "withdraw", "withdraw_for"}:
                asked = None
        assert (self.case.paused_at is None) is (asked is None)
        assert (self.case.first_reply_at is not None) is replied
        return due, whole

    def check(self) -> None:
        case = self.case
        due, whole = self.deadlines()
        assert case.due_resolution_at == whole, self.events
        assert case.due_at == due, self.events
        assert (case.closed_at is not None) is (case.state in states.FINAL)
        assert case.state not in states.HELD or case.assigned_org is not None
        assert case.state != states.CLOSED or case.outcome
        assert case.warn_at <= case.due_at <= case.due_resolution_at
        assert case.paused_at is None or case.state == states.WAITING


def row_of(case) -> dict:
    return ServiceRequest.objects.filter(pk=case.pk).values().get()


def test_any_course_keeps_the_case_sound(service, monkeypatch):
    luck, clock = random.Random(7391), Clock(monkeypatch)
    coordinator = person(Role.SERVICE_COORDINATOR)
    workshop = OrganisationFactory(kind="member")
    carpenter = team(workshop)
    extra = {
        "offer": {"organisation": workshop},
        "assign": {"assignee": coordinator},
        "set_priority": {"priority": 2},
        "new_pin": {"pin_hash": "x"},
        "rate": {"rating": 3},
        "mark_duplicate": {"original": ask(service, email="", phone="856822180")},
    }
    done: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    refused = 0
    course = Course(service, clock)
    for step in range(MOST):
        if step >= MOVES and set(seen) == set(states.MACHINE.states):
            break
        seen[course.case.state] += 1
        if course.case.erased_at or (course.case.is_final and luck.random() < 0.25):
            course = Course(service, clock)
        if luck.random() < 0.2:
            clock.moment += luck.choice(WAITS)
            before = AuditEvent.objects.count()
            moved = services.expire_and_close()
            assert AuditEvent.objects.count() == before + moved
            done.update(event.verb for event in course.read())
            course.check()
            continue
        clock.moment += timedelta(minutes=luck.randrange(1, 90))
        actors = [coordinator, carpenter, LinkHolder(case=course.case.pk)]
        offers = [(row.verb, actor) for actor in actors for row in available(course.case, actor)]
        is_offered = bool(offers) and luck.random() < 0.85
        if is_offered:
            weights = [
                (0.1 if verb in ENDS else 1) / (1 + done[verb]) ** 2 for verb, _actor in offers
            ]
            verb, actor = luck.choices(offers, weights)[0]
        else:
            verb, actor = luck.choice(states.MACHINE.verbs), luck.choice(actors)
            is_offered = (verb, actor) in offers
        takes = states.MACHINE.rows(verb)[0].takes
        context = {**text(f"Słowa {step}."), **extra.get(verb, {})}
        before_row = row_of(course.case)
        try:
            services.move(
                course.case, verb, actor=actor,
                **{name: value for name, value in context.items() if name in takes},
            )  # fmt: skip
        except (NotAllowed, WrongState):
            assert not is_offered, (verb, course.events)
            refused += 1
        except Refused:
            assert is_offered, (verb, course.events)
            refused += 1
        else:
            assert is_offered, (verb, course.events)
            (event,) = course.read()
            assert event.verb == verb
            done[verb] += 1
            course.check()
            continue
        assert row_of(course.case) == before_row, "what is refused changes nothing"
        assert course.read() == []
    assert set(seen) == set(states.MACHINE.states)
    assert set(done) >= {"ask", "reply", "answer", "offer", "accept_offer", "escalate"}
    assert refused > MOVES / 20
