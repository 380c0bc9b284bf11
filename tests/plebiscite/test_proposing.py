"""Proposing through the forms: nothing twice, nothing lost, whatever is sent."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, PngImagePlugin

from core.files import open_file
from core.models import OutboxMail
from plebiscite import addresses, clock
from plebiscite.models import ContestChoice, Proposal
from plebiscite.services import proposals
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_page")]

_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def hidden(page) -> dict[str, str]:
    return dict(_HIDDEN.findall(page.content.decode()))


def begun(plebiscite, user=None):
    """A client, and the address of the draft it has begun."""
    client = signed_in(user or UserFactory())
    start = addresses.proposing(plebiscite.slug)
    return client, client.post(start, hidden(client.get(start))).headers["Location"]


def filled(client, url, **others) -> dict:
    texts = {"title": "Żółw", "description": "Opis.", "accepts_rules": "on"}
    return {**hidden(client.get(url)), **texts, "language": "pl", **others}


def test_a_double_click_begins_one_work():
    plebiscite = make.announced()
    client = signed_in(UserFactory())
    start = addresses.proposing(plebiscite.slug)
    form = hidden(client.get(start))
    assert len({client.post(start, form).headers["Location"] for _ in range(3)}) == 1
    assert Proposal.objects.count() == 1
    # A form drawn anew begins another one.
    client.post(start, hidden(client.get(start)))
    assert Proposal.objects.count() == 2


def test_a_form_sent_three_times_sends_one_work():
    plebiscite = make.announced()
    client, url = begun(plebiscite)
    client.post(
        url, filled(client, url, action="add", picture=make.picture_file(1), alt_new="Żółw")
    )
    form = filled(client, url, action="submit", alt_1="Żółw")
    pages = [client.post(url, form) for _ in range(3)]
    assert [page.status_code for page in pages] == [200] * 3
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.revisions.count(), proposal.number) == ("submitted", 1, 1)
    assert OutboxMail.objects.filter(kind="plebiscite/proposal_received").count() == 1


def test_two_windows_show_both_texts():
    plebiscite = make.announced()
    client, url = begun(plebiscite)
    one = filled(client, url, action="save", title="Pierwsze okno")
    two = filled(client, url, action="submit", title="Drugie okno")
    client.post(url, one)
    page = client.post(url, two)
    text = page.content.decode()
    assert "Pierwsze okno" in text
    assert 'value="Drugie okno"' in text
    assert Proposal.objects.get().title == "Pierwsze okno"
    # Having seen both, saving again replaces.
    client.post(url, {**two, **hidden(page), "action": "save"})
    assert Proposal.objects.get().title == "Drugie okno"


def test_a_forged_or_foreign_form_stores_nothing():
    plebiscite = make.announced()
    client, url = begun(plebiscite)
    other = begun(plebiscite)[0]
    form = filled(client, url, action="save")
    assert other.post(url, form).status_code == 404
    for token in ("", "x", form["token"][:-1]):
        page = client.post(url, {**form, "token": token})
        assert 'value="Żółw"' in page.content.decode()
    assert {proposal.title for proposal in Proposal.objects.all()} == {""}
    start = addresses.proposing(plebiscite.slug)
    client.post(start, {"token": "x"})
    assert Proposal.objects.count() == 2


def test_what_a_contest_sorts_by_is_asked_for_beside_its_field():
    plebiscite = make.announced()
    for axis, code in (("kind", "znak"), ("theme", "puszcza")):
        ContestChoice.objects.create(
            plebiscite=plebiscite, axis=axis, code=code, name_pl=code.title()
        )
    client, url = begun(plebiscite)
    client.post(
        url, filled(client, url, action="add", picture=make.picture_file(1), alt_new="Żółw")
    )
    page = client.post(url, filled(client, url, action="submit", alt_1="Żółw")).content.decode()
    assert 'id="id_kind_error"' in page
    wrong = filled(client, url, action="submit", alt_1="Żółw", kind="obcy", theme="puszcza")
    assert 'id="id_kind_error"' in client.post(url, wrong).content.decode()
    right = {**wrong, **hidden(client.get(url)), "kind": "znak"}
    client.post(url, right)
    revision = Proposal.objects.get(state="submitted").latest_revision
    assert (revision.kind.code, revision.theme.code) == ("znak", "puszcza")


# --- Pictures -------------------------------------------------------------------------------------


def png(size=(400, 400), **save) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "navy").save(target, "PNG", **save)
    return target.getvalue()


def bomb() -> bytes:
    """A PNG of a few kilobytes that would be 900 million pixels."""
    target = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(target, "PNG")
    return target.getvalue()


def jpeg_and_zip() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (400, 400), "navy").save(target, "JPEG")
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("run.js", "alert(1)")
    return target.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("znak.svg", "image/svg+xml", SVG),
        ("znak.png", "image/png", SVG),
        ("znak.png", "image/png", b"\x89PNG\r\n\x1a\n" + b"x" * 500),
        ("znak.png", "image/png", b""),
        ("znak.gif", "image/gif", b"GIF89a" + b"\0" * 50),
        ("znak.jpg", "image/jpeg", png()),
        ("znak.php.png", "text/html", png()),
        ("bomba.png", "image/png", bomb),
        ("za-duzy.png", "image/png", lambda: png() + b"\0" * (8 * 1024 * 1024)),
        ("maly.png", "image/png", lambda: png((400, 299))),
    ],
    ids=[
        "svg", "svg-as-png", "broken", "empty", "gif", "png-as-jpg", "as-html", "bomb", "huge",
        "small",
    ],
)  # fmt: skip
def test_a_hostile_picture_gets_a_sentence_and_the_text_stays(name, kind, content):
    plebiscite = make.announced()
    client, url = begun(plebiscite)
    data = content() if callable(content) else content
    upload = SimpleUploadedFile(name, data, kind)
    page = client.post(url, filled(client, url, action="add", picture=upload)).content.decode()
    assert 'id="id_picture_error"' in page
    proposal = Proposal.objects.get()
    assert (proposal.title, proposal.pictures.count()) == ("Żółw", 0)


@pytest.mark.parametrize("make_content", [jpeg_and_zip], ids=["jpeg-and-zip"])
def test_what_hides_in_or_behind_a_picture_is_gone(make_content):
    plebiscite = make.announced()
    client, url = begun(plebiscite)
    upload = SimpleUploadedFile("znak.jpg", make_content(), "image/jpeg")
    client.post(url, filled(client, url, action="add", picture=upload))
    with open_file(Proposal.objects.get().pictures.get().file) as content:
        assert b"alert(1)" not in content.read()


def test_place_and_comments_in_a_picture_are_not_kept():
    plebiscite = make.announced()
    client, url = begun(plebiscite)
    exif = Image.Exif()
    exif[0x010E] = "KANAREK w opisie"
    exif.get_ifd(0x8825)[2] = (52.0, 44.0, 0.0)
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "KANAREK")
    upload = SimpleUploadedFile("Знак ćmy.png", png(exif=exif, pnginfo=notes), "image/png")
    client.post(url, filled(client, url, action="add", picture=upload, alt_new="Знак ćmy"))
    picture = Proposal.objects.get().pictures.get()
    with open_file(picture.file) as content:
        data = content.read()
    assert b"KANAREK" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif()
    assert (picture.file.name, picture.alt_text) == ("Знак ćmy.png", "Знак ćmy")


@pytest.mark.parametrize(
    ("first_name", "last_name", "shown", "label"),
    [
        ("Ганна", "Прыкладная", "named", "Ганна Прыкладная"),
        ("Ганна", "Прыкладная", "initials", "Г. П."),
        ("Łucja", "Żółć-Ćma", "initials", "Ł. Ż. Ć."),
        ("Łucja", "Żółć-Ćma", "anonymous", ""),
    ],
)
def test_names_in_any_script(first_name, last_name, shown, label):
    plebiscite = make.announced()
    author = UserFactory(first_name=first_name, last_name=last_name)
    proposal = make.submitted(plebiscite, author, author_shown=shown)
    assert proposal.author_label == label


def test_a_text_with_markup_is_text():
    plebiscite = make.announced()
    proposal = make.accepted(plebiscite, title="<b>Znak</b>", description="<script>x()</script>")
    name = addresses.work_name(proposal.title, proposal.pk)
    page = Client().get(addresses.of_work(plebiscite.slug, name)).content.decode()
    assert "<script>x()" not in page
    assert "&lt;b&gt;Znak" in page


# --- The commission's page ------------------------------------------------------------------------


def test_staff_see_what_has_changed_and_a_refusal_keeps_the_reason():
    plebiscite = make.announced()
    one = make.commission()
    proposal = proposals.decide(make.submitted(plebiscite), "take_up", actor=one)
    proposal = proposals.decide(proposal, "request_changes", actor=one, reason="Popraw tytuł.")
    proposals.save_draft(proposal, actor=proposal.author, alt_texts={}, title="Praca lepsza")
    proposals.submit(proposal, actor=proposal.author)
    client = signed_in(one)
    inspect = f"/admin/propozycje/inspect/{proposal.pk}/"
    page = client.get(inspect).content.decode()
    assert re.search(r"<del>.*0.*</del>", page)
    assert re.search(r"<ins>.*lepsza.*</ins>", page)
    move = f"/admin/propozycje/{proposal.pk}/ruch"
    # Another moderator was quicker: it is not being checked any more.
    page = client.post(f"{move}/propose_rejection/", {"reason": "Długo pisany powód"})
    assert page.status_code == 422
    assert "Długo pisany powód" in page.content.decode()
    client.post(f"{move}/take_up/")
    client.post(f"{move}/propose_rejection/", {"reason": "Powód publiczny"})
    page = client.post(f"{move}/reject/", follow=True).content.decode()
    assert "Powód publiczny" in page
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason) == ("rejection_proposed", "")
    signed_in(make.commission()).post(f"{move}/reject/")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason) == ("rejected", "Powód publiczny")


def test_an_appeal_through_the_page_of_the_author():
    plebiscite = make.announced()
    proposal = make.rejected(plebiscite)
    client = signed_in(proposal.author)
    url = addresses.own_proposal(plebiscite.slug, proposal.pk)
    form = {**hidden(client.get(url)), "action": "appeal"}
    assert 'id="error-summary"' in client.post(url, {**form, "reason": " "}).content.decode()
    client.post(url, {**form, "reason": "To znak, i to mój."})
    again = client.post(url, {**form, "reason": "Drugi raz"})
    assert again.status_code == 200
    proposal.refresh_from_db()
    assert (proposal.state, proposal.appeal_text) == ("appealed", "To znak, i to mój.")
    with clock.shifted(60 * make.DAY):
        assert client.get(url).status_code == 200
