"""From the box to the bundle: checkpoints, lots by two people, destroyed keys, look-ups."""

from __future__ import annotations

import contextlib
import io
import json
import re
import zipfile
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.contrib.messages import get_messages
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from core.actors import SYSTEM
from core.models import AuditEvent
from core.transitions import Refused
from plebiscite import addresses, clock, keys
from plebiscite.ballots import short_code
from plebiscite.codes import code_digest, new_code, read_code
from plebiscite.models import Beacon, BundleFile, Checkpoint, Count, KeyDestruction, LogEntry
from plebiscite.phases import PlebisciteState
from plebiscite.promises import is_genuine
from plebiscite.selectors import auditing, lookup, view
from plebiscite.services import bundles, casting, checkpoints, mixing, moving, witnessing
from plebiscite.tally import TieRule
from plebiscite.templatetags import receipts
from plebiscite.verifier import verify
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_page")]
AFTER = timedelta(days=8)


def verified(path: Path, *options: str) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = verify.main([str(path), "--lang", "en", *options])
    return code, said.getvalue()


def command(*arguments: str) -> str:
    said = io.StringIO()
    call_command(*arguments, stdout=said, stderr=said)
    return said.getvalue()


def lots_on(page: str) -> dict[str, str]:
    """The entries about lots of a page's lists of facts."""
    found = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {name: unescape(re.sub(r"<[^>]+>", "", text)).strip() for name, text in found}


def test_lots_that_were_not_needed_are_told_to_be_so(client):
    plebiscite = make.voting(mix_k=1, tie=TieRule.LOT.value, beacon_rule="Kulki w ratuszu")
    make.vote(plebiscite, make.declared(plebiscite), ["M2"])
    base = view(plebiscite).url
    with clock.shifted(AFTER):
        plebiscite = moving.move(moving.catch_up(plebiscite), "seal", actor=SYSTEM)
        for _person in range(2):
            witnessing.enter_beacon(plebiscite, actor=make.commission(), value="5", source="BIP")
        plebiscite.refresh_from_db()
        used = "Czy ta kolejność została użyta?"
        early = lots_on(client.get(f"{base}jak-liczymy/").content.decode())
        assert early["Wylosowana liczba"] == "5"
        assert used not in early
        assert 'id="lots-title"' not in client.get(f"{base}wynik/").content.decode()
        for verb in ("count", "publish"):
            plebiscite = make.together(plebiscite, verb)
        for address in ("wynik/", "jak-liczymy/"):
            facts = lots_on(client.get(f"{base}{address}").content.decode())
            assert facts[used].startswith("Nie:")


def test_the_button_for_the_bundle(client):
    plebiscite = make.voting(mix_k=1)
    make.vote(plebiscite, make.declared(plebiscite))
    url = reverse("plebiscite_plebiscites:bundle", args=[plebiscite.pk])
    client.force_login(make.commission())
    early = client.post(url)
    assert early.status_code == 302
    assert [one.level_tag for one in get_messages(early.wsgi_request)] == ["error"]
    assert not BundleFile.objects.filter(plebiscite=plebiscite).exists()
    with clock.shifted(AFTER):
        plebiscite = moving.move(moving.catch_up(plebiscite), "seal", actor=SYSTEM)
        for verb in ("count", "publish"):
            plebiscite = make.together(plebiscite, verb)
        bundles.make_wanted_bundles()
        row = BundleFile.objects.get(plebiscite=plebiscite)
        before = row.sha256
        assert (row.state, client.get(url).status_code) == ("ready", 302)
        row.refresh_from_db()
        assert row.state == "ready"
        answer = client.post(url)
        inside = reverse("plebiscite_plebiscites:inspect", args=[plebiscite.pk])
        assert (answer.status_code, answer.url) == (302, inside)
        row.refresh_from_db()
        assert (row.state, row.done) == ("wanted", 0)
        bundles.make_wanted_bundles()
        row.refresh_from_db()
        assert (row.state, row.sha256) == ("ready", before)


