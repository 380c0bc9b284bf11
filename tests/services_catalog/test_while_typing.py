"""What changes while somebody is writing: nothing that was typed is lost, nothing sent unseen."""

from __future__ import annotations

import re
import time
import uuid

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.actors import SYSTEM
from core.files.models import StoredFile
from core.transitions import Refused
from forms.services import adopt_version, save_version
from services_catalog import pins
from services_catalog.cases import services, states
from services_catalog.cases.access import ACCESS_KEY
from services_catalog.cases.models import CaseMessage, RequestContact, ServiceRequest
from services_catalog.cases.rules import LinkHolder
from services_catalog.models import PackageItem
from services_catalog.models.service import Service, ServiceMode
from tests.factories.cases import PDF, ask, person, taken, text
from tests.factories.forms import field, form_json
from tests.services_catalog.test_packages import ask as ask_package
from tests.services_catalog.test_packages import asking, package

__all__ = ["asking", "package"]
pytestmark = pytest.mark.django_db
WORDS = "Cieknie kran <b>w kuchni</b> i nie umiem go zakręcić."


def choice(key: str, *values: str, **more):
    options = [{"value": value, "label": value.title()} for value in values]
    return field(key, "choice", choices=options, **more)


def form_of(service, key: str, *fields):
    """Gives a service a form of its own."""
    version = save_version(key, form_json(*fields), actor=SYSTEM)
    adopt_version(version, area="services", actor=SYSTEM)
    Service.objects.filter(pk=service.pk).update(form_version=version)
    service.refresh_from_db()
    return version


def typed(**more):
    return {
        "text": WORDS, "name": "Jan Przykładowy", "phone": "856822180",
        "submission_key": uuid.uuid4(), **more,
    }  # fmt: skip


def send(client, service, data):
    return client.post(f"/uslugi/{service.slug}/zgloszenie/", data)


def box(page, name: str) -> str:
    """What stands in a text area of a page."""
    found = BeautifulSoup(page.content, "html.parser").select_one(f"textarea#{name}")
    return found.text.strip("\r\n") if found else ""


def again(page) -> dict[str, str]:
    """What the button for trying again sends."""
    form = BeautifulSoup(page.content, "html.parser").select("main form[method=post]")[-1]
    return {one["name"]: one.get("value", "") for one in form.select("input[name]")}


class TestAServiceThatIsGone:
    def test_what_was_typed_is_shown_and_can_be_sent_when_it_comes_back(self, client, service):
        version = form_of(service, "naprawa", field("where"), field("plan", "file"))
        Service.objects.filter(pk=service.pk).update(
            contact_name="Anna Nowak", contact_phone="85 682 21 80"
        )
        service.refresh_from_db()
        service.save_revision().publish()
        Service.objects.get(pk=service.pk).unpublish()
        plan = SimpleUploadedFile("plan.pdf", PDF, content_type="application/pdf")
        data = typed(where="Piwnica", form_version=version.pk, **{"file-plan": plan})
        page = send(client, service, data)
        assert page.status_code == 410
        shown = box(page, "typed")
        for words in (WORDS, "Jan Przykładowy", "856822180", "Pytanie where: Piwnica"):
            assert words in shown
        body = page.content.decode()
        assert "Anna Nowak" in body
        assert 'href="tel:' in body
        assert "plan.pdf" in body
        assert "<b>w kuchni</b>" not in body, "hostile words are words"
        assert not ServiceRequest.objects.exists()
        # It was a mistake: published again, the button sends everything.
        Service.objects.filter(pk=service.pk).update(live=True)
        send(client, service, again(page))
        found = ServiceRequest.objects.get()
        assert (found.text, found.contact.name) == (WORDS, "Jan Przykładowy")
        assert found.answers == {"where": "Piwnica"}
        assert StoredFile.objects.filter(owner_id=str(found.pk), name="plan.pdf").count() == 1

    def test_a_service_that_is_got_otherwise_now_says_how(self, client, service):
        Service.objects.filter(pk=service.pk).update(mode=ServiceMode.WALK_IN)
        page = send(client, service, typed())
        assert page.status_code == 410
        assert WORDS in box(page, "typed")
        assert f'href="/uslugi/{service.slug}/"' in page.content.decode()

    def test_nothing_is_told_of_what_was_never_published(self, client, service):
        Service.objects.filter(pk=service.pk).update(live=False, contact_name="Tajna Osoba")
        page = send(client, service, typed())
        assert page.status_code == 404
        assert WORDS in box(page, "typed")
        assert "Tajna" not in page.content.decode()
        assert service.name not in page.content.decode()
        assert client.get(f"/uslugi/{service.slug}/zgloszenie/").status_code == 404
        assert client.post("/uslugi/nie-ma/zgloszenie/", {}).status_code == 404
        assert WORDS in box(client.post("/uslugi/nie-ma/zgloszenie/", typed()), "typed")

    def test_a_package_that_is_gone(self, client, package, asking):
        always, _wish = asking
        ask_package(client, package, **{f"s{always.pk}_room": "kitchen"})
        before = ServiceRequest.objects.count()
        package.is_live = False
        package.save()
        answers = {
            f"s{always.pk}_form_version": always.form_version_id, f"s{always.pk}_room": "kitchen",
        }  # fmt: skip
        page = ask_package(client, package, **answers)
        assert page.status_code == 410
        for words in ("Potrzebuję pomocy.", "Pytanie room: Kuchnia"):
            assert words in box(page, "typed")
        assert ServiceRequest.objects.count() == before


