"""The values in reports, in the filter of what is overdue and in the daily mail."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from accounts.roles import Role
from core.clock import database_now
from core.i18n.dates import TOWN_TIME
from core.outbox.models import OutboxMail
from core.transitions import available
from directory.models import Membership, TeamRole
from services_catalog.cases import digest, figures, selectors, services
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.rules import LinkHolder
from tests.factories.cases import ask, offered, person, taken, team, text
from tests.factories.catalogue import OrganisationFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/sprawy/"
TUESDAY = datetime(2026, 11, 24, 7, 5, tzinfo=TOWN_TIME)


def new(service, **fields) -> ServiceRequest:
    return ask(service, email="", phone="856822180", **fields)


def due(case, *, warn: timedelta, end: timedelta) -> ServiceRequest:
    """Sets when a case warns and is due, counted from now."""
    now = database_now()
    ServiceRequest.objects.filter(pk=case.pk).update(warn_at=now + warn, due_at=now + end)
    case.refresh_from_db()
    return case


def late(case) -> ServiceRequest:
    return due(case, warn=timedelta(days=-3), end=timedelta(days=-1))


def soon(case) -> ServiceRequest:
    return due(case, warn=timedelta(hours=-1), end=timedelta(hours=9))


def mine(service, worker, coordinator, organisation) -> ServiceRequest:
    """A case that an organisation's worker has accepted."""
    found = offered(new(service), coordinator, organisation)
    return services.move(found, "accept_offer", actor=worker)


class TestReports:
    def test_load_overdue_and_outcomes_have_their_values(self, client, service, coordinator):
        workshop = OrganisationFactory(kind="member", name_pl="Warsztat")
        worker = team(workshop)
        theirs = [mine(service, worker, coordinator, workshop) for _one in range(3)]
        late(theirs[0])
        waiting = services.move(theirs[1], "start", actor=worker)
        waiting = services.move(waiting, "ask", actor=worker, **text("Kiedy?"))
        late(waiting)  # the resident has the next move: nobody is late
        free = late(new(service))
        for outcome in ("done", "advised", "advised"):
            over = taken(new(service), coordinator)
            over = services.move(over, "answer", actor=coordinator, outcome=outcome, **text())
            over = services.move(over, "accept", actor=LinkHolder(case=over.pk))
            late(over)
        services.move(over, "rate", actor=LinkHolder(case=over.pk), rating=4)
        client.force_login(coordinator)
        page = client.get(reverse("services_catalog_cases:reports"))
        assert page.context["load"] == [("Warsztat", 3, 1), ("", 1, 1)]
        assert list(page.context["overdue"]) in ([theirs[0], free], [free, theirs[0]])
        assert page.context["overdue_number"] == 2
        ends = {bar.label: bar.value for bar in page.context["outcomes"]}
        assert sorted(ends.values()) == [1, 2]
        assert ends["udzielono porady"] == 2
        assert page.context["rating"] == 4
        assert [(bar.label, bar.value, bar.share) for bar in page.context["services"]] == [
            (service.name, 7, 100)
        ]
        words = page.content.decode()
        assert theirs[0].number in words
        assert free.number in words
        assert waiting.number not in words
        # The organisation's own report has its own values alone.
        client.force_login(worker)
        page = client.get(reverse("services_catalog_cases:reports"))
        assert page.context["load"] == [("Warsztat", 3, 1)]
        assert (page.context["overdue_number"], page.context["outcomes"]) == (1, [])

    def test_the_filter_of_the_overdue_finds_them(self, client, service, coordinator):
        fresh, over, closed = new(service), late(new(service)), new(service)
        late(services.move(closed, "reject", actor=coordinator, **text("Nie.")))
        client.force_login(coordinator)
        for value, found in (("true", {over}), ("false", {fresh, closed})):
            page = client.get(LIST, {"overdue": value})
            assert set(page.context["object_list"]) == found, value
            export = client.get(LIST, {"overdue": value, "export": "csv"})
            words = b"".join(export.streaming_content).decode()
            assert {one for one in (fresh, over, closed) if one.number in words} == found