def test_from_the_first_vote_to_the_verified_bundle(tmp_path, client):
    plebiscite = make.voting(mix_k=2, tie=TieRule.LOT.value, beacon_rule="Kulki w ratuszu")
    promises = []
    for number, pick in enumerate(["M1", "M2", "M1", "M2", "M3"]):
        user = make.declared(plebiscite, number=number)
        promises.append(make.vote(plebiscite, user, [pick]))
    late = make.declared(plebiscite, number=9)
    # While votes come in: the log grows, checkpoints are signed, receipts can be looked up.
    while mixing.flush(plebiscite.pk):
        pass
    checkpoints.sign_open_logs()
    checkpoints.sign_open_logs()
    assert Checkpoint.objects.filter(plebiscite=plebiscite).count() == 1
    assert "From checkpoint 2 on" in command("plebiscite_rotate_key", plebiscite.slug)
    logged = LogEntry.objects.filter(plebiscite=plebiscite).first()
    base = view(plebiscite).url
    early = tmp_path / "early.jsonl"
    early.write_bytes(client.get(f"{base}dziennik.jsonl").content)
    shard = bytes(logged.c).hex()[:2]
    lines = client.get(f"{base}dziennik/{shard}.jsonl").content.decode().splitlines()
    assert bytes(logged.c).hex() in {json.loads(line)["commitment"] for line in lines}
    assert client.get(f"{base}dziennik/zz.jsonl").status_code == 404
    assert client.get(f"{base}glosy/{shard}.jsonl").status_code == 404
    found = lookup.find_receipt(plebiscite, short_code(bytes(logged.c)))
    assert (found.position, found.ballot) == (logged.position, "")
    with pytest.raises(LookupError):
        bundles.write_bundle(plebiscite, io.BytesIO())
    with pytest.raises(CommandError):
        command("plebiscite_bundle", plebiscite.slug, "-o", str(tmp_path / "x.zip"))

    with clock.shifted(AFTER):
        plebiscite = moving.move(moving.catch_up(plebiscite), "seal", actor=SYSTEM)
        first, second = make.commission(), make.commission()
        # Lots: nobody draws without the number, and nobody enters it alone.
        with pytest.raises(Refused, match=r"drawn number|wylosowan"):
            make.together(plebiscite, "draw")
        assert (
            witnessing.enter_beacon(plebiscite, actor=first, value=" 7  21 ", source="BIP") is None
        )
        with pytest.raises(Refused, match=r"another person|inna osoba"):
            witnessing.enter_beacon(plebiscite, actor=first, value="7 21", source="BIP")
        with pytest.raises(witnessing.DifferentNumbers):
            witnessing.enter_beacon(plebiscite, actor=second, value="7 12", source="BIP")
        drawn = witnessing.enter_beacon(plebiscite, actor=second, value="7 21", source="inne")
        plebiscite.refresh_from_db()
        assert plebiscite.state == PlebisciteState.DRAWN
        assert (drawn.value, drawn.source, sorted(drawn.order)) == (
            "7 21",
            "BIP; inne",
            ["M1", "M2", "M3"],
        )
        with pytest.raises(DatabaseError), transaction.atomic():
            Beacon.objects.update(value="8")
        with pytest.raises(DatabaseError), transaction.atomic():
            Checkpoint.objects.update(size=0)
        for verb in ("count", "publish"):
            plebiscite = make.together(plebiscite, verb)

        # The bundle, by command and by the worker: the same bytes, and the verifier agrees.
        target = tmp_path / "bundle.zip"
        command("plebiscite_bundle", plebiscite.slug, "-o", str(target))
        again = tmp_path / "again.zip"
        command("plebiscite_bundle", plebiscite.slug, "-o", str(again))
        assert target.read_bytes() == again.read_bytes()
        assert not list(tmp_path.glob(".*part"))
        for nowhere in (tmp_path, target / "x.zip", tmp_path / "x" / "x.zip"):
            with pytest.raises(CommandError, match="no place for a file"):
                command("plebiscite_bundle", plebiscite.slug, "-o", str(nowhere))
        c = promises[0].commitment
        code, said = verified(target, "--previous", str(early), "--receipt", c.hex())
        assert code == 0, said
        assert "counted as single:M1" in said
        bundles.make_wanted_bundles()
        row = BundleFile.objects.get(plebiscite=plebiscite)
        assert (row.state, row.done) == ("ready", row.total)
        with bundles.default_storage.open(row.name) as file:
            assert file.read() == target.read_bytes()
        bundles.ask_for_bundle(plebiscite, actor=first)
        row.refresh_from_db()
        assert row.state == "wanted"
        bundles.make_wanted_bundles()

        # After the result: how a ballot was counted, with and without the shard.
        found = lookup.find_receipt(plebiscite, f" {short_code(c).lower()} ")
        assert (found.ballot, len(found.marks)) == ("single:M1", 1)
        assert lookup.find_receipt(plebiscite, "0000-0000-0000").position == 0
        with pytest.raises(lookup.Unreadable):
            lookup.find_receipt(plebiscite, "H7KM")
        assert f'"{c.hex()}"' in client.get(f"{base}glosy/{c.hex()[:2]}.jsonl").content.decode()
        page = client.post(f"{base}sprawdz/szukaj/", {"receipt": short_code(c)})
        assert page["Cache-Control"] == "private, no-store"
        assert "single:M1" in page.content.decode()
        # Its address kept, or loaded again: the page with the form, and not what was looked up.
        kept = client.get(f"{base}sprawdz/szukaj/?receipt={short_code(c)}")
        assert (kept.status_code, kept.url) == (302, f"{base}sprawdz/")
        wrong = client.post(f"{base}sprawdz/szukaj/", {"receipt": "?"}).content.decode()
        assert 'id="receipt-error" data-unreadable >' in wrong
        for address in (f"{base}sprawdz/", f"{base}jak-liczymy/", f"{base}wynik/"):
            assert client.get(address).status_code == 200, address
        assert row.name.rpartition("/")[2] in client.get(f"{base}wynik/").content.decode()
        # Two works have two votes each and lots decided: both pages say so, in the drawn order.
        winner = json.loads(Count.objects.get(plebiscite=plebiscite).result)["winners"]
        assert winner == [next(code for code in drawn.order if code != "M3")]
        for address in ("wynik/", "jak-liczymy/"):
            facts = lots_on(client.get(f"{base}{address}").content.decode())
            assert facts["Wylosowana liczba"] == "7 21"
            assert facts["Skąd pochodzi liczba"] == "BIP; inne"
            assert re.findall(r"\((M\d)\)", facts["Kolejność losowania"]) == drawn.order
            assert facts["Czy ta kolejność została użyta?"].startswith("Tak:")

        staff = Client()
        staff.force_login(first)
        inside = staff.get(reverse("plebiscite_plebiscites:inspect", args=[plebiscite.pk]))
        assert row.sha256 in inside.content.decode()
        assert "7 21" in inside.content.decode()

        # For auditors: every file of the bundle with its format, every threat of the docs.
        link = f'href="{view(plebiscite).auditors_url}"'
        assert link in client.get(f"{base}jak-liczymy/").content.decode()
        told = unescape(client.get(f"{base}dla-audytorow/").content.decode())
        assert row.name.rpartition("/")[2] in told
        with zipfile.ZipFile(target) as archive:
            names = {name for name in archive.namelist() if not name.startswith("options/")}
        listed = {name for names, *_rest in auditing.FORMATS for name in names.split(", ")}
        assert names - listed == {"verify.py", "VERIFY.md", "LICENSE.txt"}
        assert listed <= names
        for entry in (*auditing.FORMATS, *auditing.THREATS):
            assert all(str(text) in told for text in entry), entry
        docs = (Path(__file__).parents[2] / "docs" / "counting.md").read_text()
        model = docs.partition("## Threat model")[2].partition("\n\n")[0]
        assert len(auditing.THREATS) == len(model.strip().splitlines()) - 2

        # The keys of the box go, by two people; nothing that is public needs them.
        witnessing.begin_destruction(plebiscite, actor=first)
        with pytest.raises(Refused, match=r"another person|inna osoba"):
            witnessing.confirm_destruction(plebiscite, actor=first)
        assert keys.has_box_keys(plebiscite.pk)
        # In a second tab, and by somebody who saw the page before the first one acted.
        for actor in (first, second):
            with pytest.raises(Refused, match=r"begun already|już rozpoczęt"):
                witnessing.begin_destruction(plebiscite, actor=actor)
        # Whoever has left the commission meanwhile is no witness any more.
        first.groups.clear()
        with pytest.raises(Refused, match=r"no longer of the commission|nie należy już"):
            witnessing.confirm_destruction(plebiscite, actor=second)
        witnessing.take_back_destruction(plebiscite, actor=second)
        with pytest.raises(Refused, match=r"Nobody has begun|Nikt tego"):
            witnessing.confirm_destruction(plebiscite, actor=second)
        witnessing.begin_destruction(plebiscite, actor=make.commission())
        witnessing.confirm_destruction(plebiscite, actor=second)
        with pytest.raises(Refused, match=r"destroyed already|już zniszczon"):
            witnessing.begin_destruction(plebiscite, actor=second)
        witnessing.destroy_ordered_keys()
        assert not keys.has_box_keys(plebiscite.pk)
        assert KeyDestruction.objects.get(plebiscite=plebiscite).is_done
        verbs = AuditEvent.objects.filter(verb__in=["destroy_keys", "keys_destroyed"])
        assert verbs.count() == 2
        with pytest.raises(casting.VoteRefused) as refusal:
            make.vote(plebiscite, late, ["M1"])
        assert refusal.value.reason == casting.VoteRefused.CLOSED
        command("plebiscite_bundle", plebiscite.slug, "-o", str(again))
        assert verified(again)[0] == 0


