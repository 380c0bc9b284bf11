"""A coordinator checks an application and asks; the team answers; the difference is seen."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from incubator.models import Application
from incubator.states import State
from tests.e2e.helpers import assert_accessible
from tests.e2e.test_incubator import MARIA, enter, go_on, question
from tests.e2e.test_incubator_forms import COORDINATOR
from tests.factories.incubator import close, make_call, make_draft, make_organisation, send
from tests.incubator.test_course import two_questions

WAGTAIL = ["#wagtail-sidebar", ".w-slim-header", ".w-header"]


@pytest.fixture
def application(server_data):
    """One that Maria has sent in a call that is closed by now."""
    maria = User.objects.get(email=MARIA)
    organisation = make_organisation(maria, "Warsztat przy torach")
    # Of a year in which the demo has no calls.
    call = make_call(two_questions(), year=2031)
    draft = make_draft(
        call, maria, {"name": "Stolarnia", "place": "Gdzieś"}, organisation=organisation
    )
    found = send(draft, actor=maria).application
    close(call)
    return found


def look(page):
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert_accessible(page, exclude=WAGTAIL if "/admin/" in page.url else None)


def test_check_question_answer_and_difference(application, open_page, sign_in):
    staff, team = open_page(), open_page()
    sign_in(staff, COORDINATOR)
    inspected = reverse("incubator_applications:inspect", args=[application.pk])
    staff.goto(inspected)
    staff.locator("form[action$='/start_check/'] button").click()

    check = staff.locator("form[action$='/sprawdzenie/']")
    expect(check).to_be_visible()
    for chosen in check.locator("select").all():
        chosen.select_option("yes")
    check.locator("select[name=result-statute]").select_option("no")
    check.locator("input[name=note-statute]").fill("Nie wiadomo, gdzie")
    check.locator("button").click()
    expect(staff.locator("select[name=result-statute]")).to_have_value("no")
    expect(staff.locator("input[name=note-statute]")).to_have_value("Nie wiadomo, gdzie")
    look(staff)

    ask = staff.locator("form[action$='/wezwanie/']")
    ask.locator("textarea").fill("Proszę napisać, gdzie to będzie.")
    ask.locator("input[name=keys][value=place]").check()
    ask.locator("button").click()
    expect(staff.locator("form[action$='/wezwanie/']")).to_have_count(0)
    application.refresh_from_db()
    assert application.state == State.CLARIFICATION

    page = f"/inkubator/wnioski/{application.uuid}/"
    enter(team, MARIA)
    team.goto(page)
    expect(team.locator("main")).to_contain_text("Proszę napisać, gdzie to będzie.")
    expect(team.locator("main")).not_to_contain_text("Nie wiadomo, gdzie")
    look(team)
    team.goto(f"{page}krok/only/")
    expect(question(team, "name")).to_have_count(0)
    question(team, "place").fill("Stacja Hajnówka, peron pierwszy")
    look(team)
    go_on(team)
    team.wait_for_url(re.compile("/podsumowanie/"))
    team.locator("input[name=name]").fill("Maria Demo")
    team.locator("input[name=function]").fill("prezeska")
    team.locator("input[name=declared]").check()
    team.locator("main form button[type=submit]").click()
    team.wait_for_url(re.compile(f"{page}$"))
    look(team)

    staff.goto(inspected)
    row = staff.locator("section[aria-labelledby=changes-title] tbody tr")
    expect(row).to_have_count(1)
    expect(row.locator("td").nth(0)).to_have_text("Gdzieś")
    expect(row.locator("td").nth(1)).to_have_text("Stacja Hajnówka, peron pierwszy")
    look(staff)
    assert Application.objects.get(pk=application.pk).state == State.FORMAL_CHECK