class TestAFormThatIsGone:
    def test_taken_away_its_answers_are_shown_before_anything_is_sent(self, client, service):
        version = form_of(service, "naprawa", field("where"), field("plan", "file"))
        Service.objects.filter(pk=service.pk).update(form_version=None)
        plan = SimpleUploadedFile("plan.pdf", PDF, content_type="application/pdf")
        data = typed(where="Piwnica", form_version=version.pk, **{"file-plan": plan})
        page = send(client, service, data)
        assert page.status_code == 422
        assert box(page, "left-over") == "Pytanie where: Piwnica"
        assert box(page, "id_text") == WORDS
        assert "plan.pdf" in page.content.decode()
        assert not ServiceRequest.objects.exists()
        kept = page.context["form"].data["kept_files"]
        # Corrected once more for another reason, the words are still there.
        second = {**typed(), "left_over": box(page, "left-over"), "kept_files": kept}
        page = send(client, service, {**second, "name": ""})
        assert box(page, "left-over") == "Pytanie where: Piwnica"
        send(client, service, {**second, "kept_files": page.context["form"].data["kept_files"]})
        found = ServiceRequest.objects.get()
        assert (found.answers, found.form_version) == ({}, None)
        assert StoredFile.objects.get().owner_id == str(found.pk)
        # What nobody had answered holds nobody up.
        send(client, service, typed(form_version=version.pk))
        assert ServiceRequest.objects.count() == 2

    def test_replaced_what_fits_is_carried_over_and_the_rest_is_shown(self, client, service):
        old = form_of(
            service, "naprawa", field("where"), field("number", "number"),
            choice("room", "kitchen", "cellar"), choice("when", "morning", "evening"),
        )  # fmt: skip
        new = form_of(
            service, "usterka", field("where"), choice("room", "kitchen", "attic"),
            choice("when", "morning", "evening"), field("more"),
        )  # fmt: skip
        answers = {"where": "Za piecem", "number": "3", "room": "cellar", "when": "evening"}
        page = send(client, service, typed(form_version=old.pk, **answers))
        # All that is required is there, and still nobody sends what they have not seen.
        assert page.status_code == 422
        assert not ServiceRequest.objects.exists()
        assert box(page, "left-over").splitlines() == ["Pytanie number: 3", "Pytanie room: Cellar"]
        soup = BeautifulSoup(page.content, "html.parser")
        assert soup.select_one("input[name=form_version]")["value"] == str(new.pk)
        assert soup.select_one("[name=where]")["value"] == "Za piecem"
        assert soup.select_one("input[name=when][value=evening]").has_attr("checked")
        send(
            client, service,
            typed(form_version=new.pk, where="Za piecem", room="kitchen", when="evening"),
        )  # fmt: skip
        found = ServiceRequest.objects.get()
        assert found.form_version == new
        assert found.answers == {"where": "Za piecem", "room": "kitchen", "when": "evening"}

    def test_answers_to_forms_of_others_are_never_read(self, client, service):
        foreign = save_version("wniosek", form_json(field("secret")), actor=SYSTEM)
        adopt_version(foreign, area="incubator", actor=SYSTEM)
        page = send(client, service, typed(form_version=foreign.pk, secret="x", name=""))
        assert "Pytanie secret" not in page.content.decode()
        for odd in ("abc", "9" * 30, "-1", "²"):
            assert send(client, service, typed(form_version=odd, name="")).status_code == 422

    def test_in_a_package(self, client, package, asking):
        always, wish = asking
        page = ask_package(
            client, package, services=[wish.pk],
            **{
                f"s{always.pk}_form_version": always.form_version_id,
                f"s{always.pk}_room": "kitchen",
                f"s{wish.pk}_form_version": wish.form_version_id,
                f"s{wish.pk}_room": "else",
                **self.gone(wish),
            },
        )  # fmt: skip
        assert page.status_code == 422
        assert "Pytanie room: Indziej" in box(page, "left-over")
        assert not ServiceRequest.objects.exists()

    def test_a_part_of_a_package_that_goes_or_comes_is_told_before_it_is_sent(
        self, client, package, asking
    ):
        """Also one without questions, of which nothing else would tell."""
        url = f"/uslugi/pakiety/{package.slug}/zgloszenie/"
        seen = shown_parts(client.get(url))
        always, wish = asking
        Service.objects.filter(pk=always.pk).update(live=False, form_version=None)
        page = ask_package(client, package, always=seen, text=WORDS)
        assert page.status_code == 422 and not ServiceRequest.objects.exists()
        told = alerts(page)
        assert always.name in told and wish.name not in told
        assert box(page, "id_text") == WORDS
        PackageItem.objects.filter(service=wish).update(is_required=True)
        page = ask_package(client, package, always=shown_parts(page))
        told = alerts(page)
        assert wish.name in told and always.name not in told
        for odd in ("", "x,²", "9" * 40):
            assert ask_package(client, package, always=odd, name="").status_code == 422
        answer = {f"s{wish.pk}_form_version": wish.form_version_id, f"s{wish.pk}_room": "kitchen"}
        sent = ask_package(client, package, always=shown_parts(page), **answer)
        assert sent.status_code == 302
        assert ServiceRequest.objects.exclude(parent=None).get().service == wish

    def gone(self, service) -> dict[str, str]:
        """One service of the package loses its form at this moment."""
        Service.objects.filter(pk=service.pk).update(form_version=None)
        return {}

    def test_at_the_desk(self, client, service, coordinator):
        version = form_of(service, "naprawa", field("where"))
        client.force_login(coordinator)
        desk = typed(service=service.pk, channel="phone", priority="1", where="Strych")
        Service.objects.filter(pk=service.pk).update(form_version=None)
        page = client.post("/admin/sprawy/przyjmij/", {**desk, "form_version": version.pk})
        assert page.status_code == 422
        assert "Pytanie where: Strych" in box(page, "left-over")
        Service.objects.filter(pk=service.pk).update(live=False)
        page = client.post("/admin/sprawy/przyjmij/", desk)
        assert page.status_code == 422
        soup = BeautifulSoup(page.content, "html.parser")
        assert soup.select_one("textarea[name=text]").text.strip() == WORDS
        other = type(service).objects.canonical().live().exclude(pk=service.pk).first()
        assert other is None or soup.select_one(f"option[value='{other.pk}']")
        assert soup.select_one("form[method=post] select[name=service]")
        assert not ServiceRequest.objects.exists()


