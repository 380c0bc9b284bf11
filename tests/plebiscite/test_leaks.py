"""Paths from a person to a ballot, each of which has to be closed."""

from __future__ import annotations

import logging
import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.apps.registry import Apps
from django.core import mail
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse
from wagtail.models import ReferenceIndex

from accounts.roles import Role
from core.actors import SYSTEM
from core.models import AuditEvent, AuditPerson, OutboxMail
from plebiscite import addresses, clock
from plebiscite.ballots import new_nonce
from plebiscite.codes import new_code
from plebiscite.models import (
    AccountVoter,
    Ballot,
    Beacon,
    BeaconDraft,
    BundleFile,
    Checkpoint,
    Code,
    CodeBatch,
    Count,
    Declaration,
    Inbox,
    KeyDestruction,
    LogEntry,
    MixFlush,
    ParticipationMark,
    Plebiscite,
    PlebisciteIndexPage,
    VoterRegister,
)
from plebiscite.selectors import lookup, view
from plebiscite.services import bundles, casting, checkpoints, mixing, moving
from plebiscite.views import form_tokens
from tests.factories import plebiscite as make
from tests.factories.people import person_with

PEOPLE = {VoterRegister, AccountVoter, Declaration, ParticipationMark}
BOX = {Inbox, Ballot, LogEntry, MixFlush}
#: What others check a vote by: codes, signatures, draws, files.
PROOF = {Checkpoint, Code, CodeBatch, Beacon, KeyDestruction, BundleFile}
VOTERS = 20


def rows(question: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()


def same_transaction() -> int:
    """Marks and opened ballots that were written by one transaction."""
    found = rows(
        "SELECT count(*) FROM plebiscite_participationmark mark "
        "JOIN plebiscite_ballot ballot ON mark.xmin = ballot.xmin"
    )
    return found[0][0]


# --- By the schema --------------------------------------------------------------------------------


def test_no_column_leads_from_people_to_the_box_or_back():
    user = apps.get_model("accounts.User")
    # Where people vote on paper, and the piles of cards, hold nobody and nothing that was cast.
    names = ("Plebiscite", "PollingPoint", "PaperBatch")
    meeting = {apps.get_model(f"plebiscite.{name}") for name in names}
    for model in PEOPLE | BOX | {Count}:
        targets = {
            field.related_model
            for field in model._meta.get_fields()
            if isinstance(field, models.ForeignKey)
        }
        assert user not in targets, model
        allowed = meeting | (PEOPLE if model in PEOPLE else set())
        assert targets <= allowed, model


def test_nothing_points_into_the_box():
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.ManyToManyField):
                assert field.related_model not in BOX, f"{model}.{field.name}"


def reached(model: type[models.Model]) -> set[type[models.Model]]:
    """All tables that one gets to from a row by following keys, but for those of all plebiscites.

    What a plebiscite itself points at is the same for every voter and every ballot.
    """
    shared = {apps.get_model("plebiscite.Plebiscite")}
    found: set[type[models.Model]] = set()
    waiting = [model]
    while waiting:
        for field in waiting.pop()._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.ManyToManyField):
                target = field.related_model
                if target not in shared | found:
                    found.add(target)
                    waiting.append(target)
    return found


def test_no_table_joins_people_codes_and_ballots():
    user = apps.get_model("accounts.User")
    for model in apps.get_models():
        ends = reached(model) | {model}
        sides = [ends & PEOPLE, ends & BOX, ends & {Code}]
        assert sum(map(bool, sides)) <= 1, (model, sides)
    for model in PROOF:
        assert reached(model) <= {CodeBatch}, model
        for field in model._meta.concrete_fields:
            assert not isinstance(field, models.DateTimeField | models.TimeField), field
    # Nobody's account hangs on a vote, a code or a proof; who entered the drawn number is known.
    for model in PEOPLE | BOX | PROOF:
        assert user not in reached(model), model
    assert user in reached(BeaconDraft), "the search finds nothing"


def test_control_a_code_in_the_register_would_be_found():
    class Leaky(models.Model):
        code = models.ForeignKey(Code, models.CASCADE, related_name="+")
        mark = models.ForeignKey(ParticipationMark, models.CASCADE, related_name="+")

        class Meta:
            app_label = "plebiscite"
            apps = Apps()  # of no other model

        def __str__(self) -> str:
            return str(self.pk)

    ends = reached(Leaky)
    assert Code in ends
    assert ends & PEOPLE


