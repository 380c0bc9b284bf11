"""What somebody meets who comes for the first time: ways on, words, orders."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection, transaction
from django.urls import reverse

from core.clock import database_now
from services_catalog.cases import notices, services
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.rules import LinkHolder
from tests.factories.cases import ask, taken, text
from tests.factories.catalogue import ServiceFactory

pytestmark = pytest.mark.django_db


def page_of(response) -> str:
    return response.content.decode()


class TestResidents:
    def test_a_case_that_is_not_open_here_says_how_to_open_one(self, client, case):
        here = client.get(reverse("services:case", args=[case.pk]))
        nowhere = client.get(reverse("services:case", args=[uuid.uuid4()]))
        assert here.status_code == nowhere.status_code == 404
        assert reverse("services:lost_link") in page_of(here)
        # Nothing tells whether the case exists.
        assert case.number not in page_of(here)
        assert page_of(here).count("<p>") == page_of(nowhere).count("<p>")

    def test_a_button_opened_as_an_address_leads_to_the_case(self, client, case):
        for verb in ("reply", "withdraw", "accept"):
            answer = client.get(reverse("services:move", args=[case.pk, verb]))
            assert answer["Location"] == reverse("services:case", args=[case.pk])
        assert ServiceRequest.objects.get(pk=case.pk).state == case.state

    def test_a_link_for_confirming_visited_again_says_so(self, client, service):
        found = ask(service)
        path = notices.confirm_path(found)
        assert "już potwierdzone" not in page_of(client.get(path))
        client.post(path)
        again = client.get(path)
        assert again.status_code == 200
        assert "już potwierdzone" in page_of(again) and found.number in page_of(again)
        assert reverse("services:case", args=[found.pk]) in page_of(again)
        client.cookies.clear()
        assert reverse("services:case", args=[found.pk]) not in page_of(client.get(path))

    def test_a_superseded_link_of_an_unconfirmed_request_is_not_called_confirmed(
        self, client, service
    ):
        found = ask(service)
        path = notices.confirm_path(found)
        services.move(found, "withdraw", actor=LinkHolder(case=found.pk))
        assert "już potwierdzone" not in page_of(client.get(path))

    def test_what_a_link_has_opened_stands_among_my_matters(self, client, case):
        path = notices.follow_path(case)
        assert case.number not in page_of(client.get(reverse("my_matters")))
        client.post(path)
        assert case.number in page_of(client.get(reverse("my_matters")))

    def test_all_that_is_missing_is_said_at_once_and_files_follow_the_text(self, client, service):
        url = reverse("services:request", args=[service.slug])
        page = page_of(client.get(url))
        assert "Zgłoszenie: Złota" in page.replace("\xa0", " ").replace("&nbsp;", " ")
        assert page.index('name="text"') < page.index('name="files"') < page.index('name="name"')
        assert page.count("podaj jedno z dwóch") == 2
        wrong = client.post(url, {"submission_key": uuid.uuid4()})
        errors = wrong.context["form"].errors
        assert set(errors) == {"text", "name", "email"}

    def test_signs_that_turn_the_direction_are_not_kept(self, client, service):
        client.post(
            reverse("services:request", args=[service.slug]),
            {
                "submission_key": uuid.uuid4(),
                "text": "Proszę o \u202egnp.exe\u202c\u2066pomoc\u2069",
                "name": "Jan\u202d Nowak",
                "phone": "856822180",
            },
        )
        found = ServiceRequest.objects.get()
        assert (found.text, found.contact.name) == ("Proszę o gnp.exepomoc", "Jan Nowak")


class TestStaff:
    def test_the_most_urgent_comes_first_and_what_is_over_last(self, client, service, coordinator):
        made = [ask(service, email="", phone="856822180") for _ in range(4)]
        over, waits, late, later = made
        services.move(over, "withdraw_for", actor=coordinator)
        services.move(taken(waits, coordinator), "ask", actor=coordinator, **text())
        now = database_now()
        for days, one in enumerate([over, waits, late, later]):
            ServiceRequest.objects.filter(pk=one.pk).update(
                due_at=now.replace(year=now.year + days - 2)
            )
        client.force_login(coordinator)
        rows = client.get("/admin/sprawy/").context["object_list"]
        assert [row.pk for row in rows] == [late.pk, later.pk, waits.pk, over.pk]

    def test_the_order_of_urgency_is_read_from_its_index(self, case):
        rows = ServiceRequest.objects.with_urgency().order_by("urgency", "due_at", "id")[:20]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
            assert "services_case_urgent" in rows.explain()

    def test_each_button_says_what_it_does_and_the_answer_is_the_first(
        self, client, case, coordinator
    ):
        taken(case, coordinator)
        client.force_login(coordinator)
        url = reverse("services_catalog_cases:inspect", args=[case.pk])
        response = client.get(url)
        for move, help_text in (
            *response.context["main_moves"],
            *response.context["written_moves"],
            *response.context["plain_moves"],
        ):
            assert help_text, move.verb
            assert f'id="help-{move.verb}"' in page_of(response)
        assert response.context["written_moves"][0][0].verb == "answer"
        done = client.post(f"/admin/sprawy/{case.pk}/note/", text("Oddzwonić."), follow=True)
        assert "Notatka została zapisana." in page_of(done)
        assert "Sprawdź" not in page_of(done).partition("</title>")[0]

    def test_services_stand_in_polish_order(self, client, service, coordinator):
        for name in ("Wypożyczalnia", "Świetlica", "Sala"):
            ServiceFactory(name=name)
        client.force_login(coordinator)
        names = [one.name for one in client.get("/admin/sprawy/przyjmij/").context["services"]]
        assert names == ["Sala", "Świetlica", "Wypożyczalnia", "Złota rączka"]
        names = [one.name for one in client.get(reverse("services:compare")).context["services"]]
        assert names == ["Sala", "Świetlica", "Wypożyczalnia", "Złota rączka"]
