"""The table of states, cell by cell."""

from datetime import timedelta

import pytest
from django.db.transaction import atomic

from accounts.roles import Role
from core.actors import SYSTEM
from core.clock import database_now
from core.outbox.models import OutboxMail
from core.transitions import NotAllowed, Refused, WrongState, matrix, transition
from directory.services import add_member
from incubator.models import Application, Call
from incubator.states import MACHINE, State
from tests.factories.incubator import (
    check_every_point,
    close,
    make_call,
    make_draft,
    make_organisation,
    make_sent,
    owner_of,
    send,
    team_of,
)
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db

ROLES = [
    "owner",
    "editor",
    "viewer",
    "stranger",
    Role.INCUBATOR_COORDINATOR.value,
    Role.APPROVER.value,
    Role.AUDITOR.value,
    Role.REVIEWER.value,
    Role.SERVICE_COORDINATOR.value,
]


def actor_for(role, application):
    if role == "owner":
        return owner_of(application)
    if role in {"editor", "viewer"}:
        return team_of(application.organisation, role)
    return UserFactory() if role == "stranger" else person_with(Role(role))


def brought_to(state):
    """An application in a state, by the ways of the table."""
    if state in {State.DRAFT, State.ABANDONED}:
        application = make_draft()
        if state == State.ABANDONED:
            transition(application, "abandon", actor=owner_of(application))
        return Application.objects.get(pk=application.pk)
    application = make_sent()
    close(application.call)
    checker = person_with(Role.INCUBATOR_COORDINATOR)
    path = {
        State.SUBMITTED: [],
        State.WITHDRAWN: ["withdraw"],
        State.FORMAL_CHECK: ["start_check"],
        State.FORMAL_OK: ["start_check", "pass"],
        State.REFUSAL_PROPOSED: ["start_check", "propose_refusal"],
        State.FORMAL_REJECTED: ["start_check", "propose_refusal", "confirm_refusal"],
        State.CLARIFICATION: ["start_check", "ask"],
        State.ANNULLED: ["annul"],
    }[state]
    for verb in path:
        actor = owner_of(application) if verb == "withdraw" else checker
        if verb == "pass":
            check_every_point(application, checker)
        if verb == "annul":
            annulled(application.call)
        if verb in {"confirm_refusal", "annul"}:
            actor = person_with(Role.APPROVER)
        transition(application, verb, actor=actor, **context(verb, application))
    return Application.objects.get(pk=application.pk)


def context(verb, application):
    if verb in {"propose_refusal", "reopen"}:
        return {"public_reason": "Brak statutu."}
    if verb == "ask":
        return {
            "questions": "Dołączcie statut.",
            "unlocked_keys": ["name"],
            "due_at": database_now() + timedelta(days=5),
        }
    if verb in {"submit", "correct", "answer"}:
        return {"arrived_at": database_now(), "rev": application.draft.rev, "errors": {}}
    return {}


def annulled(call):
    """What `annul_call` does to a call, without its applications."""
    Call.objects.filter(pk=call.pk).update(annulled_at=database_now(), annulled_reason="Brak")


def prepared(application, verb):
    """Whatever the guards of a verb ask for besides the state and the actor."""
    now = database_now()
    call = Call.objects.filter(pk=application.call_id)
    if verb == "pass" and application.state == State.FORMAL_CHECK:
        check_every_point(application, person_with(Role.INCUBATOR_COORDINATOR))
    elif verb == "annul":
        annulled(application.call)
    elif verb == "correct":
        call.update(closes_at=now + timedelta(days=1))
    elif verb == "expire":
        application.clarifications.update(due_at=now - timedelta(days=1))


CELLS = list(matrix(MACHINE, ROLES))


class Undone(Exception):
    """Takes back what a cell has tried, so that the next one finds the same application."""