def test_no_hour_and_nothing_counted_up():
    for model in PEOPLE | BOX:
        for field in model._meta.concrete_fields:
            assert not isinstance(field, models.DateTimeField | models.TimeField), field
            assert not isinstance(field, models.AutoField), field
            if isinstance(field, models.DateField):
                assert field.name in {"day", "birth_date"}
        key = model._meta.pk
        while isinstance(key, models.OneToOneField):
            key = key.related_model._meta.pk
        assert isinstance(key, models.UUIDField), model
        assert key.default is uuid.uuid4


@pytest.mark.django_db
def test_the_database_has_no_sequence_for_them():
    tables = [model._meta.db_table for model in PEOPLE | BOX | {Checkpoint, Code, CodeBatch}]
    found = rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_name = ANY(%s) "
        "AND (is_identity = 'YES' OR column_default LIKE 'nextval%%' "
        "OR data_type LIKE 'timestamp%%' OR data_type LIKE 'time%%')",
        tables,
    )
    assert found == []


# --- By what PostgreSQL keeps ---------------------------------------------------------------------


@pytest.mark.concurrency
def test_transactions_do_not_join_marks_to_ballots(together):
    plebiscite = make.voting(mix_k=5)
    for number in range(VOTERS):
        make.vote(plebiscite, make.declared(plebiscite, number=number), ["M1"])
    assert same_transaction() == 0
    while mixing.flush(plebiscite.pk):
        assert same_transaction() == 0
    assert Ballot.objects.count() == 15
    # Those that leave together are written by one transaction, in an order that says nothing.
    for flush in MixFlush.objects.order_by("after_position"):
        lines = LogEntry.objects.filter(
            position__gt=flush.after_position, position__lte=flush.after_position + flush.size
        ).order_by("position")
        commitments = [bytes(line.c) for line in lines]
        assert commitments == sorted(commitments)
    inserted = rows("SELECT xmin::text, c FROM plebiscite_ballot ORDER BY ctid")
    for transaction in {row[0] for row in inserted}:
        written = [bytes(row[1]) for row in inserted if row[0] == transaction]
        assert len(written) == 5
        assert written == sorted(written)


@pytest.mark.concurrency
def test_control_the_join_finds_votes_that_are_written_plainly(together):
    """The same question on a ballot written in the voter's transaction: it would be answered."""
    from django.db import transaction

    plebiscite = make.voting()
    make.declared(plebiscite)
    with transaction.atomic():
        ParticipationMark.objects.create(
            voter=VoterRegister.objects.get(),
            plebiscite=plebiscite,
            channel="account",
            day="2026-01-01",
        )
        Ballot.objects.create(
            plebiscite=plebiscite, c=b"c" * 32, payload="single:M1", nonce=b"n" * 16,
            channel="account",
        )  # fmt: skip
    assert same_transaction() == 1


@pytest.mark.concurrency
def test_files_of_the_database_hold_no_vote_before_the_mix(own_database, together):
    """Heap, indexes and log of PostgreSQL, byte by byte."""
    plebiscite = make.voting()
    folder = Path(rows("SHOW data_directory")[0][0])
    if not folder.is_dir():
        pytest.skip("the server's files are on another machine")
    nonce = new_nonce()
    user = make.declared(plebiscite, number=7)
    make.vote(plebiscite, user, ["M2"], nonce=nonce)
    committed = make.committed_to(plebiscite, ["M2"], nonce)
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    oid = rows("SELECT oid FROM pg_database WHERE datname = current_database()")[0][0]
    hidden = [nonce, committed, nonce.hex().encode(), committed.hex().encode(), b"single:M"]
    seen = 0
    for file in [*(folder / "base" / str(oid)).iterdir(), *(folder / "pg_wal").glob("0*")]:
        content = file.read_bytes()
        seen += str(user.email).encode() in content
        for secret in hidden[:4]:
            assert secret not in content, file
    assert seen, "the search looks in the wrong place"
    table = rows("SELECT pg_relation_filepath('plebiscite_inbox')")[0][0]
    assert hidden[4] not in (folder / table).read_bytes()
    # The control: after the mix the same search finds the ballot.
    mixing_done = mixing.flush(plebiscite.pk)
    assert mixing_done == 0
    from django.db import transaction

    with transaction.atomic():
        mixing.flush_everything(plebiscite.pk)
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    table = rows("SELECT pg_relation_filepath('plebiscite_ballot')")[0][0]
    content = (folder / table).read_bytes()
    assert nonce in content
    assert committed in content


