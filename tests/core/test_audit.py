"""The audit trail: written once, sealed in batches, and every later change is found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts.models import User
from core.actors import SYSTEM, VISITOR, Actor
from core.audit import forget_person, history, record
from core.audit.models import AuditEvent, AuditPerson, AuditSeal
from core.audit.seals import Sealer, _seal_up_to, pack, seal_root
from core.audit.verify import verify
from core.references import Reference

CASE = Reference("tests.case", "17")
NAME = "Bożena Kanarkowa-Żółta"


@pytest.fixture
def user(db: None) -> User:
    first, last = NAME.split()
    return User.objects.create_user("kanarek@example.org", first_name=first, last_name=last)


def write(number: int = 1, actor: Any = SYSTEM) -> list[AuditEvent]:
    return [record(CASE, f"act-{step}", actor=actor) for step in range(number)]


def with_triggers_off(sql: str, *values: object) -> None:
    """What somebody with full rights over the database could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        assert cursor.rowcount > 0
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.django_db
class TestEvents:
    def test_an_event_says_who_did_what_and_no_more(self, user: User) -> None:
        event = record(
            user, "rename", actor=user, from_state="a", to_state="b", fields=["last_name", "email"]
        )
        event.refresh_from_db()
        assert (event.object_type, event.object_id) == ("accounts.user", str(user.pk))
        assert (event.from_state, event.to_state, event.fields) == (
            "a",
            "b",
            ["email", "last_name"],
        )
        assert (event.actor_kind, event.actor_id) == ("person", user.pk)
        assert event.person.label == NAME
        assert event.at is not None
        columns = [str(getattr(event, field.attname)) for field in event._meta.concrete_fields]
        assert not any("Kanar" in text or "kanar" in text for text in columns)
        assert list(history(user)) == [event]

    @pytest.mark.parametrize("actor", [SYSTEM, VISITOR, Actor(kind="link")])
    def test_who_has_no_account_leaves_no_name(self, actor: Actor) -> None:
        event = record(CASE, "expire", actor=actor)
        assert (event.actor_kind, event.actor_id) == (actor.kind, None)
        assert not AuditPerson.objects.exists()

    def test_an_act_without_an_actor_is_a_mistake(self) -> None:
        with pytest.raises(TypeError):
            record(CASE, "expire", actor=None)

    def test_the_same_name_twice_gives_different_digests(self, user: User) -> None:
        one, two = write(2, user)
        assert bytes(one.label_digest) != bytes(two.label_digest)

    @pytest.mark.database
    def test_time_and_id_come_from_the_database(self) -> None:
        event = AuditEvent(
            pk=999_999, object_type="x", object_id="1", verb="v", actor_kind="system"
        )
        event.at = "1999-01-01T00:00Z"
        event.save(force_insert=True)
        assert AuditEvent.objects.get().at.year > 1999
        assert AuditEvent.objects.get().pk != 999_999

    @pytest.mark.database
    @pytest.mark.parametrize("rows", [AuditEvent.objects, AuditSeal.objects])
    @pytest.mark.parametrize("change", ["update", "delete"])
    def test_rows_cannot_be_changed(self, rows: Any, change: str) -> None:
        write()
        Sealer().run()
        with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
            rows.update(id=F("id") + 1) if change == "update" else rows.all()._raw_delete("default")
        assert rows.count() == 1


@pytest.mark.django_db
class TestSeals:
    def test_every_event_is_sealed_once(self) -> None:
        write(3)
        assert Sealer().run() == 3
        write(2)
        assert Sealer().run() == 2
        assert Sealer().run() == 0
        report = verify()
        assert (report.problem, report.events, report.seals, report.unsealed) == ("", 5, 2, 0)

    def test_long_tails_are_sealed_in_pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.audit.seals.BATCH", 4)
        write(10)
        assert Sealer().run() == 10
        assert AuditSeal.objects.count() == 3
        assert verify().problem == ""

    def test_the_tail_that_is_not_sealed_yet_is_reported(self) -> None:
        write(2)
        Sealer().run()
        write(3)
        assert (verify().unsealed, verify().problem) == (3, "")

    def test_an_empty_trail_fits(self) -> None:
        assert Sealer().run() == 0
        assert verify().problem == ""

    def test_ids_of_rolled_back_events_leave_no_hole(self) -> None:
        write()
        with pytest.raises(RuntimeError), transaction.atomic():
            write(2)
            raise RuntimeError
        write()
        assert Sealer().run() == 2
        assert verify().problem == ""