def test_whether_a_code_was_used_is_told_once_the_box_is_sealed(client):
    used, unused = new_code(), new_code()
    plebiscite = make.voting(codes=[used, unused])
    make.vote_with_code(plebiscite, used, ["M1"])
    base = view(plebiscite).url

    def asked(code: str) -> str:
        page = client.post(f"{base}sprawdz/szukaj/", {"code": code}).content.decode()
        assert code not in page
        form = page[page.index('data-lookup="code"') :]
        shown = re.findall(r'data-answer="(unused|spent|missing)" >', form)
        error = re.search(r'id="code-error"[^>]* data-unreadable >([^<]+)<', form)
        return error[1] if error else "".join(shown)

    def published() -> dict[str, str]:
        """The digests of all shards with what is said of them."""
        found = {}
        for shard in {
            code_digest(str(plebiscite.pk), read_code(one)).hex()[:2] for one in (used, unused)
        }:
            for line in client.get(f"{base}kody/{shard}.jsonl").content.decode().splitlines():
                row = json.loads(line)
                found[row["digest"]] = row["state"]
        return found

    digests = [code_digest(str(plebiscite.pk), read_code(one)).hex() for one in (used, unused)]
    assert published() == dict.fromkeys(digests, "printed")
    with pytest.raises(LookupError):
        lookup.find_code(plebiscite, used)
    early = client.post(f"{base}sprawdz/szukaj/", {"code": used}).content.decode()
    assert 'data-lookup="code"' not in early
    with clock.shifted(AFTER):
        plebiscite = moving.move(moving.catch_up(plebiscite), "seal", actor=SYSTEM)
        assert published() == dict(zip(digests, ("spent", "unused"), strict=True))
        assert (asked(used), asked(unused), asked(new_code())) == ("spent", "unused", "missing")
        assert asked(unused.lower().replace("-", " ")) == "unused"
        wrong = unused[:-1] + ("A" if unused[-1] != "A" else "B")
        assert "4" in asked(wrong)
        assert "7" in asked("ABCDEFG")