@pytest.mark.django_db
def test_an_inbox_tells_neither_choice_nor_blank():
    plebiscite = make.voting()
    for number, picks in enumerate((["M1"], ["M2"], [])):
        make.vote(plebiscite, make.declared(plebiscite, number=number), picks)
    assert len({len(bytes(row.blob)) for row in Inbox.objects.all()}) == 1
    assert {field.name for field in Inbox._meta.get_fields()} == {
        "id", "plebiscite", "blob", "c_tag",
    }  # fmt: skip


# --- By what is written besides -------------------------------------------------------------------


def everything_but_the_box() -> str:
    """Every row of every table except the box, as text."""
    tables = rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
        "AND table_type = 'BASE TABLE'"
    )
    skipped = {model._meta.db_table for model in BOX}
    found = []
    for (table,) in tables:
        if table not in skipped:
            question = f'SELECT t::text FROM "{table}" t'  # noqa: S608 - the database's own names
            found += [row[0] for row in rows(question)]
    return "\n".join(found)


@pytest.mark.django_db
def test_no_table_and_no_mail_holds_the_commitment_or_the_choice():
    plebiscite = make.voting()
    user = make.declared(plebiscite)
    nonce = new_nonce()
    promise = make.vote(plebiscite, user, ["M2"], nonce=nonce)
    committed = promise.commitment
    secrets = [committed.hex(), nonce.hex(), promise.code, promise.signature.hex(), "single:M2"]
    text = everything_but_the_box()
    assert user.email in text
    for secret in secrets:
        assert secret not in text
    mail_row = OutboxMail.objects.get(kind="plebiscite/participation")
    written = f"{mail_row.subject} {mail_row.text} {mail_row.html} {mail_row.dedupe_key}"
    assert not re.search(r"[0-9a-f]{64}", written)
    assert "M2" not in written


@pytest.mark.django_db
def test_the_audit_trail_names_the_mark_and_nobody():
    plebiscite = make.voting()
    user = make.declared(plebiscite)
    make.vote(plebiscite, user)
    mark = ParticipationMark.objects.get()
    for event in AuditEvent.objects.filter(verb__in=["vote", "declare"]):
        assert event.object_id == str(mark.pk)
        assert (event.actor_kind, event.actor_id) == ("voter", None)
        assert not AuditPerson.objects.filter(event=event).exists()
        assert not event.fields


@pytest.mark.django_db
def test_wagtail_indexes_none_of_it():
    plebiscite = make.voting()
    make.vote(plebiscite, make.declared(plebiscite))
    mixing.flush_everything(plebiscite.pk)
    kinds = {f"{model._meta.app_label}.{model._meta.model_name}" for model in PEOPLE | BOX}
    for row in ReferenceIndex.objects.select_related("base_content_type"):
        kind = f"{row.base_content_type.app_label}.{row.base_content_type.model}"
        assert kind not in kinds


# --- By errors ------------------------------------------------------------------------------------


CANARY = "M2"


@pytest.fixture
def booth(settings):
    """A signed-in voter with the summary open, and everything that an error is told to."""
    settings.ADMINS = [("Admin", "admin@example.pl")]
    plebiscite = make.voting()
    user = make.declared(plebiscite)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    nonce = new_nonce()
    data = {
        "step": "cast",
        "opened": form_tokens.issue(f"booth.{plebiscite.pk}", user=user, moment=clock.now()),
        "pick": CANARY,
        "nonce": nonce.hex(),
        "commitment": make.committed_to(plebiscite, [CANARY], nonce).hex(),
        "drawn_by": "browser",
    }
    return client, addresses.booth(plebiscite.slug), data


