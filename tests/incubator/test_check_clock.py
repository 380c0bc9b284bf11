"""How long staff have for the formal check, and what their first page tells of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts.roles import Role
from core.clock import database_now
from core.i18n.dates import TOWN_TIME, long_date
from core.transitions import transition
from core.worktime import after_working_days
from home.setup import setup_site
from incubator import services
from incubator.models import Application, Call, Clarification
from incubator.viewsets.desk import IncubatorPanel
from tests.factories.incubator import check_every_point, make_call, make_draft, send
from tests.factories.people import person_with

pytestmark = pytest.mark.django_db

LIST = "/admin/incubator/wnioski/"


@pytest.fixture
def staff(client):
    setup_site()
    person = person_with(Role.INCUBATOR_COORDINATOR)
    client.force_login(person)
    return person


def row(application) -> Application:
    """The application as the list has it."""
    return Application.objects.with_check_clock().get(pk=application.pk)


def fresh(application) -> Application:
    return Application.objects.get(pk=application.pk)


def closed_for(call, *, days: int) -> None:
    """Lets a call have been closed for so long."""
    closes = database_now() - timedelta(days=days)
    Call.objects.filter(pk=call.pk).update(opens_at=closes - timedelta(days=30), closes_at=closes)


def page(client, application):
    return client.get(reverse("incubator_applications:inspect", args=[application.pk]))


class TestTheClockOfTheCheck:
    def test_staff_have_five_working_days_after_the_last_close(self, client, staff):
        call = make_call()
        sent = send(make_draft(call)).application
        assert row(sent).check_due_at is None, "the call is still open"
        closed_for(call, days=1)
        closed = Call.objects.get(pk=call.pk).closes_at
        assert row(sent).check_due_at == after_working_days(closed, 5)
        assert not row(sent).is_check_late
        assert not Application.objects.check_late(database_now()).exists()
        words = client.get(reverse("wagtailadmin_home")).content.decode()
        assert sent.number in words and long_date(row(sent).check_due_at) in words
        assert "formalna po terminie" not in words

        closed_for(call, days=40)
        assert row(sent).is_check_late
        assert Application.objects.check_late(database_now()).get() == sent
        words = client.get(reverse("wagtailadmin_home")).content.decode()
        assert "1 ocena formalna po terminie" in words
        url = f"{LIST}?check_late="
        assert sent.number in client.get(url + "true").content.decode()
        assert sent.number not in client.get(url + "false").content.decode()
        assert "po terminie" in page(client, sent).content.decode()

        # A clarification gives them five days anew.
        application = transition(fresh(sent), "start_check", actor=staff)
        services.ask_clarification(application, questions="?", keys=["name"], days=5, actor=staff)
        assert row(sent).check_due_at is None, "it waits for the applicant"
        Clarification.objects.update(due_at=database_now() - timedelta(days=1))
        transition(fresh(sent), "expire", actor=staff)
        assert not row(sent).is_check_late
        assert row(sent).check_due_at > database_now() + timedelta(days=4)
        check_every_point(fresh(sent), staff)
        transition(fresh(sent), "pass", actor=staff)
        assert row(sent).check_due_at is None

    @pytest.mark.parametrize("day", ["2026-12-23", "2027-01-04", "2027-03-29", "2027-05-04"])
    @pytest.mark.parametrize("at", ["00:10", "15:59", "16:01", "23:50"])
    def test_what_is_late_in_the_list_is_late_on_the_page(self, day, at):
        """The list asks the database for the first moment that is in time; both have to agree."""
        now = datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=TOWN_TIME)
        call = make_call()
        sent = send(make_draft(call)).application
        for days in range(16):
            closed = now - timedelta(days=days, hours=2)
            Call.objects.filter(pk=call.pk).update(
                opens_at=closed - timedelta(days=1), closes_at=closed
            )
            late = after_working_days(closed, 5) < now
            assert Application.objects.check_late(now).filter(pk=sent.pk).exists() is late, closed

    def test_the_first_page_tells_what_waits_and_asks_a_constant_number_of_times(
        self, client, staff, django_assert_max_num_queries
    ):
        calls = [make_call() for _number in range(3)]
        for call in calls:
            make_draft(call)
            send(make_draft(call))
        panel = IncubatorPanel(SimpleNamespace(user=staff))
        with django_assert_max_num_queries(8):
            context = panel.get_context_data({})
        assert [(sent, written) for _call, _until, sent, written in context["calls"]] == [
            (1, 1)
        ] * 3
        assert context["waiting"] == []
        assert calls[0].name_pl in panel.render_html({})
        client.force_login(person_with(Role.EDITOR))
        assert b"incubator-waiting" not in client.get(reverse("wagtailadmin_home")).content
        client.force_login(person_with(Role.APPROVER))
        assert b"incubator-waiting" in client.get(reverse("wagtailadmin_home")).content