def alerts(page) -> str:
    """All that a page calls out."""
    found = BeautifulSoup(page.content, "html.parser").select("main [role=alert]")
    return " ".join(one.text for one in found)


def shown_parts(page) -> str:
    """What the form says is always part of the package."""
    return BeautifulSoup(page.content, "html.parser").select_one("input[name=always]")["value"]


class TestACaseThatMovesOn:
    def test_a_reply_to_what_is_over_comes_back(self, client, service, coordinator):
        found = taken(ask(service, email="", phone="856822180"), coordinator)
        self.open(client, found)
        services.move(found, "withdraw_for", actor=coordinator)
        page = client.post(f"/sprawy/{found.pk}/reply/", text(WORDS))
        assert page.status_code == 409
        assert box(page, "unsent") == WORDS
        assert not CaseMessage.objects.exists()

    def test_a_reply_to_what_was_answered_meanwhile_stays_in_the_form(
        self, client, service, coordinator
    ):
        found = taken(ask(service, email="", phone="856822180"), coordinator)
        self.open(client, found)
        services.move(found, "answer", actor=coordinator, **text())
        data = text(WORDS)
        page = client.post(f"/sprawy/{found.pk}/reply/", data)
        assert page.status_code == 409
        assert box(page, "id_text") == WORDS
        assert f'action="/sprawy/{found.pk}/reopen/"' in page.content.decode()
        client.post(f"/sprawy/{found.pk}/reopen/", data)
        assert found.messages.filter(text=WORDS).count() == 1

    def test_the_hour_of_a_link_is_over_and_the_words_are_not(self, client, service):
        found = ask(service, email="", phone="856822180")
        self.open(client, found, until=-1)
        page = client.post(f"/sprawy/{found.pk}/reply/", text(WORDS))
        assert page.status_code == 404
        assert box(page, "unsent") == WORDS
        assert found.number not in page.content.decode()
        unknown = client.post(f"/sprawy/{uuid.uuid4()}/reply/", text(WORDS))
        assert (unknown.status_code, box(unknown, "unsent")) == (404, WORDS)

    def open(self, client, case, *, until: float = 3600) -> None:
        """As the button behind a private link does."""
        session = client.session
        session[ACCESS_KEY] = {str(case.pk): time.time() + until}
        session.save()