PLACES = [
    "seal", "commitment", "_write_by_account", "record", "queue_mail", "promise", "write_ballot",
    "_put_into_inbox", "_is_known",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES)
def test_a_forced_error_tells_nobody(booth, monkeypatch, caplog, settings, place):
    client, url, data = booth
    if place == "_is_known":
        assert client.post(url, data).status_code == 200

    def broken(*args, **kwargs):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(casting, place, broken)
    handler = logging.getLogger("django").handlers
    assert any(type(one).__name__ == "AdminEmailHandler" for one in handler)
    with caplog.at_level(logging.DEBUG):
        response = client.post(url, data)
    assert response.status_code == 500
    told = [caplog.text, response.content.decode()]
    told += [str(message.message()) for message in mail.outbox]
    assert mail.outbox, "nobody was told of the error"
    for text in told:
        for secret in (data["nonce"], data["commitment"], "single:M2", f"'{CANARY}'"):
            assert secret not in text, text
        assert not re.search(r"pick\W+M2", text)


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["receipt", "code"])
@pytest.mark.parametrize("breaks", [False, True])
def test_what_is_looked_up_is_told_nobody(index_page, monkeypatch, caplog, settings, field, breaks):
    """Somebody who reads logs must not learn which receipt, or which code, a machine asked for."""
    settings.ADMINS = [("Admin", "admin@example.pl")]
    code = new_code()
    plebiscite = make.voting(codes=[code, new_code()])
    promise = make.vote(plebiscite, make.declared(plebiscite), ["M1"])
    mixing.flush_everything(plebiscite.pk)
    typed = {"receipt": promise.code, "code": code}[field]
    if breaks:

        def broken(*args, **kwargs):
            raise RuntimeError("broken on purpose")

        monkeypatch.setattr(lookup, f"find_{field}", broken)
    client = Client(raise_request_exception=False)
    base = view(plebiscite).url
    client.get(f"{base}sprawdz/")  # the first page of a site writes down its settings
    before = everything_but_the_box()
    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as asked:
        page = client.post(f"{base}sprawdz/szukaj/", {field: typed})
    assert page.status_code == (500 if breaks else 200)
    assert breaks or page["Cache-Control"] == "private, no-store"
    assert not page.cookies
    assert not [one["sql"] for one in asked if re.match(r"INSERT|UPDATE|DELETE", one["sql"])]
    assert everything_but_the_box() == before
    told = [caplog.text, *(str(message.message()) for message in mail.outbox)]
    assert bool(mail.outbox) == breaks
    for text in told:
        for secret in (typed, typed.replace("-", ""), promise.commitment.hex()):
            assert secret not in text


@pytest.mark.django_db
def test_commitments_are_in_no_address_and_no_session(booth):
    client, url, data = booth
    response = client.post(url, data)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert "Location" not in response
    assert data["commitment"] in response.content.decode()
    assert "M2" not in str(dict(client.session))
    assert data["commitment"] not in str(dict(client.session))
    assert not [name for name in client.cookies if name not in {"sessionid"}]


@pytest.mark.django_db
def test_the_summary_is_of_one_length_whatever_was_chosen(booth):
    client, url, data = booth
    lengths = set()
    for pick in ("M1", "M2", "M3", "--"):
        page = client.post(url, {**data, "step": "review", "pick": pick})
        assert page.status_code == 200
        lengths.add(len(page.content))
    assert len(lengths) == 1


@pytest.mark.django_db
def test_the_receipt_says_nothing_of_the_choice(booth):
    client, url, data = booth
    page = client.post(url, data).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    for title in ("Praca 0", "Praca 1", "Praca 2", "single:"):
        assert title not in main


@pytest.mark.django_db
def test_the_admin_shows_no_result_before_the_end():
    plebiscite = make.voting()
    for number in range(3):
        make.vote(plebiscite, make.declared(plebiscite, number=number), ["M1"])
    mixing.flush_everything(plebiscite.pk)
    client = Client()
    client.force_login(make.commission())
    page = client.get(reverse("plebiscite_plebiscites:inspect", args=[plebiscite.pk]))
    assert page.status_code == 200
    assert "single:" not in page.content.decode()
    for model in BOX | PEOPLE:
        assert not model._meta.default_permissions
    assert client.get(addresses.results(plebiscite.slug)).status_code in {200, 404}


