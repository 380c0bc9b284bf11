"""Looking up a receipt, and recounting a vote, in a real browser: with JavaScript and without."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect

from plebiscite.ballots import short_code
from plebiscite.codes import new_code
from plebiscite.models import BundleFile, LogEntry
from plebiscite.selectors import view
from plebiscite.services import bundles, mixing
from tests.e2e.helpers import assert_accessible
from tests.e2e.plebiscites import publish
from tests.factories import plebiscite as make
from tests.plebiscite import bundles as samples


@pytest.fixture(autouse=True)
def _files_of_the_server(server, settings):
    settings.KEYS_DIR = server.var / "keys"
    settings.MEDIA_ROOT = str(server.var / "media")
    settings.PRIVATE_STORAGE = {
        **settings.PRIVATE_STORAGE,
        "OPTIONS": {**settings.PRIVATE_STORAGE["OPTIONS"], "location": server.var / "private"},
    }


def look_up(page, base, code):
    page.goto(f"{base}sprawdz/")
    page.locator("#receipt").fill(code)
    page.locator("form[data-lookup=receipt] button").click()


def test_a_sceptic_checks_everything(server_data, open_page, tmp_path):
    used, unused = new_code(), new_code()
    plebiscite = make.voting(mix_k=2, codes=[used, unused])
    make.vote_with_code(plebiscite, used, ["M1"])
    for number, pick in enumerate(["M1", "M2", "M1", "M3", "M1"]):
        make.vote(plebiscite, make.declared(plebiscite, number=number), [pick])
    while mixing.flush(plebiscite.pk):
        pass
    base = view(plebiscite).url
    first = LogEntry.objects.filter(plebiscite=plebiscite, position=1).get()
    code = short_code(bytes(first.c))
    page = open_page(width=320)
    plain = open_page(width=320, javascript=False)

    # Before the close: in the log, and nothing of how it was counted.
    sent = []
    page.on("request", lambda request: sent.append(request))
    look_up(page, base, code.lower().replace("-", " "))
    expect(page.locator("[data-answer=in-log]")).to_be_visible()
    assert not [one for one in sent if one.method == "POST"]
    assert not [one for one in sent if code in one.url or bytes(first.c).hex() in one.url]
    assert_accessible(page)
    look_up(page, base, "0000-0000-0000")
    expect(page.locator("form[data-lookup=receipt] + div [data-answer=missing]")).to_be_visible()
    # Somebody's keyboard is Cyrillic, and dashes were copied from a letter.
    for one in (page, plain):
        look_up(
            one, base, code.replace("-", " – ").translate(str.maketrans("ABCEHKMPTX", "АВСЕНКМРТХ"))
        )
        expect(one.locator("[data-answer=in-log]")).to_be_visible()
        look_up(one, base, bytes(first.c).hex().upper())
        expect(one.locator("[data-answer=in-log]")).to_be_visible()
    look_up(page, base, "H7KM")
    expect(page.locator("#receipt-error")).to_be_visible()
    expect(page.locator("#receipt")).to_be_focused()
    look_up(plain, base, code)
    expect(plain.locator("[data-answer=in-log]")).to_be_visible()
    assert code not in plain.url

    # After the result: how it was counted.
    plebiscite = publish(plebiscite)
    bundles.make_wanted_bundles()
    for one in (page, plain):
        look_up(one, base, code)
        expect(one.locator("[data-answer=counted]")).to_be_visible()
        expect(one.locator("[data-ballot]")).to_contain_text("single:M")
        expect(one.locator("[data-marks] li")).to_have_count(1)
    look_up(plain, base, "?")
    expect(plain.locator("#receipt-error")).to_be_visible()

    # Voting codes: one that was used, one that was not, one that nobody printed, one mistyped.
    sent.clear()
    for one in (page, plain):
        for typed, answer in ((used, "spent"), (unused.lower(), "unused"), (new_code(), "missing")):
            one.goto(f"{base}sprawdz/")
            one.locator("#code").fill(typed)
            one.locator("form[data-lookup=code] button").click()
            answers = one.locator("form[data-lookup=code] + [data-answers]")
            expect(answers.locator(f"[data-answer={answer}]")).to_be_visible()
            expect(answers.locator("[data-answer]:visible")).to_have_count(1)
        # A slip of the fingers is told as such, and not as a code that nobody printed.
        slipped = used[:-1] + ("A" if used[-1] != "A" else "B")
        for typed, said in ((slipped, "grupy kodu: 4."), ("ABC", "20 znaków")):
            one.locator("#code").fill(typed)
            one.locator("form[data-lookup=code] button").click()
            expect(one.locator("#code-error")).to_be_visible()
            expect(one.locator("#code-error")).to_contain_text(said)
            expect(one.locator("form[data-lookup=code] + div [data-answer]:visible")).to_have_count(
                0
            )
        assert_accessible(page)
    assert not [one for one in sent if one.method == "POST" or used in one.url]
    log = (server_data.var / "server.log").read_text()
    for secret in (code, used, used.replace("-", ""), unused, bytes(first.c).hex()):
        assert secret not in log

    # The downloaded file, checked by the browser itself.
    page.goto(f"{base}wynik/")
    row = BundleFile.objects.get(plebiscite=plebiscite)
    with page.expect_download() as download:
        page.locator(f"a[href*='{row.sha256[:16]}']").click()
    path = tmp_path / "bundle.zip"
    download.value.save_as(path)
    sent.clear()
    page.locator("#bundle-file").set_input_files(path)
    expect(page.locator("[data-result=good]")).to_be_visible()
    expect(page.locator("[data-check][data-outcome=ok]")).to_have_count(17)
    assert page.locator("[data-check][data-outcome=skipped]").get_attribute("data-check") == "lots"
    assert all("/js/plebiscite-verify" in one.url for one in sent), [one.url for one in sent]
    assert_accessible(page)

    # Bundles of every method, and tampering that only a recount finds.
    for method in ("ranked", "points", "approval"):
        path = tmp_path / f"{method}.zip"
        path.write_bytes(samples.written(samples.make(method=method, account=20, seed=5)))
        page.locator("#bundle-file").set_input_files(path)
        expect(page.locator("[data-check][data-outcome=ok]")).to_have_count(18)
        # They agree with themselves, and are not those of this vote.
        expect(page.locator("[data-result=another]")).to_be_visible()
        expect(page.locator("[data-result]:visible")).to_have_count(1)
    path = tmp_path / "rehearsal.zip"
    path.write_bytes(samples.written(samples.make(rehearsal=True)))
    page.locator("#bundle-file").set_input_files(path)
    expect(page.locator("[data-result=rehearsal]")).to_be_visible()
    expect(page.locator("[data-result]:visible")).to_have_count(1)
    for name, before, after, check in (
        ("tally.json", b'"exhausted":0', b'"exhausted":1', "tally"),
        ("openings.jsonl", b'"nonce":"', b'"nonce":"0', "commitments"),
        ("beacon.json", b"4 8 15", b"4 8 16", "lots"),
    ):
        files = samples.unpacked(samples.written(samples.make()))
        assert before in files[name]
        files[name] = files[name].replace(before, after, 1)
        path = tmp_path / f"bad-{check}.zip"
        samples.packed(files, path)
        page.locator("#bundle-file").set_input_files(path)
        failed = page.locator("[data-check][data-outcome=failed]:not([hidden])")
        expect(failed.first).to_have_attribute("data-check", check)
        expect(page.locator("[data-result=bad]")).to_be_visible()
    path = tmp_path / "nothing.zip"
    path.write_bytes(io.BytesIO(b"PK nothing").getvalue())
    page.locator("#bundle-file").set_input_files(path)
    expect(page.locator("[data-result=no-bundle]")).to_be_visible()

    # The page that explains it.
    page.goto(f"{base}jak-liczymy/")
    expect(page.locator("svg.drawing")).to_have_count(2)
    assert_accessible(page)