class TestDigest:
    def test_the_office_gets_its_own_the_free_the_late_and_the_soon_due(self, service, coordinator):
        colleague = person(Role.SERVICE_COORDINATOR)
        late(new(service))
        soon(new(service))
        new(service)
        late(taken(new(service), coordinator))
        taken(new(service), coordinator)
        late(taken(new(service), colleague))
        waiting = taken(new(service), coordinator)
        late(services.move(waiting, "ask", actor=coordinator, **text("Który?")))
        assert digest.digest_of(coordinator) == {"waiting": 3, "own": 2, "late": 2, "soon": 1}
        assert digest.digest_of(colleague) == {"waiting": 3, "own": 1, "late": 2, "soon": 1}
        assert digest.send_digests(TUESDAY) == 2
        written = OutboxMail.objects.get(kind="services_admin/digest", to=coordinator.email).text
        figures = [line.rpartition(": ")[2] for line in written.splitlines() if ": " in line]
        assert [int(one) for one in figures if one.isdecimal()] == [3, 2, 2, 1]

    def test_an_organisation_gets_its_offers_and_nothing_of_others(self, service, coordinator):
        workshop, another = (OrganisationFactory(kind="member") for _one in range(2))
        worker, stranger = team(workshop), team(another)
        soon(offered(new(service), coordinator, workshop))
        late(mine(service, worker, coordinator, workshop))
        reader = team(workshop, in_team=TeamRole.VIEWER)
        late(new(service))
        assert digest.digest_of(worker) == {"waiting": 1, "own": 1, "late": 1, "soon": 1}
        for nothing in (stranger, reader):
            assert not any(digest.digest_of(nothing).values())
        assert digest.send_digests(TUESDAY) == 2
        written = OutboxMail.objects.filter(kind="services_admin/digest")
        assert {mail.to for mail in written} == {worker.email, coordinator.email}

    def test_a_lead_who_works_for_a_member_gets_what_waits_for_them(self, service, coordinator):
        workshop = OrganisationFactory(kind="member")
        lead = person(Role.CONSORTIUM_LEAD)
        Membership.objects.create(organisation=workshop, user=lead, role=TeamRole.EDITOR)
        offered(new(service), coordinator, workshop)
        idle = person(Role.CONSORTIUM_LEAD)
        digest.send_digests(TUESDAY)
        written = OutboxMail.objects.filter(kind="services_admin/digest")
        assert lead.email in {mail.to for mail in written}
        assert idle.email not in {mail.to for mail in written}


class TestWhoseItIs:
    """Figures, the list behind each, the panel and what waits agree for every role."""

    @pytest.fixture
    def people(self, service, coordinator):
        workshop, kitchen = (OrganisationFactory(kind="member") for _one in range(2))
        cooks = team(kitchen)
        carpenter = team(workshop)
        lead = person(Role.CONSORTIUM_LEAD)
        both = team(kitchen, role=Role.CONSORTIUM_LEAD)
        office = OrganisationFactory(kind="other")
        outside = team(office, role=Role.CONSORTIUM_LEAD)
        new(service)
        offered(new(service), coordinator, kitchen)
        late(mine(service, carpenter, coordinator, workshop))
        started = services.move(mine(service, cooks, coordinator, kitchen), "start", actor=cooks)
        services.move(started, "ask", actor=cooks, **text("Kiedy?"))
        mine(service, outside, coordinator, office)
        return {
            "coordinator": coordinator, "carpenter": carpenter, "cook": cooks, "lead": lead,
            "lead and cook": both, "lead outside": outside, "auditor": person(Role.AUDITOR),
        }  # fmt: skip

    EXPECTED = {
        # role: new, overdue, waiting of the figures; rows of the panel; what waits for them
        "coordinator": ((1, 1, 1), 1, 4),
        "carpenter": ((0, 1, 0), 1, 1),
        "cook": ((1, 0, 1), 1, 1),
        "lead": ((1, 1, 1), 0, 0),
        "lead and cook": ((1, 1, 1), 1, 1),
        "lead outside": ((1, 1, 1), 1, 1),
        "auditor": ((1, 1, 1), 0, 0),
    }

    @pytest.mark.parametrize("role", list(EXPECTED))
    def test_each_figure_is_the_length_of_its_list(self, client, people, role):
        user = people[role]
        counted, panel, waits = self.EXPECTED[role]
        client.force_login(user)
        page = client.get("/admin/")
        soup = BeautifulSoup(page.content, "html.parser")
        links = [one["href"] for one in soup.select(f"a[href^='{LIST}?']")]
        assert len(links) == 3
        for link, number in zip(links, counted, strict=True):
            rows = client.get(link).context["object_list"]
            assert len(rows) == number, link
            assert f"{number} " in soup.select_one(f"a[href='{link}']").text
        due = figures.due_figures(user)
        assert (due["new"], due["overdue"], due["waiting"]) == counted
        assert figures.due_soon(user).count() == panel
        waiting = list(selectors.waiting_cases(user, "pl"))
        assert len(waiting) == waits
        # Whatever is said to wait for somebody, they see and can move.
        for matter in waiting:
            opened = ServiceRequest.objects.visible_to(user).get(number=matter.number)
            assert {row.verb for row in available(opened, user)} - {"note"}