def test_two_copies_of_the_log_are_compared(tmp_path):
    rows = [
        json.dumps({"position": n, "commitment": f"{n:064x}", "digest": f"{n:064x}"})
        for n in range(1, 5)
    ]
    older, newer = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    older.write_text("\n".join(rows[:2]))
    newer.write_text("\n".join(rows))
    assert "2 were added" in command("plebiscite_watch", str(older), str(newer))
    for first, second in ((newer, older), (older, tmp_path / "c.jsonl")):
        (tmp_path / "c.jsonl").write_text(rows[0] + "\n" + rows[1].replace("02", "12"))
        with pytest.raises(SystemExit) as stop:
            command("plebiscite_watch", str(first), str(second))
        assert stop.value.code == 1
    # What cannot be compared is told from what differs.
    nowhere = tmp_path / "nowhere.jsonl"
    for wrong in ("nothing", "5", "[]", "[" * 100_000, "\0", rows[1], '{"position":1}'):
        newer.write_text(wrong)
        for one, other in ((older, newer), (newer, older), (older, nowhere), (tmp_path, older)):
            with pytest.raises(CommandError) as error:
                command("plebiscite_watch", str(one), str(other))
            assert error.value.returncode == 2
    newer.write_text("")
    with pytest.raises(CommandError, match="no lines to compare") as error:
        command("plebiscite_watch", str(newer), str(older))
    assert error.value.returncode == 2


def test_the_receipt_can_be_kept_as_a_file_and_says_nothing_of_the_choice(client, monkeypatch):
    drawn = []

    def make_code(content, **others):
        drawn.append(content)
        return segno_make(content, **others)

    segno_make = receipts.segno.make
    monkeypatch.setattr(receipts.segno, "make", make_code)
    plebiscite = make.voting()
    promise = make.vote(plebiscite, make.declared(plebiscite), ["M2"])
    html = render_to_string(
        "plebiscite/includes/receipt_extras.html", {"promise": promise, "view": view(plebiscite)}
    )
    assert '<svg role="img"' in html
    # The code and nothing else: no address, so scanning it asks nobody.
    assert drawn == [promise.commitment.hex().upper()]
    data = html.split("data:application/json;charset=utf-8,")[1].split('"')[0]
    kept = json.loads(unquote(data.replace("&amp;", "&")))
    assert kept["commitment"] == promise.commitment.hex()
    assert "M2" not in unquote(data)
    assert is_genuine(promise, public_key=bytes(plebiscite.promise_public_key))
    assert kept["signature"] == promise.signature.hex()


def test_only_the_commission_touches_it(client):
    plebiscite = make.voting()
    for user in (None, UserFactory()):
        fresh = Client()
        if user:
            fresh.force_login(user)
        for name in ("beacon", "destruction", "bundle"):
            url = reverse(f"plebiscite_plebiscites:{name}", args=[plebiscite.pk])
            assert fresh.post(url).status_code in {302, 403}
    assert not AuditEvent.objects.filter(verb__in=["enter_beacon", "begin_destroy_keys"]).exists()
    client.force_login(make.commission())
    url = reverse("plebiscite_plebiscites:destruction", args=[plebiscite.pk])
    client.post(url)
    assert not KeyDestruction.objects.exists()
    assert addresses.of_plebiscite(plebiscite.slug)