@pytest.mark.django_db
class TestErasure:
    def test_a_deleted_account_leaves_a_chain_that_fits(self, user: User) -> None:
        number = user.pk
        write(3, user)
        Sealer().run()
        assert forget_person(number) == 3
        user.delete()
        Sealer().run()
        assert verify().problem == ""
        assert list(AuditEvent.objects.filter(actor_id=number).values_list("verb", flat=True)) == [
            "act-0", "act-1", "act-2",
        ]  # fmt: skip
        assert not AuditPerson.objects.exists()

    def test_erasing_your_own_name_does_not_write_it_down_again(self, user: User) -> None:
        write(1, user)
        forget_person(user.pk, actor=user)
        assert not AuditPerson.objects.exists()
        assert AuditEvent.objects.last().actor_id == user.pk

    def test_an_account_can_be_deleted_without_erasing(self, user: User) -> None:
        write(1, user)
        user.delete()
        assert AuditPerson.objects.get().label == NAME
        assert verify().problem == ""


@pytest.mark.django_db
class TestTampering:
    @pytest.fixture(autouse=True)
    def _trail(self, user: User) -> None:
        write(2, user)
        with pytest.raises(RuntimeError), transaction.atomic():
            write()
            raise RuntimeError
        self.hole = AuditEvent.objects.last().pk + 1
        # The range of the first seal ends after the id that was rolled back.
        Sealer().run()
        write(2, user)
        Sealer().run()
        self.events = list(AuditEvent.objects.order_by("id"))
        assert verify().problem == ""

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("at", "2001-01-01T00:00Z"), ("object_type", "x"), ("object_id", "x"), ("verb", "x"),
            ("from_state", "x"), ("to_state", "x"), ("fields", "{x}"), ("actor_kind", "x"),
            ("actor_id", 1_000_000), ("label_digest", b"x"),
        ],
    )  # fmt: skip
    def test_a_changed_event_is_named(self, column: str, value: object) -> None:
        with_triggers_off(
            f"UPDATE core_auditevent SET {column} = %s WHERE id = %s",  # noqa: S608
            value,
            self.events[1].pk,
        )
        assert f"event {self.events[1].pk}: was changed" in verify().problem

    @pytest.mark.parametrize("position", [0, 1, 3])
    def test_a_removed_event_is_named(self, position: int) -> None:
        number = self.events[position].pk
        with_triggers_off("DELETE FROM core_auditperson WHERE event_id = %s", number)
        with_triggers_off("DELETE FROM core_auditevent WHERE id = %s", number)
        assert f"event {number}: was removed" in verify().problem

    def test_an_event_put_in_afterwards_is_named(self) -> None:
        with_triggers_off(
            "INSERT INTO core_auditevent (id, at, object_type, object_id, verb, from_state,"
            " to_state, fields, actor_kind, label_digest)"
            " VALUES (%s, now(), 't', '1', 'forged', '', '', '{}', 'system', '')",
            self.hole,
        )
        assert f"event {self.hole}: was added" in verify().problem

    def test_a_changed_name_is_named(self) -> None:
        AuditPerson.objects.filter(event=self.events[0]).update(label="Ktoś Inny")
        assert f"event {self.events[0].pk}: the name" in verify().problem

    def test_a_changed_name_in_the_unsealed_tail_is_named(self, user: User) -> None:
        (event,) = write(1, user)
        AuditPerson.objects.filter(event=event).update(label="Ktoś Inny")
        assert f"event {event.pk}: the name" in verify().problem

    @pytest.mark.parametrize("column", ["leaves", "root", "previous"])
    def test_a_changed_seal_is_named(self, column: str) -> None:
        seal = AuditSeal.objects.first()
        with_triggers_off(
            f"UPDATE core_auditseal SET {column} = %s WHERE id = %s",  # noqa: S608
            b"x",
            seal.pk,
        )
        assert f"seal {seal.pk} " in verify().problem

    def test_a_seal_rewritten_with_its_events_breaks_the_next(self) -> None:
        seal = AuditSeal.objects.first()
        with_triggers_off("UPDATE core_auditevent SET verb = 'x' WHERE id = %s", self.events[0].pk)
        leaves = pack(AuditEvent.objects.filter(id__lte=seal.last_id).order_by("id"))
        root = seal_root(bytes(seal.previous), seal.first_id, seal.last_id, leaves)
        with_triggers_off(
            "UPDATE core_auditseal SET leaves = %s, root = %s WHERE id = %s", leaves, root, seal.pk
        )
        assert "does not continue" in verify().problem

    def test_a_removed_seal_is_noticed(self) -> None:
        with_triggers_off("DELETE FROM core_auditseal WHERE id = %s", AuditSeal.objects.first().pk)
        assert "does not continue" in verify().problem

    def test_a_cut_chain_is_noticed_with_the_head_alone(self) -> None:
        head = verify().head
        write()
        Sealer().run()
        assert verify(head=head).problem == ""
        last = AuditSeal.objects.order_by("id")[1]
        with_triggers_off("DELETE FROM core_auditseal WHERE id >= %s", last.pk)
        with_triggers_off("DELETE FROM core_auditperson WHERE event_id >= %s", last.first_id)
        with_triggers_off("DELETE FROM core_auditevent WHERE id >= %s", last.first_id)
        assert verify().problem == ""
        assert "does not contain the given head" in verify(head=head).problem

    def test_the_command_tells_and_fails(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("audit_verify")
        assert "4 events in 2 seals fit." in capsys.readouterr().out
        number = self.events[2].pk
        with_triggers_off("UPDATE core_auditevent SET verb = 'x' WHERE id = %s", number)
        with pytest.raises(SystemExit) as stop:
            call_command("audit_verify")
        assert stop.value.code == 1
        output = capsys.readouterr()
        assert f"event {number}: was changed" in output.err
        assert NAME not in output.out + output.err


@pytest.mark.concurrency
@pytest.mark.database
class TestConcurrency:
    """Events commit in another order than they take their ids."""

    def _late_commit(self, seal: Callable[[], object]) -> str:
        """One transaction takes an id and commits only after a later event was sealed."""
        has_written, may_commit = threading.Event(), threading.Event()

        def late() -> None:
            with transaction.atomic():
                write()
                has_written.set()
                assert may_commit.wait(20)
            connection.close()

        thread = threading.Thread(target=late)
        thread.start()
        try:
            assert has_written.wait(20)
            write()
            seal()
        finally:
            may_commit.set()
            thread.join()
        Sealer().run()
        return verify().problem

    def test_nothing_is_sealed_before_everything_below_is_settled(self) -> None:
        sealer = Sealer()
        sealed: list[int] = []
        assert self._late_commit(lambda: sealed.append(sealer.run())) == ""
        assert sealed == [0]
        assert AuditSeal.objects.count() == 1

    def test_control_a_seal_up_to_the_last_visible_event_breaks(self) -> None:
        problem = self._late_commit(lambda: _seal_up_to(AuditEvent.objects.last().pk))
        assert "was added after its time was sealed" in problem

    def test_many_writers_and_two_sealers(self, together: Callable[..., list[Any]]) -> None:
        done = threading.Event()
        writers = 8

        def act() -> None:
            for step in range(25):
                with transaction.atomic():
                    write(1 + step % 3)
                    if step % 5 == 0:
                        transaction.set_rollback(True)

        def seal() -> int:
            sealer, sealed = Sealer(), 0
            while not done.is_set():
                sealed += sealer.run()
            return sealed

        def act_all() -> None:
            threads = [
                threading.Thread(target=lambda: (act(), connection.close())) for _ in range(writers)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            done.set()

        results = together(act_all, seal, seal)
        assert not [result for result in results if isinstance(result, Exception)]
        last = Sealer().run()
        report = verify()
        assert report.problem == ""
        assert report.unsealed == 0
        assert report.events == AuditEvent.objects.count() == results[1] + results[2] + last
