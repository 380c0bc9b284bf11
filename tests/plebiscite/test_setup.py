"""The set-up by steps, the test run that leaves nothing behind, and the freeze by two people."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from core.transitions import Refused
from plebiscite import addresses, clock, keys
from plebiscite.codes import code_digest, read_code
from plebiscite.models import (
    Ballot,
    BundleFile,
    CodeBatch,
    Manifest,
    MoveRequest,
    Plebiscite,
    PointClerk,
    PollingPoint,
)
from plebiscite.selectors.codes import code_state
from plebiscite.selectors.commission.setup import setup_steps
from plebiscite.services import bundles, mixing, moving
from plebiscite.services.commission import confirming, paper, rehearsing
from plebiscite.verifier import verify
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory, person_with
from tests.factories.polling import Polling, point_of, polling, read_all, urn
from tests.plebiscite.booths import form_of
from tests.plebiscite.test_paper import scan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _staff_may_enter():
    permission = Permission.objects.get(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    for group in Group.objects.filter(name__in=list(Role)):
        group.permissions.add(permission)


def client(user) -> Client:
    found = Client()
    found.force_login(user)
    return found


def step(plebiscite, key) -> str:
    return reverse("plebiscite_setup_step", args=[plebiscite.pk, key])


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def before_the_freeze(**fields) -> Plebiscite:
    return polling(freeze=False, **fields).plebiscite


def missing(plebiscite) -> set[str]:
    plebiscite = Plebiscite.objects.get(pk=plebiscite.pk)
    return {one.key for one in setup_steps(plebiscite) if not one.is_complete}


# --- Steps ----------------------------------------------------------------------------------------


def test_every_step_says_what_is_missing():
    plebiscite = make.make_plebiscite(channels=["account", "code", "paper"], regulations_pl="")
    assert missing(plebiscite) == {"texts", "points", "codes", "freeze"}
    point = point_of(plebiscite, clerks=1)
    assert missing(plebiscite) == {"texts", "points", "codes", "freeze"}
    PointClerk.objects.create(point=point, user=UserFactory())
    Plebiscite.objects.filter(pk=plebiscite.pk).update(regulations_pl="§ 1.", channels=["paper"])
    moving.make_keys(plebiscite.pk)
    assert missing(plebiscite) == set()


def test_the_steps_are_filled_in_by_the_commission():
    plebiscite = make.make_plebiscite(regulations_pl="")
    member = client(make.commission())
    form = member.get(step(plebiscite, "texts")).context["form"]
    texts = {name: form[name].value() or "" for name in form.fields}
    answer = member.post(step(plebiscite, "texts"), {**texts, "regulations_pl": "§ 1. Głosujemy."})
    assert answer.headers["Location"] == step(plebiscite, "dates")
    form = member.get(step(plebiscite, "channels")).context["form"]
    values = {name: form[name].value() for name in form.fields if name != "channels"}
    member.post(step(plebiscite, "channels"), {**values, "channels": ["account", "code"]})
    empty = member.post(step(plebiscite, "channels"), values)
    assert empty.context["form"].errors["channels"]
    clerks = [person_with(Role.POLLING_CLERK) for _ in range(2)]
    point = {"name": "Ratusz", "address": "ul. Główna 1", "hours": "8–18", "position": 1}
    member.post(step(plebiscite, "points"), {**point, "clerks": [one.pk for one in clerks]})
    plebiscite.refresh_from_db()
    assert plebiscite.regulations_pl == "§ 1. Głosujemy."
    assert plebiscite.channels == ["account", "code"]
    made = plebiscite.points.get()
    assert [row.user for row in made.clerks.order_by("pk")] == clerks
    sheets = member.post(step(plebiscite, "codes"), {"step": "print", "size": 2})
    assert sheets.content.startswith(b"%PDF-")
    assert "no-store" in sheets.headers["Cache-Control"]
    assert plebiscite.codes.count() == 2
    page = text(member.get(reverse("plebiscite_setup", args=[plebiscite.pk])))
    assert step(plebiscite, "freeze") in page


def test_wrong_dates_are_said_next_to_the_form_and_nothing_is_saved():
    plebiscite = make.make_plebiscite()
    member = client(make.commission())
    form = member.get(step(plebiscite, "dates")).context["form"]
    dates = {name: form[name].value().strftime("%Y-%m-%dT%H:%M") for name in form.fields}
    answer = member.post(
        step(plebiscite, "dates"), {**dates, "voting_closes_at": "2020-01-01T10:00"}
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors
    before = plebiscite.voting_closes_at
    plebiscite.refresh_from_db()
    assert plebiscite.voting_closes_at == before


@pytest.mark.parametrize("role", [*Role, "nobody"])
def test_who_sees_and_who_does(role):
    plebiscite = make.make_plebiscite(channels=["account", "code"])
    visitor = client(UserFactory() if role == "nobody" else person_with(Role(role)))
    reads = role in {Role.PLEBISCITE_COMMISSION, Role.AUDITOR, Role.ADMINISTRATOR}
    for key in ("texts", "points", "codes", "rehearsal", "freeze"):
        assert (visitor.get(step(plebiscite, key)).status_code == 200) == reads, key
    visitor.post(step(plebiscite, "codes"), {"step": "print", "size": 1})
    assert CodeBatch.objects.exists() == (role == Role.PLEBISCITE_COMMISSION)
    visitor.post(
        step(plebiscite, "points"), {"name": "R", "address": "A", "hours": "8", "position": 1}
    )
    assert PollingPoint.objects.exists() == (role == Role.PLEBISCITE_COMMISSION)


# --- The freeze -----------------------------------------------------------------------------------


def test_two_people_freeze_and_the_second_sees_the_same():
    plebiscite = before_the_freeze()
    one, two = make.commission(), make.commission()
    first, second = client(one), client(two)
    url = step(plebiscite, "freeze")
    with clock.shifted(-1.2 * make.DAY):
        page = text(first.get(url))
        assert "Biblioteka" in page
        assert "Praca 1" in page
        first.post(url, {"step": "begin"})
        assert MoveRequest.objects.get().requested_by == one
        assert 'value="confirm"' not in text(first.get(url))
        first.post(url, {"step": "confirm"})
        assert not Manifest.objects.exists()
        assert 'value="confirm"' in text(second.get(url))
        second.post(url, {"step": "confirm"})
    plebiscite.refresh_from_db()
    assert plebiscite.state == "frozen"
    assert not MoveRequest.objects.exists()
    assert "begin" not in re.findall(r'name="step" value="(\w+)"', text(first.get(url)))


#: What the database lets change after the freeze.
MOVING = {"state", "void_reason", "published_at", "cover"}
#: Frozen too, and nothing that the two confirm.
NOT_CONFIRMED = {
    # Cannot change any more when the freeze is begun.
    "id", "slug", "rehearsal_of",
    # The mark of demo content.
    "is_example",
    # Rules of the contest, which is over; its works are confirmed one by one.
    "proposals_per_person", "appeal_days", "rerun_of",
    # Made by the worker; nobody chooses them.
    "inbox_public_key", "promise_public_key", "log_public_key",
}  # fmt: skip
CONFIRMED = [
    field.name
    for field in Plebiscite._meta.concrete_fields
    if field.name not in MOVING | NOT_CONFIRMED
]


def another(plebiscite, name):
    """A value that the column takes and does not have."""
    field, value = Plebiscite._meta.get_field(name), getattr(plebiscite, name)
    if field.choices:
        return next(one for one, _label in field.choices if one != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime):
        return value + timedelta(minutes=1)
    if isinstance(value, list):
        return value[:-1]
    if isinstance(value, int):
        # The most ranks there may be, and fewer points for one work than there are in all.
        return value - 1 if name in {"max_ranks", "points_cap"} else value + 1
    return f"{value} inaczej"


def test_a_change_between_the_two_makes_them_begin_anew():
    """Whatever column changes: one that the confirmation does not rest on would be in the list."""
    plebiscite = before_the_freeze()
    unnoticed = []
    with clock.shifted(-1.2 * make.DAY):
        confirming.request(plebiscite, "freeze", actor=make.commission())
        second = make.commission()
        for name in CONFIRMED:
            with transaction.atomic():
                rows = Plebiscite.objects.filter(pk=plebiscite.pk)
                rows.update(**{name: another(plebiscite, name)})
                try:
                    confirming.confirm(plebiscite, "freeze", actor=second)
                except Refused as refusal:
                    changed = "changed" in str(refusal)
                else:
                    changed = False
                transaction.set_rollback(True)
            if not changed:
                unnoticed.append(name)
        assert unnoticed == []
        assert len(CONFIRMED) > 40
        Plebiscite.objects.filter(pk=plebiscite.pk).update(quorum=5)
        with pytest.raises(Refused, match="changed"):
            confirming.confirm(plebiscite, "freeze", actor=second)
        confirming.take_back(plebiscite, "freeze", actor=make.commission())
        assert make.together(plebiscite, "freeze").state == "frozen"


def test_nothing_is_frozen_before_it_is_complete():
    plebiscite = before_the_freeze(codes=0)
    with clock.shifted(-1.2 * make.DAY), pytest.raises(Refused, match="no codes"):
        make.together(plebiscite, "freeze")
    with pytest.raises(PermissionDenied):
        confirming.request(plebiscite, "freeze", actor=UserFactory())


@pytest.mark.database
def test_no_column_of_a_frozen_vote_can_be_changed():
    vote = polling()
    changes = {
        "CharField": "inny",
        "TextField": "inny",
        "SlugField": "inny",
        "PositiveIntegerField": 7,
        "PositiveSmallIntegerField": 4,
        "BinaryField": b"x",
        "BooleanField": True,
        "ArrayField": ["account"],
        "DateTimeField": clock.now() + timedelta(days=300),
    }
    tried = 0
    for field in Plebiscite._meta.concrete_fields:
        if field.name in MOVING or field.primary_key or field.is_relation:
            continue
        with pytest.raises(DatabaseError), transaction.atomic():
            Plebiscite.objects.filter(pk=vote.plebiscite.pk).update(
                **{field.name: changes[type(field).__name__]}
            )
        tried += 1
    assert tried > 40


# --- The test run ---------------------------------------------------------------------------------


def rows() -> dict[str, int]:
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_app_config("plebiscite").get_models()
    }


def test_a_test_run_goes_the_whole_way_and_leaves_no_row(django_capture_on_commit_callbacks):
    plebiscite = before_the_freeze(channels=("account", "code", "paper"))
    member = make.commission()
    before = rows()
    with clock.shifted(-1.2 * make.DAY):
        run = rehearsing.start(plebiscite, actor=member, minutes=30)
        with pytest.raises(Refused, match="keys"):
            rehearsing.begin(run, actor=member)
        moving.make_keys(run.pk)
        run = rehearsing.begin(Plebiscite.objects.get(pk=run.pk), actor=member)
        assert rehearsing.throw_in(run, actor=member, number=45) == 45
        mixing.flush_open_boxes()
        point = run.points.get()
        clerks = [row.user for row in point.clerks.order_by("pk")]
        vote = Polling(run, point, clerks)
        batch = urn(vote, cards=1)
        with pytest.raises(Refused, match="urns stay sealed"):
            paper.count_cards(batch, actor=clerks[0], returned=0, unused=1, missing=0)
        with pytest.raises(Refused, match="test run is still there"):
            make.together(plebiscite, "freeze")
    # The copy has dates of its own: its clerks practise the count when its minutes are over.
    with clock.shifted(-1.2 * make.DAY + timedelta(hours=1)):
        batch = paper.count_cards(batch, actor=clerks[0], returned=0, unused=1, missing=0)
        for clerk in clerks:
            read_all(batch, clerk, [])
        paper.add_protocol(batch, actor=clerks[0], upload=scan())
        paper.close(batch, actor=clerks[0])
        moving.write_down_what_is_due()
        run = make.together(Plebiscite.objects.get(pk=run.pk), "count")
        assert Ballot.objects.filter(plebiscite=run).count() == 45
        with pytest.raises(Refused, match="not published"):
            make.together(run, "publish")
        stored = _take_its_bundle(run, member)
        assert rows() != before
        with django_capture_on_commit_callbacks(execute=True):
            rehearsing.purge(run, actor=member)
    assert rows() == before
    assert not default_storage.exists(stored)
    with pytest.raises(keys.MissingKey):
        keys.pepper(run.pk)


def _take_its_bundle(run, member) -> str:
    """The bundle of a counted test run says what it is; gives where it lies until the purge."""
    bundles.make_wanted_bundles()
    assert not BundleFile.objects.filter(plebiscite=run).exists(), "made when asked for"
    bundles.ask_for_bundle(run, actor=member)
    bundles.make_wanted_bundles()
    url = reverse("plebiscite_plebiscites:rehearsal_bundle", args=[run.pk])
    assert client(person_with(Role.POLLING_CLERK)).get(url).status_code in {302, 403}
    content = b"".join(client(member).get(url).streaming_content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "proba.zip"
        path.write_bytes(content)
        with zipfile.ZipFile(path) as archive:
            assert json.loads(archive.read("manifest.json"))["rehearsal"] is True
        command = [sys.executable, verify.__file__, str(path), "--lang", "en"]
        said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout
    assert said.stdout.startswith("This bundle is of a TEST RUN")
    assert "a TEST RUN, this is no result" in said.stdout
    row = BundleFile.objects.get(plebiscite=run)
    assert not row.name.startswith("images/"), "no address of the site gives it out"
    return row.name


def test_the_commission_and_its_clerks_vote_in_a_test_run_through_the_booth(
    django_capture_on_commit_callbacks,
):
    plebiscite = before_the_freeze()
    person, before = make.commission(), rows()
    with clock.shifted(-1.2 * make.DAY):
        run = rehearsing.start(plebiscite, actor=person, minutes=30)
        moving.make_keys(run.pk)
        run = rehearsing.begin(Plebiscite.objects.get(pk=run.pk), actor=person)
        member, url = client(person), addresses.trial_booth(run.slug)
        page = text(member.get(step(plebiscite, "rehearsal")))
        assert f"/plebiscyt/{run.slug}/proba/" in page
        clerk = run.points.get().clerks.first().user
        for visitor, (code, is_spent) in zip(
            (member, client(clerk)), rehearsing.codes_by_hand(run), strict=False
        ):
            assert (code in page, is_spent) == (True, False)
            _vote_in_the_booth(visitor, url, code)
            again = visitor.post(url, {"step": "enter", "code": code.lower()})
            assert "code has voted" in text(again)
        assert [spent for _code, spent in rehearsing.codes_by_hand(run)][:3] == [True, True, False]
        assert rehearsing.throw_in(run, actor=person, number=200) == 200
        mixing.flush_open_boxes()
        # A slip is named, as in the booth of a vote; a code of a test run is good nowhere else.
        wrong = member.post(url, {"step": "enter", "code": f"{code[:-1]}0"})
        assert "group 4" in text(wrong) or code.endswith("0")
        assert (
            code_state(plebiscite.pk, code_digest(str(plebiscite.pk), read_code(code))) == "unknown"
        )
        for stranger in (Client(), client(UserFactory()), client(person_with(Role.AUDITOR))):
            assert stranger.get(url).status_code == 404
            assert stranger.post(url, {"step": "enter", "code": code}).status_code == 404
        assert member.get(addresses.trial_booth(plebiscite.slug)).status_code == 404
        assert member.get(addresses.code_booth(run.slug)).status_code == 404
        with pytest.raises(PermissionDenied):
            rehearsing.codes_by_hand(plebiscite)
    with clock.shifted(-1.2 * make.DAY + timedelta(hours=1)):
        moving.write_down_what_is_due()
        assert "Voting is closed" in text(member.get(url))
        page = text(member.get(step(plebiscite, "rehearsal")))
        assert f"/plebiscyt/{run.slug}/proba/" not in page
        make.together(Plebiscite.objects.get(pk=run.pk), "count")
        assert Ballot.objects.filter(plebiscite=run).count() == 202
        with django_capture_on_commit_callbacks(execute=True):
            rehearsing.purge(Plebiscite.objects.get(pk=run.pk), actor=person)
    assert member.get(url).status_code == 404
    assert rows() == before


def _vote_in_the_booth(visitor: Client, url: str, code: str) -> None:
    """From the code to the receipt; every page says that the ballot is thrown away."""
    pages = [visitor.get(url)]
    pages.append(visitor.post(url, {**form_of(pages[-1], "enter"), "code": code}))
    pages.append(visitor.post(url, {**form_of(pages[-1], "review"), "pick": ["M1"]}))
    pages.append(visitor.post(url, form_of(pages[-1], "cast")))
    assert "Your vote was taken" in text(pages[-1])
    for page in pages:
        assert page.status_code == 200
        assert "this ballot is thrown away" in text(page)
        links = set(re.findall(r'<a [^>]*href="(/[^"]*)"', page.content.decode()))
        assert {link for link in links if not link.startswith("/media/")} == {
            link for link in links if "/przygotowanie/" in link
        }


def test_nobody_finds_a_test_run_and_nobody_purges_a_vote():
    plebiscite = before_the_freeze()
    with clock.shifted(-1.2 * make.DAY):
        run = rehearsing.start(plebiscite, actor=make.commission(), minutes=30)
        assert run not in Plebiscite.objects.public()
        assert run not in Plebiscite.objects.open_for_votes(clock.now())
        assert Client().get(f"/plebiscyt/{run.slug}/").status_code == 404
        assert Client().get(f"/plebiscyt/{run.slug}/glosuj/").status_code in {302, 404}
        with pytest.raises(Refused, match="no test run"):
            rehearsing.purge(plebiscite, actor=make.commission())
        with pytest.raises(Refused, match="already"):
            rehearsing.start(plebiscite, actor=make.commission(), minutes=30)
        for call in (rehearsing.purge, rehearsing.throw_in):
            extra = {"number": 1} if call is rehearsing.throw_in else {}
            with pytest.raises(PermissionDenied):
                call(run, actor=UserFactory(), **extra)
    with pytest.raises(DatabaseError), transaction.atomic():
        Plebiscite.objects.filter(pk=plebiscite.pk).update(rehearsal_of=run)
    frozen = polling(channels=("account",), codes=0).plebiscite
    with pytest.raises(Refused, match="before the freeze"):
        rehearsing.start(frozen, actor=make.commission(), minutes=30)
