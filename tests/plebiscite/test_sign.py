"""What won: its page, and requests to use it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core.audit import history
from core.files.models import StoredFile
from core.models import OutboxMail
from core.transitions import NotAllowed, Refused, WrongState
from plebiscite import addresses, clock
from plebiscite.models import SignFile, SignRules, UseRequest
from plebiscite.services import moving, sign_files, signing
from plebiscite.sources import PlebisciteData
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_page")]

FORM = {
    "name": "Анна Żółć",
    "organisation": "Spółdzielnia",
    "email": "anna@example.org",
    "purpose": "Etykiety na słoiki.",
    "accepts_rules": "on",
}


@pytest.fixture
def published():
    """A vote that has a winner, and rules of using it."""
    plebiscite = make.voting(closes_in=timedelta(hours=1))
    make.vote(plebiscite, make.declared(plebiscite), ["M1"])
    with clock.shifted(timedelta(hours=2)):
        moving.write_down_what_is_due()
        make.together(plebiscite, "count")
        plebiscite = make.together(plebiscite, "publish")
    SignRules.objects.create(plebiscite=plebiscite, text_pl="Za zgodą.\n\nBez opłat.")
    return plebiscite


def asked(plebiscite) -> UseRequest:
    client = Client()
    url = addresses.ask_for_sign(plebiscite.slug)
    client.post(url, {**FORM, "key": key_of(client.get(url))})
    return UseRequest.objects.get()


def key_of(page) -> str:
    return re.search(r'name="key" value="([0-9a-f-]{36})"', page.content.decode())[1]


def test_the_page_has_files_rules_and_the_way_to_ask(published):
    url = addresses.sign(published.slug)
    assert url in Client().get(addresses.results(published.slug)).content.decode()
    page = Client().get(url).content.decode()
    winner = published.options.get(code="M1")
    assert f"{winner.picture_sha256}.png" in page
    assert "Bez opłat." in page
    assert addresses.ask_for_sign(published.slug) in page
    SignRules.objects.all().delete()
    assert addresses.ask_for_sign(published.slug) not in Client().get(url).content.decode()
    assert Client().get(addresses.ask_for_sign(published.slug)).status_code == 404


def test_before_the_result_there_is_no_such_page():
    plebiscite = make.voting()
    for url in (addresses.sign(plebiscite.slug), addresses.ask_for_sign(plebiscite.slug)):
        assert Client().get(url).status_code == 404


def test_a_request_reaches_the_commission_and_is_answered_by_mail(published):
    member = make.commission()
    client = Client()
    url = addresses.ask_for_sign(published.slug)
    page = client.get(url)
    key = key_of(page)
    wrong = client.post(url, {**FORM, "key": key, "email": "nie adres", "accepts_rules": ""})
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert "Etykiety na słoiki." in text
    assert {"id_email_error", "id_accepts_rules_error"} <= set(re.findall(r'id="(\w+)"', text))
    answers = [client.post(url, {**FORM, "key": key}).content.decode() for _ in range(3)]
    found = UseRequest.objects.get()
    assert all(found.number in answer for answer in answers)
    told = OutboxMail.objects.filter(kind="plebiscite/use_asked").values_list("to", flat=True)
    assert member.email in told
    assert OutboxMail.objects.filter(kind="plebiscite/use_received", to=found.email).count() == 1

    staff = Client()
    staff.force_login(member)
    assert found.number in staff.get("/admin/prosby-o-znak/").content.decode()
    inspect = f"/admin/prosby-o-znak/inspect/{found.pk}/"
    assert "Анна Żółć" in staff.get(inspect).content.decode()
    move = f"/admin/prosby-o-znak/{found.pk}/ruch"
    assert staff.post(f"{move}/grant/", {"reason": " "}).status_code == 422
    assert staff.get(f"{move}/grant/").status_code == 302
    found.refresh_from_db()
    assert found.state == "received"
    staff.post(f"{move}/grant/", {"reason": "Zgoda, z podaniem tytułu."})
    found.refresh_from_db()
    assert (found.state, found.answer) == ("granted", "Zgoda, z podaniem tytułu.")
    mail = OutboxMail.objects.get(kind="plebiscite/use_granted")
    assert (mail.to, "Zgoda, z podaniem tytułu." in mail.text) == (found.email, True)
    late = staff.post(f"{move}/refuse/", {"reason": "Jednak nie."})
    assert (late.status_code, "Jednak nie." in late.content.decode()) == (422, True)
    assert [event.verb for event in history(found)] == ["ask", "grant"]


def test_only_the_commission_answers_and_only_once(published):
    found = asked(published)
    with pytest.raises(NotAllowed):
        signing.answer(found, "grant", actor=UserFactory(), reason="Tak.")
    member = make.commission()
    with pytest.raises(Refused):
        signing.answer(found, "refuse", actor=member, reason="")
    signing.answer(found, "refuse", actor=member, reason="Nie.")
    with pytest.raises(WrongState):
        signing.answer(found, "grant", actor=member, reason="Tak.")
    with pytest.raises(IntegrityError), transaction.atomic():
        UseRequest.objects.update(answer="")


def test_who_asked_is_forgotten_a_year_after_the_answer(published):
    found = asked(published)
    signing.answer(found, "grant", actor=make.commission(), reason="Tak.")
    with clock.shifted(300 * make.DAY):
        signing.forget_requests()
    assert UseRequest.objects.get().email == FORM["email"]
    with clock.shifted(366 * make.DAY):
        signing.forget_requests()
    found = UseRequest.objects.get()
    assert (found.name, found.email, found.purpose, found.answer) == ("", "", "", "Tak.")


def test_a_person_gets_and_erases_their_requests(published):
    found = asked(published)
    user = UserFactory(email=FORM["email"])
    assert PlebisciteData().export(user).data["use_requests"][0]["number"] == found.number
    PlebisciteData().erase(user)
    assert not UseRequest.objects.exists()


def test_further_files_are_put_up_by_the_commission_and_end_with_the_result(published):
    member = make.commission()
    member.groups.first().permissions.add(
        Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    )
    client, url = Client(), reverse("plebiscite_sign_files", args=[published.pk])
    client.force_login(member)
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    for name, content in (("znak.svg", drawing), ("znak.pdf", drawing), ("znak.png", b"PK\x03")):
        refused = client.post(url, {"file": SimpleUploadedFile(name, content), "title_pl": "Znak"})
        assert refused.status_code == 422, name
    assert not SignFile.objects.exists()
    assert not StoredFile.objects.filter(owner_type="plebiscite.signfile").exists()
    upload = SimpleUploadedFile("znak.png", make.picture_file(5).read(), "image/png")
    assert client.post(url, {"file": upload, "title_pl": "Znak na biało"}).status_code == 302
    one = SignFile.objects.get()
    address = reverse("plebiscite:sign_file", args=[published.slug, one.pk])
    page = Client().get(addresses.sign(published.slug)).content.decode()
    assert address in page
    assert "Znak na biało" in page.replace("\u00a0", " ")
    fetched = Client().get(address)
    assert (fetched.status_code, fetched["X-Content-Type-Options"]) == (200, "nosniff")
    assert fetched["Content-Disposition"].startswith("attachment")
    # Nobody but the commission puts files up, and a void vote has none to give out.
    stranger = Client()
    stranger.force_login(UserFactory())
    assert stranger.post(url, {"remove": one.pk}).status_code in {302, 403}
    assert SignFile.objects.exists()
    make.together(published, "void", reason="Błąd w druku.")
    assert Client().get(address).status_code == 404
    client.post(url, {"remove": one.pk})
    assert not SignFile.objects.exists()
    assert not StoredFile.objects.filter(pk=one.file_id).exists()


def test_no_file_comes_before_the_result():
    plebiscite = make.voting()
    with pytest.raises(Refused, match="Nic jeszcze"):
        sign_files.add(plebiscite, actor=make.commission(), upload=make.picture_file(1))
    with pytest.raises(PermissionDenied):
        sign_files.add(plebiscite, actor=UserFactory(), upload=make.picture_file(1))
