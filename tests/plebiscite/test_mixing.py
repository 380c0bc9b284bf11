"""Out of the inbox: in groups, whole, and only what was promised. Then the count."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction

from core.actors import SYSTEM
from core.transitions import Refused
from plebiscite import chain, clock, keys
from plebiscite.models import (
    AccountVoter,
    Ballot,
    Count,
    Declaration,
    Inbox,
    LogEntry,
    MixFlush,
    ParticipationMark,
)
from plebiscite.sealing import BrokenSeal
from plebiscite.selectors.paper import ballot_paper
from plebiscite.services import forgetting, mixing, moving
from plebiscite.services.counting import count_votes
from tests.factories import plebiscite as make

pytestmark = pytest.mark.django_db


def voted(number: int, *, picks=("M1",), **fields):
    plebiscite = make.voting(**fields)
    promised = [
        make.vote(plebiscite, make.declared(plebiscite, number=one), picks).commitment
        for one in range(number)
    ]
    return plebiscite, promised


def sealed(plebiscite):
    with clock.shifted(8 * make.DAY):
        return moving.move(plebiscite, "seal", actor=SYSTEM)


def test_nothing_leaves_before_twice_k_wait():
    plebiscite, _promised = voted(7, mix_k=4)
    mixing.flush_open_boxes()
    assert (Inbox.objects.count(), Ballot.objects.count()) == (7, 0)
    make.vote(plebiscite, make.declared(plebiscite, number=7))
    mixing.flush_open_boxes()
    assert (Inbox.objects.count(), Ballot.objects.count()) == (4, 4)
    flush = MixFlush.objects.get()
    assert (flush.size, flush.after_position, flush.is_last) == (4, 0, False)


def test_the_last_flush_empties_the_box():
    plebiscite, promised = voted(3)
    sealed(plebiscite)
    assert not Inbox.objects.exists()
    assert {bytes(c) for c in Ballot.objects.values_list("c", flat=True)} == set(promised)
    assert MixFlush.objects.get().is_last


def test_an_empty_box_is_sealed_too():
    plebiscite, _promised = voted(0)
    assert sealed(plebiscite).state == "sealed"
    assert MixFlush.objects.get().size == 0


def test_the_log_is_one_chain():
    plebiscite, _promised = voted(9, mix_k=2)
    mixing.flush_open_boxes()
    sealed(plebiscite)
    previous = chain.start(str(plebiscite.pk), ballot_paper(plebiscite.pk).manifest_hash)
    for number, line in enumerate(LogEntry.objects.order_by("position"), start=1):
        assert (line.position, bytes(line.previous)) == (number, previous)
        previous = chain.link(previous, number, bytes(line.c))
        assert bytes(line.digest) == previous


def test_without_the_workers_key_nothing_opens(settings):
    plebiscite, _promised = voted(3)
    path = settings.KEYS_DIR / str(plebiscite.pk) / "worker" / "inbox"
    path.rename(path.with_name("away"))
    with pytest.raises(keys.MissingKey, match="inbox"):
        sealed(plebiscite)
    assert Inbox.objects.count() == 3
    plebiscite.refresh_from_db()
    assert plebiscite.state == "voting"


def test_a_foreign_row_stops_the_flush_and_changes_nothing():
    plebiscite, _promised = voted(3)
    Inbox.objects.create(plebiscite=plebiscite, blob=b"x" * 200, c_tag=b"t" * 32)
    with pytest.raises(BrokenSeal):
        sealed(plebiscite)
    assert (Inbox.objects.count(), Ballot.objects.count()) == (4, 0)


# --- Counting -------------------------------------------------------------------------------------


def test_a_count_is_stored_with_its_hashes():
    plebiscite = make.voting(quorum=3)
    for number, picks in enumerate((["M1"], ["M2"], ["M2"], [])):
        make.vote(plebiscite, make.declared(plebiscite, number=number), picks)
    sealed(plebiscite)
    make.together(plebiscite, "count")
    stored = Count.objects.get()
    result = json.loads(stored.result)
    assert result["totals"] == {"M1": 1, "M2": 2, "M3": 0}
    assert (result["winners"], result["blank"], result["cast"]) == (["M2"], 1, 4)
    assert result["is_binding"]
    again = count_votes(plebiscite)
    assert (again.input_sha256, again.result_sha256) == (
        bytes(stored.input_sha256),
        bytes(stored.result_sha256),
    )


def tampered(statement: str, *values) -> None:
    """As somebody would who owns the database: with the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE plebiscite_ballot SET payload = 'single:M2'", "not what was cast"),
        ("UPDATE plebiscite_ballot SET nonce = '\\x00000000000000000000000000000000'", "not what"),
        ("DELETE FROM plebiscite_participationmark WHERE voter_id = "
         "(SELECT voter_id FROM plebiscite_participationmark LIMIT 1)", "do not agree"),
        ("DELETE FROM plebiscite_ballot WHERE id = (SELECT id FROM plebiscite_ballot LIMIT 1)",
         "do not agree"),
        ("UPDATE plebiscite_logentry SET position = position + 10", "broken at line 1"),
        ("UPDATE plebiscite_logentry SET digest = previous WHERE position = 2", "line 2"),
    ],
)  # fmt: skip
def test_nothing_is_counted_that_does_not_add_up(statement, words):
    plebiscite, _promised = voted(3)
    plebiscite = sealed(plebiscite)
    tampered(statement)
    with pytest.raises(Refused, match=words), transaction.atomic():
        make.together(plebiscite, "count")
    assert not Count.objects.exists()
    plebiscite.refresh_from_db()
    assert plebiscite.state == "sealed"


