"""One door for every change of state."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.db import transaction as database_transaction
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from core.actors import SYSTEM, VISITOR, Actor
from core.audit import history
from core.audit.models import AuditEvent
from core.outbox.models import OutboxMail
from core.transitions import (
    ANYONE,
    Machine,
    NotAllowed,
    Notice,
    Refused,
    State,
    Transition,
    TransitionError,
    WrongState,
    advisory_lock,
    available,
    lock_row,
    matrix,
    roles,
    transition,
)
from core.transitions.checks import problems
from core.transitions.matrix import Cell
from tests.core.parcels import CARRIER, CLERK, MACHINE, Parcel, parcel_table

ROLES = [CLERK, CARRIER, "stranger", "system", "superuser", "inactive"]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Sentences are compared as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def templates(settings: Any, tmp_path: Path) -> None:
    changed = copy.deepcopy(settings.TEMPLATES)
    changed[0]["DIRS"] = [tmp_path, *changed[0]["DIRS"]]
    settings.TEMPLATES = changed
    folder = tmp_path / "notifications"
    folder.mkdir()
    (folder / "parcel_sent.subject.txt").write_text("Parcel {{ obj.pk }}")
    (folder / "parcel_sent.txt").write_text("With {{ obj.carrier }}, {{ step.now.year }}")


@pytest.fixture
def parcels(db: None, templates: None) -> Iterator[type[Parcel]]:
    with parcel_table() as model:
        yield model


def actor(role: str) -> Any:
    """Somebody who holds the role and nothing else."""
    if role == "system":
        return SYSTEM
    user = User.objects.create_user(
        f"{role.encode().hex()}{User.objects.count()}@example.org",
        first_name="Kanarek",
        is_superuser=role == "superuser",
        is_active=role != "inactive",
    )
    if role in {CLERK, CARRIER}:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    if role == "inactive":
        user.groups.add(Group.objects.get_or_create(name=CLERK)[0])
    return user


# Without the row that breaks the rules on purpose.
CELLS = [cell for cell in matrix(MACHINE, ROLES) if cell.verb != "swap"]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_table_decides(parcels: type[Parcel], cell: Cell) -> None:
    """Every state × verb × role is allowed or refused exactly as the table says."""
    parcel = parcels.objects.create(state=cell.state)
    somebody = actor(cell.role)
    context = {"carrier": "PKP"} if cell.verb == "send" else {}
    knows_verb = {
        "send": {CLERK}, "relabel": {CLERK},
        "deliver": {CARRIER}, "lose": {"system"},
        "find": {CLERK, CARRIER},
    }  # fmt: skip
    may = cell.role in knows_verb[cell.verb]
    if cell.row is not None and may:
        done = transition(parcel, cell.verb, actor=somebody, **context)
        assert done.state == (cell.row.target or cell.state)
        assert history(parcel).get().verb == cell.verb
    else:
        with pytest.raises(WrongState if may else NotAllowed):
            transition(parcel, cell.verb, actor=somebody, **context)
        assert not AuditEvent.objects.exists()
    parcel.refresh_from_db()
    expected = cell.row.target or cell.state if cell.row is not None and may else cell.state
    assert parcel.state == expected
    if cell.role in {CLERK, CARRIER, "stranger"}:
        assert cell.is_allowed is (cell.row is not None and may)


class TestTransition:
    def test_everything_is_written_at_once(self, parcels: type[Parcel]) -> None:
        clerk = actor(CLERK)
        parcel = parcels.objects.create(email="kanarek@example.org", stations=["start"])
        done = transition(parcel, "send", actor=clerk, carrier="PKP", station="Hajnówka")
        assert (done.state, done.carrier, done.stations) == ("moving", "PKP", ["start", "Hajnówka"])
        # The caller's object is as it was.
        assert (parcel.state, parcel.stations) == ("packed", ["start"])
        parcel.refresh_from_db()
        assert (parcel.state, parcel.stations) == ("moving", ["start", "Hajnówka"])
        event = history(parcel).get()
        assert (event.verb, event.from_state, event.to_state) == ("send", "packed", "moving")
        assert (event.fields, event.actor_id) == (["carrier", "stations"], clerk.pk)
        mail = OutboxMail.objects.get()
        assert (mail.to, mail.kind, mail.language) == (parcel.email, "parcel_sent", "pl")
        assert (mail.subject, mail.order_key) == (
            f"Parcel {parcel.pk}",
            f"parcels.parcel/{parcel.pk}",
        )
        assert mail.text == f"With PKP, {timezone.now().year}\n"
        assert "kanarek" not in mail.dedupe_key

    def test_only_what_has_changed_is_written(self, parcels: type[Parcel]) -> None:
        parcel = parcels.objects.create()
        parcels.objects.update(email="meanwhile@example.org")
        transition(parcel, "send", actor=actor(CLERK), carrier="PKP")
        parcel.refresh_from_db()
        assert parcel.email == "meanwhile@example.org"

    def test_an_act_may_leave_the_state(self, parcels: type[Parcel]) -> None:
        parcel = parcels.objects.create()
        before = parcel.changed_at
        transition(parcel, "relabel", actor=actor(CLERK))
        parcel.refresh_from_db()
        assert (parcel.state, parcel.address) == ("packed", "elsewhere")
        assert parcel.changed_at > before
        assert history(parcel).get().to_state == "packed"

    def test_a_guard_refuses_with_a_sentence_and_the_field(self, parcels: type[Parcel]) -> None:
        parcel = parcels.objects.create(address="", email="kanarek@example.org")
        with pytest.raises(Refused, match="Give an address") as refusal:
            transition(parcel, "send", actor=actor(CLERK), carrier="PKP")
        assert refusal.value.field == "address"
        assert not AuditEvent.objects.exists()
        assert not OutboxMail.objects.exists()

    def test_a_superuser_with_a_role_is_bound_by_guards(self, parcels: type[Parcel]) -> None:
        boss = actor("superuser")
        boss.groups.add(Group.objects.get_or_create(name=CLERK)[0])
        with pytest.raises(Refused):
            transition(parcels.objects.create(address=""), "send", actor=boss, carrier="x")

    def test_whoever_may_not_learns_nothing_about_the_state(self, parcels: type[Parcel]) -> None:
        for state in MACHINE.states:
            parcel = parcels.objects.create(state=state)
            with pytest.raises(NotAllowed) as refusal:
                transition(parcel, "deliver", actor=VISITOR)
            assert str(refusal.value) == "You may not do this."

    def test_a_refusal_is_an_answer_for_people(self, parcels: type[Parcel]) -> None:
        parcel = parcels.objects.create(state="lost")
        with pytest.raises(WrongState, match="We are looking for it") as refusal:
            transition(parcel, "send", actor=actor(CLERK), carrier="PKP")
        assert refusal.value.state == "lost"
        assert issubclass(NotAllowed, PermissionDenied)
        assert all(issubclass(kind, TransitionError) for kind in (NotAllowed, Refused, WrongState))

    def test_the_owner_is_asked_about_the_object(self, parcels: type[Parcel]) -> None:
        owner, other = actor("stranger"), actor("stranger")
        parcel = parcels.objects.create(sender_id=owner.pk)
        with pytest.raises(NotAllowed):
            transition(parcel, "send", actor=other, carrier="PKP")
        assert transition(parcel, "send", actor=owner, carrier="PKP").state == "moving"

    def test_who_holds_a_link_is_an_actor_too(self, parcels: type[Parcel]) -> None:
        parcel = parcels.objects.create(sender_id=17)
        transition(parcel, "send", actor=Actor(kind="link", pk=17), carrier="PKP")
        event = history(parcel).get()
        assert (event.actor_kind, event.actor_id) == ("link", 17)

    @pytest.mark.parametrize("actor", [None, "somebody"])
    def test_nobody_is_no_actor(self, parcels: type[Parcel], actor: object) -> None:
        with pytest.raises((NotAllowed, TypeError, AttributeError)):
            transition(parcels.objects.create(state="lost"), "find", actor=actor)

    def test_mistakes_of_the_programmer_are_no_refusals(self, parcels: type[Parcel]) -> None:
        parcel, clerk = parcels.objects.create(), actor(CLERK)
        with pytest.raises(LookupError):
            transition(parcel, "explode", actor=clerk)
        with pytest.raises(TypeError, match="does not take"):
            transition(parcel, "send", actor=clerk, carrier="PKP", speed=9)
        with pytest.raises(TypeError, match=r"changed \['address'\]"):
            transition(parcel, "swap", actor=clerk)
        parcel.refresh_from_db()
        assert (parcel.state, parcel.address) == ("packed", "ul. Dworcowa 2")

    def test_what_is_rolled_back_later_leaves_nothing(self, parcels: type[Parcel]) -> None:
        parcel = parcels.objects.create(email="kanarek@example.org")
        clerk = actor(CLERK)
        with pytest.raises(RuntimeError), database_transaction.atomic():
            transition(parcel, "send", actor=clerk, carrier="PKP")
            raise RuntimeError
        parcel.refresh_from_db()
        assert parcel.state == "packed"
        assert not OutboxMail.objects.exists()
        assert not AuditEvent.objects.exists()

    def test_buttons_are_what_the_table_allows(self, parcels: type[Parcel]) -> None:
        parcel = parcels.objects.create()
        assert [row.verb for row in available(parcel, actor(CLERK))] == ["send", "relabel", "swap"]
        assert [row.verb for row in available(parcel, SYSTEM)] == ["lose"]
        assert available(parcel, AnonymousUser()) == []
        assert available(parcel, actor(CARRIER)) == []
        parcel.state = "there"
        assert available(parcel, actor("superuser")) == []

    def test_roles_are_asked_once_per_request(
        self, parcels: type[Parcel], rf: RequestFactory, django_assert_num_queries: Any
    ) -> None:
        clerk = actor(CLERK)
        user = SimpleLazyObject(lambda: User.objects.get(pk=clerk.pk))
        parcel = parcels.objects.create()
        with django_assert_num_queries(2):
            for _step in range(5):
                available(parcel, user)

    @pytest.mark.database
    def test_the_database_knows_the_states(self, parcels: type[Parcel]) -> None:
        with pytest.raises(IntegrityError), database_transaction.atomic():
            parcels.objects.create(state="eaten")


class TestTable:
    STATES = [State("a", "A", "a"), State("b", "B", "b")]

    def test_what_can_be_asked(self) -> None:
        assert MACHINE.final == {"there"}
        assert MACHINE.verbs == ["send", "relabel", "deliver", "lose", "find", "swap"]
        assert MACHINE.label("moving") == "On its way"
        assert MACHINE.label("moving", staff=True) == "With the carrier"
        assert MACHINE.choices()[0] == ("packed", "Packed at the counter")
        assert [row.verb for row in MACHINE.rows_from("lost")] == ["find"]
        assert len(list(matrix(MACHINE, ROLES))) == 4 * 6 * len(ROLES)

    @pytest.mark.parametrize(
        ("rows", "complaint"),
        [
            ([("x", "a", "c")], "no such states"),
            ([("x", "a", "b"), ("x", {"a", "b"}, "a")], "twice"),
            ([("x", "a", "a")], "nothing leads to"),
        ],
    )
    def test_a_table_that_makes_no_sense_is_refused(
        self, rows: list[tuple[str, Any, str]], complaint: str
    ) -> None:
        made = [Transition(*row, who=ANYONE, label_staff="x") for row in rows]
        with pytest.raises(ValueError, match=complaint):
            Machine("bad", self.STATES, made, initial="a")

    def test_the_state_itself_is_nobodys_field(self) -> None:
        row = Transition("x", "a", "b", who=ANYONE, label_staff="x", fields={"state"})
        with pytest.raises(ValueError, match="own field"):
            Machine("bad", self.STATES, [row], initial="a")

    def test_a_check_finds_what_the_model_does_not_have(self, templates: None) -> None:
        assert list(problems(Parcel, MACHINE)) == []
        row = Transition(
            "x", "a", "b", who=ANYONE, label_staff="x", fields={"colour"},
            mail=Notice(template="unwritten", to=lambda step: []),
        )  # fmt: skip
        machine = Machine("bad", self.STATES, [row], initial="a", field="status")
        found = "\n".join(problems(Parcel, machine))
        for expected in ("'colour'", "'status'", "unwritten.txt", "unwritten.subject.txt"):
            assert expected in found

    def test_permissions_have_names(self) -> None:
        both = roles("One", "Two") | MACHINE.rows("send")[0].who
        assert str(both.label) == "One, Two or Urzędnik or the sender"
        assert both.roles == {"One", "Two", CLERK}


@pytest.mark.database
@pytest.mark.concurrency
class TestConcurrency:
    @pytest.fixture(autouse=True)
    def _table(self, own_database: str, templates: None) -> Iterator[None]:
        with parcel_table():
            yield

    def test_of_twenty_that_try_one_succeeds(self, together: Callable[..., list[Any]]) -> None:
        parcel = Parcel.objects.create(email="kanarek@example.org")
        clerks = [actor(CLERK) for _step in range(20)]
        results = together(
            *[lambda c=c: transition(parcel, "send", actor=c, carrier="PKP") for c in clerks]
        )
        assert sum(isinstance(result, Parcel) for result in results) == 1
        assert sum(isinstance(result, WrongState) for result in results) == 19
        assert AuditEvent.objects.count() == OutboxMail.objects.count() == 1
        parcel.refresh_from_db()
        assert parcel.stations == ["depot"]

    def test_control_without_the_lock_several_do(
        self, together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        parcel = Parcel.objects.create()
        clerks = [actor(CLERK) for _step in range(6)]
        barrier = threading.Barrier(6)

        def careless(obj: Parcel) -> Parcel:
            fresh = Parcel.objects.get(pk=obj.pk)
            barrier.wait(20)
            return fresh

        monkeypatch.setattr(MACHINE, "lock", careless)
        results = together(
            *[lambda c=c: transition(parcel, "send", actor=c, carrier="PKP") for c in clerks]
        )
        assert sum(isinstance(result, Parcel) for result in results) == 6
        assert AuditEvent.objects.count() == 6

    def test_an_exclusive_lock_waits_for_shared_ones_and_comes_before_later_ones(
        self, together: Callable[..., list[Any]]
    ) -> None:
        order: list[str] = []
        first_has_it, closer_waits = threading.Event(), threading.Event()

        def waits_for_lock() -> bool:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND NOT granted"
                )
                return bool(cursor.fetchone()[0])

        def first() -> None:
            with database_transaction.atomic():
                advisory_lock("test", 1, shared=True)
                first_has_it.set()
                assert closer_waits.wait(20)
                order.append("first")

        def closer() -> None:
            first_has_it.wait(20)
            with database_transaction.atomic():
                advisory_lock("test", 1)
                order.append("closer")

        def later() -> None:
            first_has_it.wait(20)
            while not waits_for_lock():
                pass
            closer_waits.set()
            with database_transaction.atomic():
                advisory_lock("test", 1, shared=True)
                order.append("later")

        assert together(first, closer, later) == [None, None, None]
        assert order == ["first", "closer", "later"]

    def test_other_kinds_and_keys_do_not_wait(self, together: Callable[..., list[Any]]) -> None:
        barrier = threading.Barrier(3)

        def hold(kind: str, key: int) -> None:
            with database_transaction.atomic():
                advisory_lock(kind, key)
                barrier.wait(10)

        kinds = [("test", 1), ("test", 2), ("other", 1)]
        assert together(*[lambda k=k: hold(*k) for k in kinds]) == [None] * 3

    def test_a_lock_needs_a_transaction(self) -> None:
        with pytest.raises(database_transaction.TransactionManagementError):
            advisory_lock("test", 1)
        with pytest.raises(database_transaction.TransactionManagementError):
            lock_row(Parcel.objects.create())