class TestATelephoneAlone:
    def pin(self, page) -> str:
        found = re.search(r'ticket__large">(\d{8})<', page.content.decode())
        assert found, page.content.decode()
        return found[1]

    def test_number_and_pin_are_shown_and_open_the_case(self, client, service, settings):
        data = typed()
        page = send(client, service, data)
        found = ServiceRequest.objects.get()
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        pin = self.pin(page)
        body = page.content.decode()
        assert found.number in body
        assert f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/sprawy/numer-i-pin/" in body
        # The same button pressed twice shows the same PIN, and there is one case.
        assert self.pin(send(client, service, data)) == pin
        assert ServiceRequest.objects.count() == 1
        kept = RequestContact.objects.values_list("pin_hash", flat=True).get()
        assert pin not in kept
        assert pins.pin_of(uuid.uuid4()) != pins.pin_of(uuid.uuid4())
        client.cookies.clear()
        assert client.get(f"/sprawy/{found.pk}/").status_code == 404
        wrong = f"{(int(pin) + 1) % 10**8:08d}"
        for typed_pin, opened in ((wrong, False), (pin, True)):
            answer = client.post("/sprawy/numer-i-pin/", {"number": found.number, "pin": typed_pin})
            assert (answer.status_code == 302) is opened
        assert reverse("services:pin") in client.get(f"/sprawy/{found.pk}/").content.decode()

    def test_a_new_pin_from_the_desk_is_not_told_by_the_old_form(
        self, client, service, coordinator
    ):
        data = typed()
        send(client, service, data)
        found = ServiceRequest.objects.get()
        services.renew_pin(found, actor=coordinator)
        assert send(client, service, data).url == f"/sprawy/{found.pk}/"
        services.move(found, "withdraw_for", actor=coordinator)
        services.move(found, "erase", actor=coordinator)
        assert send(client, service, data).url == f"/sprawy/{found.pk}/"

    def test_who_has_another_way_back_gets_none(self, client, service):
        page = send(client, service, typed(email="jan@example.org"))
        assert page.status_code == 302
        client.force_login(person())
        assert send(client, service, typed()).status_code == 302
        assert set(RequestContact.objects.values_list("pin_hash", flat=True)) == {""}

    def test_for_a_package_one_pin_opens_all_of_it(self, client, package):
        page = ask_package(client, package, email="", phone="856822180")
        parent = ServiceRequest.objects.get(parent=None)
        client.cookies.clear()
        data = {"number": parent.number, "pin": self.pin(page)}
        assert client.post("/sprawy/numer-i-pin/", data).status_code == 302
        for part in parent.children.all():
            assert client.get(f"/sprawy/{part.pk}/").status_code == 200