@pytest.mark.parametrize("state", list(MACHINE.states))
def test_every_cell_of_the_table(state):
    application = brought_to(state)
    actors = {role: actor_for(role, application) for role in ROLES}
    wrong = []
    for cell in (cell for cell in CELLS if cell.state == state):
        reached = attempt(application, cell.verb, actors[cell.role])
        expected = cell.row.leads_to(state) if cell.is_allowed else None
        if reached != expected:
            wrong.append(f"{cell}: {reached} instead of {expected}")
    assert not wrong


def attempt(application, verb, actor):
    """The state that an actor reaches by a verb, None when refused. Nothing of it stays."""
    try:
        with atomic():
            prepared(application, verb)
            done = transition(application, verb, actor=actor, **context(verb, application))
            raise Undone(done.state)
    except Undone as reached:
        return reached.args[0]
    except (NotAllowed, WrongState):
        return None


def test_the_platform_may_give_up_old_drafts():
    application = make_draft()
    assert transition(application, "abandon", actor=SYSTEM).state == State.ABANDONED


def test_nothing_is_checked_while_the_call_is_open():
    application = make_sent()
    with pytest.raises(Refused):
        transition(application, "start_check", actor=person_with(Role.INCUBATOR_COORDINATOR))


def test_nothing_is_checked_in_the_time_of_grace():
    from datetime import timedelta

    from incubator.models import Call

    application = make_sent()
    Call.objects.update(closes_at=database_now() - timedelta(seconds=60), grace_s=300)
    with pytest.raises(Refused):
        transition(application, "start_check", actor=person_with(Role.INCUBATOR_COORDINATOR))


@pytest.mark.parametrize("verb", ["start_check", "pass", "propose_refusal"])
def test_nobody_decides_on_an_organisation_of_their_own(verb):
    application = brought_to(State.SUBMITTED if verb == "start_check" else State.FORMAL_CHECK)
    checker = person_with(Role.INCUBATOR_COORDINATOR)
    add_member(application.organisation, user=checker, role="viewer", actor=owner_of(application))
    with pytest.raises(Refused):
        transition(application, verb, actor=checker, **context(verb, application))


class TestRefusing:
    def test_takes_a_reason_and_two_people(self):
        application = brought_to(State.FORMAL_CHECK)
        first = person_with(Role.INCUBATOR_COORDINATOR)
        with pytest.raises(Refused):
            transition(application, "propose_refusal", actor=first, public_reason="  ")
        transition(application, "propose_refusal", actor=first, public_reason="Brak statutu.")
        OutboxMail.objects.all().delete()
        with pytest.raises(Refused):
            transition(application, "confirm_refusal", actor=first)
        assert not OutboxMail.objects.exists()
        second = person_with(Role.INCUBATOR_COORDINATOR)
        transition(application, "confirm_refusal", actor=second)
        mail = OutboxMail.objects.get()
        assert "Brak statutu." in mail.text
        assert mail.to == owner_of(application).email

    def test_a_superuser_too_needs_a_second_person(self):
        application = brought_to(State.FORMAL_CHECK)
        root = person_with(Role.ADMINISTRATOR, Role.INCUBATOR_COORDINATOR)
        transition(application, "propose_refusal", actor=root, public_reason="Powód")
        with pytest.raises(Refused):
            transition(application, "confirm_refusal", actor=root)

    def test_can_be_taken_back(self):
        application = brought_to(State.REFUSAL_PROPOSED)
        transition(application, "return_to_check", actor=person_with(Role.APPROVER))
        application.refresh_from_db()
        assert (application.public_reason, application.refusal_proposed_by) == ("", None)


def test_a_withdrawn_application_makes_room_for_another():
    owner = UserFactory()
    organisation, call = make_organisation(owner), make_call()
    first = send(make_draft(call, owner, organisation=organisation)).application
    transition(first, "withdraw", actor=owner)
    second = send(make_draft(call, owner, organisation=organisation)).application
    assert second.number != first.number
