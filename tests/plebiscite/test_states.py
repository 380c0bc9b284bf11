"""The tables: every role in every state, the way that only leads forward, frozen rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.roles import Role
from core.actors import SYSTEM
from core.audit import history
from core.transitions import NotAllowed, Refused, WrongState, matrix
from core.transitions import transition as change
from plebiscite import clock
from plebiscite.models import (
    Ballot,
    BallotOption,
    Count,
    Inbox,
    LogEntry,
    Manifest,
    MixFlush,
    Objection,
    ParticipationMark,
    Plebiscite,
    Proposal,
    ProposalRevision,
    UseRequest,
)
from plebiscite.objection_states import OBJECTION
from plebiscite.phases import ORDER, PlebisciteState
from plebiscite.services import moving
from plebiscite.states import PLEBISCITE
from plebiscite.use_states import USE
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db

ACTORS = [*Role, "nobody", "system"]


def actor(role: str):
    if role == "system":
        return SYSTEM
    return person_with(Role(role)) if role in set(Role) else UserFactory()


def attempt(call) -> str:
    try:
        with transaction.atomic():
            call()
    except NotAllowed:
        return "not allowed"
    except WrongState:
        return "wrong state"
    except Refused:
        return "refused"
    return "done"


COMMISSION, PLAN = Role.PLEBISCITE_COMMISSION, "system"
#: Who alone may take which step, and from which states. Written down here a second time, so that
#: a table that lets somebody else do it is found out.
PLEBISCITE_STEPS = {
    "announce": (COMMISSION, {"draft"}),
    "take_over": (COMMISSION, {"draft"}),
    "end_call": (PLAN, {"call"}),
    "open_appeals": (COMMISSION, {"review"}),
    "freeze": (COMMISSION, {"appeals"}),
    "rehearse": (COMMISSION, {"appeals"}),
    "open": (PLAN, {"frozen"}),
    "close": (PLAN, {"voting"}),
    "seal": (PLAN, {"closing"}),
    "draw": (COMMISSION, {"sealed"}),
    "count": (COMMISSION, {"sealed", "drawn"}),
    "publish": (COMMISSION, {"tallied"}),
    "certify": (COMMISSION, {"objections"}),
    "void": (COMMISSION, {
        "draft", "call", "review", "appeals", "frozen", "voting", "closing", "sealed", "drawn",
        "tallied", "objections", "certified",
    }),
}  # fmt: skip
OBJECTION_STEPS = {"dismiss": (COMMISSION, {"received"}), "grant": (COMMISSION, {"received"})}
USE_STEPS = {"grant": (COMMISSION, {"received"}), "refuse": (COMMISSION, {"received"})}
WORDS = ("reason", "summary", "answer")


def walk(machine, steps, role, make_one, *, works):
    """Every step from every state by one role; where it may be taken, what comes is in `works`."""
    who = actor(role)
    assert set(machine.verbs) == set(steps)
    for cell in matrix(machine, [role]):
        with transaction.atomic():
            one = make_one(cell.state)
            given = {name: "x" for name in WORDS if cell.row and name in cell.row.takes}
            result = attempt(lambda o=one, c=cell, g=given: change(o, c.verb, actor=who, **g))
            transaction.set_rollback(True)
        by, sources = steps[cell.verb]
        if role != by:
            assert result == "not allowed", cell
        elif cell.state not in sources:
            assert result == "wrong state", cell
        else:
            assert result in works, cell


@pytest.mark.parametrize("role", ACTORS)
def test_every_role_in_every_state_of_a_plebiscite(role):
    def make_one(state):
        return make.make_plebiscite(state=state, **_published(state))

    # Many steps are refused by their guards: this vote has neither works nor keys.
    walk(PLEBISCITE, PLEBISCITE_STEPS, role, make_one, works={"done", "refused"})


@pytest.mark.parametrize("role", ACTORS)
def test_every_role_in_every_state_of_an_objection_and_of_a_request(role):
    plebiscite = make.make_plebiscite()
    common = {"plebiscite": plebiscite, "number": "ZAS/2026/001-4", "language": "pl"}

    def objection(state):
        now = clock.now()
        return Objection.objects.create(
            **common, state=state, text="x", submitted_at=now, answer_due=now
        )

    def use(state):
        answered = {} if state == "received" else {"answer": "x", "answered_at": clock.now()}
        return UseRequest.objects.create(**common, state=state, purpose="x", **answered)

    walk(OBJECTION, OBJECTION_STEPS, role, objection, works={"done"})
    walk(USE, USE_STEPS, role, use, works={"done"})


def _published(state: str) -> dict:
    return {"published_at": clock.now()} if state in {"objections", "certified"} else {}


# --- The way --------------------------------------------------------------------------------------


def test_the_whole_way():
    plebiscite = make.voting(closes_in=timedelta(hours=1))
    for number, pick in enumerate(["M1", "M1", "M2"]):
        make.vote(plebiscite, make.declared(plebiscite, number=number), [pick])
    with clock.shifted(timedelta(hours=2)):
        moving.write_down_what_is_due()
        plebiscite = make.together(plebiscite, "count")
        plebiscite = make.together(plebiscite, "publish")
        assert plebiscite.published_at is not None
        with pytest.raises(Refused, match="objections"):
            make.together(plebiscite, "certify")
    with clock.shifted(10 * make.DAY):
        plebiscite = make.together(plebiscite, "certify")
    verbs = [event.verb for event in history(plebiscite)]
    assert verbs == [
        "announce", "make_keys", "end_call", "open_appeals", "begin_freeze", "freeze", "open",
        "close", "seal", "begin_count", "count", "begin_publish", "publish", "begin_certify",
        "certify",
    ]  # fmt: skip


def test_nothing_is_counted_before_it_is_sealed():
    plebiscite = make.voting()
    with pytest.raises(WrongState):
        make.together(plebiscite, "count")
    with pytest.raises(NotAllowed):
        moving.move(plebiscite, "seal", actor=make.commission())
    with pytest.raises(Refused):
        Plebiscite.objects.filter(pk=plebiscite.pk).update(state="closing")
        moving.move(plebiscite, "seal", actor=SYSTEM)


@pytest.mark.parametrize(
    ("problem", "words"),
    [("keys", "keys"), ("options", "two accepted"), ("waiting", "wait"), ("late", "begun")],
)
def test_what_keeps_a_ballot_paper_from_being_frozen(problem, words):
    plebiscite = make.announced()
    for seed in range(1 if problem == "options" else 2):
        make.accepted(plebiscite, seed=seed)
    if problem != "keys":
        moving.make_keys(plebiscite.pk)
    commission = make.commission()
    with clock.shifted((3 if problem == "late" else 1.5) * make.DAY):
        moving.move(plebiscite, "open_appeals", actor=commission)
        if problem == "waiting":
            Proposal.objects.filter(title="Praca 0").update(state="in_review")
        with pytest.raises(Refused, match=words):
            make.together(plebiscite, "freeze")
    assert not Manifest.objects.exists()


def test_the_call_does_not_end_while_something_waits():
    plebiscite = make.announced()
    make.submitted(plebiscite)
    with clock.shifted(1.5 * make.DAY), pytest.raises(Refused):
        moving.move(plebiscite, "open_appeals", actor=make.commission())


def test_voiding_needs_a_reason_and_is_the_end():
    plebiscite = make.announced()
    commission = make.commission()
    with pytest.raises(Refused, match="reason"):
        make.together(plebiscite, "void", reason="  ")
    voided = make.together(plebiscite, "void", reason="Pomyłka.")
    assert (voided.state, voided.void_reason) == ("void", "Pomyłka.")
    with pytest.raises(WrongState):
        moving.move(plebiscite, "announce", actor=commission)


# --- What the database refuses by itself ----------------------------------------------------------


def refuses(call) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        call()


@pytest.fixture
def counted():
    plebiscite = make.voting(closes_in=timedelta(hours=1))
    make.vote(plebiscite, make.declared(plebiscite))
    with clock.shifted(timedelta(hours=2)):
        moving.write_down_what_is_due()
        return make.together(plebiscite, "count")


FROZEN = [Manifest, BallotOption, ParticipationMark, Ballot, LogEntry, MixFlush, Count]


@pytest.mark.database
def test_frozen_rows_are_neither_changed_nor_deleted(counted):
    for model in FROZEN:
        rows = model.objects.filter(plebiscite=counted)
        assert rows.exists(), model
        field = next(one for one in model._meta.concrete_fields if not one.primary_key)
        value = rows.values_list(field.attname, flat=True)[0]
        refuses(lambda r=rows, f=field, v=value: r.update(**{f.attname: v}))
        refuses(lambda r=rows: r._raw_delete(r.db))


@pytest.mark.database
def test_revisions_and_sealed_votes_do_not_change():
    plebiscite = make.voting()
    make.vote(plebiscite, make.declared(plebiscite))
    refuses(lambda: ProposalRevision.objects.update(title="Inna"))
    refuses(lambda: Inbox.objects.update(blob=b"x"))


@pytest.mark.database
@pytest.mark.parametrize("state", ORDER)
def test_no_state_leads_back(state):
    plebiscite = make.make_plebiscite(state=state, **_published(state))
    rows = Plebiscite.objects.filter(pk=plebiscite.pk)
    for earlier in ORDER[: ORDER.index(state)]:
        refuses(lambda e=earlier: rows.update(state=e))
    rows.update(state=PlebisciteState.VOID)
    refuses(lambda: rows.update(state=PlebisciteState.DRAFT))


@pytest.mark.database
def test_nothing_about_a_frozen_vote_changes():
    plebiscite = make.frozen()
    rows = Plebiscite.objects.filter(pk=plebiscite.pk)
    for change_of in (
        {"voting_closes_at": plebiscite.voting_closes_at + make.DAY},
        {"title_pl": "Inny"},
        {"quorum": 5},
        {"mix_k": 1},
        {"inbox_public_key": b"x" * 32},
        {"slug": "inny"},
    ):
        refuses(lambda c=change_of: rows.update(**c))
    refuses(rows.delete)
    rows.update(state="voting")


@pytest.mark.database
@pytest.mark.parametrize("state", ["call", "appeals", "sealed", "tallied", "void"])
def test_the_database_takes_no_vote_outside_of_voting(state):
    plebiscite = make.make_plebiscite(state=state)
    refuses(lambda: Inbox.objects.create(plebiscite=plebiscite, blob=b"x", c_tag=state.encode()))