# --- By every address -----------------------------------------------------------------------------


def addresses_without_names(plebiscite: Plebiscite, shard: str) -> list[str]:
    """Every address of the site that needs no other names than of this plebiscite and a shard."""
    known = {"slug": plebiscite.slug, "pk": str(plebiscite.pk), "shard": shard}
    found = []

    def add(path: str) -> None:
        fields = re.findall(r"<(?:\w+:)?(\w+)>", path)
        is_ours = "plebisc" in path or not fields
        if is_ours and set(fields) <= set(known) and not re.search(r"[\\^$(]", path):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda field: known[field[1]], path)
            found.append("/" + path.lstrip("/"))

    def walk(patterns, prefix: str) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns, prefix + str(one.pattern))
            else:
                add(prefix + str(one.pattern))

    walk(get_resolver().url_patterns, "")
    for route in PlebisciteIndexPage.get_subpage_urls():
        for end in ("", "/"):
            add("plebiscyt/" + str(route.pattern).removesuffix("/") + end)
    # Services and the incubator know nothing of votes: the parts of the site may not import it.
    others = ("/sprawy", "/uslugi", "/pomysly", "/inkubator", "/newsletter", "/admin/snippets")
    return sorted({one for one in found if not one.startswith(others)})


@pytest.mark.django_db
def test_no_address_tells_a_person_and_a_ballot_together(index_page):
    """For residents, for the voter, for all roles of staff at once; while voting and after it."""
    code = new_code()
    plebiscite = make.voting(mix_k=1, codes=[code, new_code()])
    users = [make.declared(plebiscite, number=number) for number in range(3)]
    promises = [make.vote(plebiscite, user, ["M2"]) for user in users]
    promises.append(make.vote_with_code(plebiscite, code, ["M1"]))
    while mixing.flush(plebiscite.pk):
        pass
    checkpoints.sign_open_logs()
    people = [str(user.email) for user in users] + ["Osoba Numer", "ul. Lipowa", "1960-01-0"]
    ballots = [text for one in promises for text in (one.commitment.hex(), one.code)]
    ballots += [bytes(row.nonce).hex() for row in Ballot.objects.all()]
    assert len(ballots) > 8
    staff = person_with(*Role)
    shard = promises[0].commitment.hex()[:2]
    seen: set[tuple[str, str]] = set()
    for moment in (timedelta(0), timedelta(days=8)):
        with clock.shifted(moment):
            if moment:
                plebiscite = moving.move(moving.catch_up(plebiscite), "seal", actor=SYSTEM)
                for verb in ("count", "publish"):
                    plebiscite = make.together(plebiscite, verb)
                bundles.make_wanted_bundles()
            for reader in (None, users[0], staff):
                client = Client(raise_request_exception=False)
                if reader:
                    client.force_login(reader)
                for address in addresses_without_names(plebiscite, shard):
                    # Whom the admin lets in at all is tested with the roles; forms for new things
                    # and Wagtail's choosers show none.
                    is_inside = address.startswith("/admin/")
                    is_form = re.search(
                        r"/(new|add|create|chooser|choose|results|failwhale)", address
                    )
                    if is_inside and (reader != staff or is_form or not moment):
                        continue
                    answer = client.get(address)
                    text = b"".join(answer) if answer.streaming else answer.content
                    told = text.decode(errors="replace") + str(dict(answer.headers))
                    of_people = [one for one in people if one in told]
                    of_ballots = [one for one in ballots if one in told]
                    assert not (of_people and of_ballots), (address, reader, of_people)
                    # Voters read of themselves alone.
                    own = {str(getattr(reader, "email", ""))} if reader != staff else set(people)
                    assert set(of_people) <= own, (address, reader, of_people)
                    seen |= {("people", address)} if of_people else set()
                    seen |= {("ballots", address)} if of_ballots else set()
    # The search finds what is there to be found.
    base = view(plebiscite).url
    assert ("ballots", f"{base}dziennik.jsonl") in seen
    assert ("ballots", f"{base}glosy/{shard}.jsonl") in seen
    assert [what for what, _address in seen if what == "people"], "staff see people somewhere"