# --- Keys and forgetting --------------------------------------------------------------------------


def test_keys_are_files_of_the_owner_alone(settings):
    plebiscite = make.make_plebiscite()
    moving.make_missing_keys()
    plebiscite.refresh_from_db()
    assert plebiscite.has_keys
    folder = settings.KEYS_DIR / str(plebiscite.pk)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert [str(path.relative_to(folder)) for path in files] == [
        "pepper", "promise", "tag", "worker/inbox", "worker/log",
    ]  # fmt: skip
    for path in files:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert len(path.read_bytes()) == 32
    before = [path.read_bytes() for path in files]
    public = bytes(plebiscite.inbox_public_key)
    moving.make_keys(plebiscite.pk)
    assert [path.read_bytes() for path in files] == before
    plebiscite.refresh_from_db()
    assert bytes(plebiscite.inbox_public_key) == public


def test_no_key_stands_in_the_database():
    plebiscite, _promised = voted(1)
    private = [
        key(plebiscite.pk) for key in (keys.pepper, keys.tag_key, keys.promise_key, keys.inbox_key)
    ]
    text = str(plebiscite.__dict__) + plebiscite.manifest.text
    for key in private:
        assert key.hex() not in text
        assert repr(key) not in text


def test_after_the_time_of_keeping_the_register_means_nothing(settings):
    plebiscite, _promised = voted(2, retention_days=30)
    sealed(plebiscite)
    with clock.shifted(37 * make.DAY):
        forgetting.forget_voters()
        assert Declaration.objects.count() == 2
    with clock.shifted(46 * make.DAY):
        forgetting.forget_voters()
        forgetting.forget_voters()
    assert not Declaration.objects.exists()
    assert not AccountVoter.objects.exists()
    assert ParticipationMark.objects.count() == 2
    assert not (settings.KEYS_DIR / str(plebiscite.pk) / "pepper").exists()
    with pytest.raises(keys.MissingKey):
        keys.pepper(plebiscite.pk)


def test_health_tells_of_a_missing_key(settings):
    from plebiscite.sources import check_health

    plebiscite, _promised = voted(0)
    check_health()
    (settings.KEYS_DIR / str(plebiscite.pk) / "pepper").unlink()
    with pytest.raises(keys.MissingKey, match="pepper"):
        check_health()


def test_health_tells_of_a_box_that_nobody_seals():
    from plebiscite.sources import check_health

    voted(0, closes_in=timedelta(hours=1))
    with clock.shifted(3 * make.DAY), pytest.raises(RuntimeError, match="not sealed"):
        check_health()