def test_the_slip_of_the_desk_says_the_whole_address(client, service, coordinator, settings):
    client.force_login(coordinator)
    desk = typed(service=service.pk, channel="desk", priority="1")
    page = client.post("/admin/sprawy/przyjmij/", desk).content.decode()
    assert f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/sprawy/numer-i-pin/" in page


class TestWhatIsErasedStaysEmpty:
    @pytest.fixture
    def erased(self, service, coordinator):
        found = taken(ask(service, email="", phone="856822180"), coordinator)
        services.move(found, "answer", actor=coordinator, **text())
        services.move(found, "accept", actor=LinkHolder(case=found.pk))
        services.move(found, "erase", actor=coordinator)
        return ServiceRequest.objects.get()

    @pytest.mark.parametrize("verb", sorted(states.WRITING))
    def test_no_move_writes_into_it(self, erased, coordinator, verb):
        actor = coordinator if verb == "note" else LinkHolder(case=erased.pk)
        words = {"rating": 5, "comment": WORDS} if verb == "rate" else text(WORDS)
        with pytest.raises(Refused) as refused:
            services.move(erased, verb, actor=actor, **words)
        assert "usunięto" in str(refused.value)
        assert not CaseMessage.objects.exists()
        assert not hasattr(ServiceRequest.objects.get(), "feedback")

    def test_every_move_with_words_is_among_them(self):
        """A new move in a final state that takes words has to be refused as well."""
        takes = {"text", "comment", "files"}
        rows = [
            row
            for verb in states.MACHINE.verbs
            for row in states.MACHINE.rows(verb)
            if set(row.takes) & takes and set(row.sources) & set(states.FINAL)
        ]
        assert {row.verb for row in rows} == states.WRITING

    def test_nothing_offers_it(self, client, erased, coordinator):
        client.force_login(coordinator)
        page = client.get(f"/admin/sprawy/inspect/{erased.pk}/").content.decode()
        assert "textarea" not in page
        client.logout()
        session = client.session
        session[ACCESS_KEY] = {str(erased.pk): time.time() + 3600}
        session.save()
        page = client.get(f"/sprawy/{erased.pk}/").content.decode()
        assert erased.number in page
        assert "<textarea" not in page
        answer = client.post(f"/sprawy/{erased.pk}/reopen/", text(WORDS))
        assert answer.status_code == 409
        assert not CaseMessage.objects.exists()

    def test_the_database_refuses_it_too(self, erased):
        for change in ({"text": WORDS}, {"requester": person()}, {"public_reason": WORDS},
                       {"state": states.IN_PROGRESS, "closed_at": None}):  # fmt: skip
            with pytest.raises(IntegrityError), transaction.atomic():
                ServiceRequest.objects.filter(pk=erased.pk).update(**change)
