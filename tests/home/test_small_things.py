"""Small promises of the public pages: the red signpost, the plan, telephone links, crawlers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.template.loader import render_to_string
from wagtail.models import Locale, Page, get_page_models

from core.models.pages import BasePageForm
from core.ports import Platform
from core.templatetags.site_tags import phone_href
from directory.models import Room
from home.selectors import BoardRow, floors, urgent_platform
from tests.factories.catalogue import ServiceFactory
from tests.factories.site import SiteTree, make_site


@pytest.fixture
def tree() -> SiteTree:
    return make_site()


def row(platform: Platform, *, is_express: bool = False) -> BoardRow:
    words = ("", "", "", "", "", "")
    return BoardRow(*words, int(platform), "", "", "", is_express, False, "", "", None)


def test_the_red_signpost_leads_to_what_is_most_urgent():
    services, vote = row(Platform.SERVICES), row(Platform.PLEBISCITE)
    express = row(Platform.INCUBATOR, is_express=True)
    assert urgent_platform([services, vote, express]) == Platform.INCUBATOR
    assert urgent_platform([vote, services]) == Platform.PLEBISCITE
    # Events have no signpost.
    event = row(Platform.EVENTS, is_express=True)
    assert urgent_platform([event, vote]) == Platform.PLEBISCITE
    assert urgent_platform([event]) == urgent_platform([]) == Platform.SERVICES


@pytest.mark.django_db
def test_the_home_page_paints_one_signpost_red(client, tree):
    ServiceFactory(hours=[(day, time(8), time(9)) for day in range(7)])
    page = BeautifulSoup(client.get("/").content, "html.parser")
    assert len(page.select(".signpost--urgent")) == 1
    assert page.select_one(".signpost--urgent")["href"] == "/uslugi/"


def room(number: int, x: int, *, level: int = 0, height: int = 160) -> Room:
    return Room(
        number=number, name_pl=f"Sala {number}", floor=level,
        plan_x=x, plan_y=60, plan_width=100, plan_height=height,
    )  # fmt: skip


def test_the_plan_has_a_round_left_end_and_a_drawing_for_each_floor():
    plan = floors([room(1, 10), room(2, 110), room(3, 10, level=1), room(4, 10, level=-1)])
    assert [floor.level for floor in plan] == [0, 1, -1]
    ground = plan[0].rooms
    assert ground[0].outline.count("A80 80") == 2
    assert ground[1].outline == "M110 60H210V220H110Z"
    assert (ground[0].middle_x, ground[0].middle_y) == (60, 140)
    drawn = render_to_string("components/floor_plan.html", {"floors": plan})
    assert drawn.count("<svg") == 3
    assert "Parter" in drawn
    assert "Piętro 1" in drawn
    assert "<figcaption" not in render_to_string("components/floor_plan.html", {"floors": plan[:1]})


def test_telephones_are_links_that_dial():
    assert phone_href("85 682 21 80") == "tel:+48856822180"
    assert phone_href("(085) 682-21-80") == "tel:+48856822180"
    assert phone_href("+39 0522 15") == "tel:+39052215"
    assert phone_href("") == ""


@pytest.mark.django_db
def test_crawlers_stay_out_of_what_belongs_to_one_person(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    for path in ("/admin/", "/konto/", "/en/konto/", "/sprawy/", "/szukaj/", "/it/szukaj/"):
        assert f"Disallow: {path}" in lines


def test_two_errors_of_one_field_have_one_identifier():
    class Form(forms.Form):
        age = forms.IntegerField(label="Wiek")
        when = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)

    form = Form({})
    for name in form.fields:
        form.add_error(name, "druga rzecz")
        html = BeautifulSoup(
            render_to_string("components/form_field.html", {"field": form[name]}), "html.parser"
        )
        error = f"id_{name}_error"
        assert len(html.select(f"#{error}")) == 1
        assert len(html.select(f"#{error} .field__error")) == 2
        assert html.select_one(f'[aria-describedby~="{error}"]')


@pytest.mark.django_db
def test_an_untouched_page_counts_as_unchanged():
    """Approving a page saves it; what counts as changed would have to be approved again."""
    for model in get_page_models():
        if model is Page:
            continue
        form = model.get_edit_handler().get_form_class()
        assert issubclass(form, BasePageForm)
        fields = form(instance=model(), for_user=None).fields
        assert not [name for name, field in fields.items() if field.show_hidden_initial]


@pytest.mark.django_db
def test_the_way_back_says_in_which_language_its_names_are(client, tree):
    event = tree.event("Koncert", "koncert", starts_at=datetime.now(UTC) + timedelta(days=2))
    english = Locale.objects.get(language_code="en")
    for page in (event.get_parent(), event):
        if not page.has_translation(english):
            page.specific.copy_for_translation(english, alias=True, copy_parents=True)
    address = event.get_translation(english).get_url()
    trail = BeautifulSoup(client.get(address).content, "html.parser").select_one(".breadcrumbs")
    assert trail.select_one('[aria-current="page"]')["lang"] == "pl"
    assert [link.get("lang") for link in trail.select("a")] == [None, "pl"]
