"""What the plan says at every moment, without anybody having written it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from plebiscite.phases import (
    PlebisciteState,
    due,
    last_vote_at,
    state_at,
    takes_proposals,
    takes_votes,
)

START = datetime(2026, 10, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


@dataclass
class Plan:
    state: str
    contest_opens_at: datetime = START
    contest_closes_at: datetime = START + 10 * DAY
    voting_opens_at: datetime = START + 20 * DAY
    voting_closes_at: datetime = START + 30 * DAY
    grace_s: int = 300


@pytest.mark.parametrize(
    ("stored", "moment", "state"),
    [
        ("call", START - DAY, "call"),
        ("call", START + 10 * DAY - TICK, "call"),
        ("call", START + 10 * DAY, "review"),
        ("review", START + 25 * DAY, "review"),
        ("appeals", START + 25 * DAY, "appeals"),
        ("frozen", START + 20 * DAY - TICK, "frozen"),
        ("frozen", START + 20 * DAY, "voting"),
        ("frozen", START + 30 * DAY - TICK, "voting"),
        ("frozen", START + 30 * DAY, "closing"),
        ("voting", START + 30 * DAY, "closing"),
        ("closing", START + 99 * DAY, "closing"),
        ("draft", START + 99 * DAY, "draft"),
        ("void", START + 25 * DAY, "void"),
        ("certified", START + 25 * DAY, "certified"),
    ],
)
def test_the_state_by_the_plan(stored, moment, state):
    assert state_at(Plan(stored), moment) == state


def test_what_is_due_is_one_step_after_the_other():
    late = START + 99 * DAY
    assert due(Plan("frozen"), late) == "open"
    assert due(Plan("voting"), late) == "close"
    assert due(Plan("closing"), late) is None
    assert due(Plan("call"), late) == "end_call"
    assert due(Plan("frozen"), START) is None


@pytest.mark.parametrize("state", PlebisciteState)
def test_votes_are_taken_in_three_states_alone(state):
    taken = takes_votes(Plan(state), START + 25 * DAY)
    assert taken == (state in {"frozen", "voting", "closing"})


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        (START + 20 * DAY - TICK, False),
        (START + 20 * DAY, True),
        (START + 30 * DAY - TICK, True),
        (START + 30 * DAY, False),
    ],
)
def test_the_first_and_the_last_moment(moment, taken):
    for stored in ("frozen", "voting", "closing"):
        assert takes_votes(Plan(stored), moment) == taken


def test_whoever_opened_the_ballot_in_time_has_the_grace_and_no_longer():
    plan = Plan("voting")
    close = plan.voting_closes_at
    in_time = close - TICK
    assert takes_votes(plan, close, opened_at=in_time)
    assert takes_votes(plan, close + timedelta(seconds=300) - TICK, opened_at=in_time)
    assert not takes_votes(plan, close + timedelta(seconds=300), opened_at=in_time)
    assert not takes_votes(plan, close, opened_at=close)
    assert not takes_votes(plan, close, opened_at=plan.voting_opens_at - TICK)
    assert last_vote_at(plan) == close + timedelta(seconds=300)


def test_proposals_are_taken_during_the_call_alone():
    assert takes_proposals(Plan("call"), START)
    assert not takes_proposals(Plan("call"), START - TICK)
    assert not takes_proposals(Plan("call"), START + 10 * DAY)
    assert not takes_proposals(Plan("draft"), START)
    assert not takes_proposals(Plan("review"), START)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        # The nights in which Warsaw changes its clocks: a plan keeps moments, not wall clocks.
        (datetime(2026, 3, 29, 3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 2, 30, fold=0), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 2, 30, fold=1), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_closing_in_the_nights_when_clocks_change(local, utc):
    close = local.replace(tzinfo=ZoneInfo("Europe/Warsaw"))
    plan = Plan("voting", voting_opens_at=utc - DAY, voting_closes_at=close)
    # Times with one zone are compared by the wall clock in Python: the database gives UTC.
    plan.voting_closes_at = close.astimezone(UTC)
    assert takes_votes(plan, utc - TICK)
    assert not takes_votes(plan, utc)
