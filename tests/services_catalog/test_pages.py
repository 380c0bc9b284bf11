"""The catalogue and a service as visitors get them."""

from __future__ import annotations

from datetime import time
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from wagtail.models import Locale
from wagtail_localize.synctree import synchronize_tree

from services_catalog.models import ServiceProvider, ServiceStep
from services_catalog.selectors.catalogue import PAGE_SIZE
from tests.factories.catalogue import (
    OrganisationFactory,
    RoomFactory,
    ServiceFactory,
    TargetGroupFactory,
)
from tests.factories.site import SiteTree, make_site

pytestmark = pytest.mark.django_db
BASE = settings.WAGTAILADMIN_BASE_URL


@pytest.fixture
def tree() -> SiteTree:
    tree = make_site()
    for code in ("be", "en", "it"):
        synchronize_tree(tree.home.locale, Locale.objects.get(language_code=code))
    return tree


@pytest.fixture
def seniors(tree):
    return TargetGroupFactory(slug="seniors", name_pl="Seniorzy", name_en="Older people")


@pytest.fixture
def table(seniors):
    """A service with everything on it, translated into English."""
    service = ServiceFactory(
        slug="stol",
        name="Wspólny stół",
        bring="słoik\n\n łyżka ",
        eligibility="Każdy.",
        groups=[seniors],
        hours=[(0, time(9), time(12)), (0, time(15), time(17)), (3, time(9), time(12))],
        min_age=60,
    )
    service.steps = [ServiceStep(text="Zadzwoń.", locale=service.locale)]
    service.rooms.set([RoomFactory(number=3, name_pl="Kuchnia")])
    service.providers.add(
        ServiceProvider(organisation=OrganisationFactory(slug="kociolek"), locale=service.locale)
    )
    service.save()
    english = service.copy_for_translation(Locale.objects.get(language_code="en"))
    english.name = "The shared table"
    english.save()
    english.save_revision().publish()
    return service


def read(client, url: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(url)
    assert answer.status_code == status, url
    return BeautifulSoup(answer.content, "html.parser")


def names(soup: BeautifulSoup) -> list[str]:
    return [item.text.replace("\u00a0", " ") for item in soup.select(".service-row h2 a")]


def words(element) -> str:
    return " ".join(element.get_text(" ").replace("\u00a0", " ").split())


# --- A service --------------------------------------------------------------------------------


def test_a_service_says_everything_practical(table, client):
    soup = read(client, "/uslugi/stol/")
    text = words(soup.main)
    for part in ("Zadzwoń.", "słoik", "Każdy.", "Seniorzy", "od 60", "3. Kuchnia", "9:00–12:00"):
        assert part in text, part
    assert [words(item) for item in soup.select(".marked-list li")] == ["słoik", "łyżka"]
    links = {link["href"] for link in soup.select("main a")}
    assert {"/budynek/#sala-3", "/o-projekcie/partnerzy/#kociolek"} <= links
    days = [words(item) for item in soup.select(".week dt")]
    assert days == ["Poniedziałek", "Czwartek"], "two hours of one day stand under one name"


def test_a_service_asks_a_bounded_number_of_questions(table, client, django_assert_max_num_queries):
    for path in ("/uslugi/stol/", "/en/uslugi/stol/"):
        client.get(path)
        with django_assert_max_num_queries(29):
            client.get(path)


def test_breadcrumbs_of_a_service_pass_the_catalogue(table, client):
    soup = read(client, "/uslugi/stol/")
    crumbs = [(words(item), item["href"]) for item in soup.select(".breadcrumbs a")]
    assert crumbs == [("Start", "/"), ("Usługi", "/uslugi/")]


def test_a_service_in_another_language(table, client):
    soup = read(client, "/en/uslugi/stol/")
    assert words(soup.h1) == "The shared table"
    assert "Older people" in words(soup.main)
    assert not soup.h1.has_attr("lang")
    assert not soup.select(".notice--language")


def test_an_untranslated_service_says_so(table, client):
    soup = read(client, "/it/uslugi/stol/")
    assert soup.h1["lang"] == "pl"
    assert "polacco" in soup.select_one(".notice--language").text
    assert soup.select_one(".step-list")["lang"] == "pl"
    (row,) = read(client, "/it/uslugi/").select(".service-row")
    assert row.h2.a["lang"] == "pl"


def test_search_engines_are_sent_to_the_text_of_a_service(table, client):
    def links(path: str):
        soup = read(client, path)
        (canonical,) = soup.select('link[rel="canonical"]')
        return canonical["href"], {
            link["hreflang"] for link in soup.select('link[rel="alternate"][hreflang]')
        }

    assert links("/uslugi/stol/") == (f"{BASE}/uslugi/stol/", {"pl", "en"})
    assert links("/en/uslugi/stol/") == (f"{BASE}/en/uslugi/stol/", {"pl", "en"})
    assert links("/be/uslugi/stol/") == (f"{BASE}/uslugi/stol/", {"pl", "en"})


@pytest.mark.parametrize("path", ["/uslugi/szkic/", "/en/uslugi/szkic/", "/uslugi/stol/x/"])
def test_a_draft_and_what_is_not_there_are_not_found(table, client, path):
    ServiceFactory(slug="szkic", live=False)
    read(client, path, status=404)


def test_a_paid_service_names_its_price(tree, client):
    ServiceFactory(slug="platna", is_free=False, cost="8 zł za obiad", price_from=8)
    assert "8 zł za obiad" in words(read(client, "/uslugi/platna/").main)
    assert "8 zł za obiad" in words(read(client, "/uslugi/").select_one(".service-row"))


# --- The catalogue ----------------------------------------------------------------------------


def test_every_choice_leads_to_as_many_services_as_it_says(table, seniors, client):
    children = TargetGroupFactory(slug="children", name_pl="Dzieci")
    ServiceFactory(groups=[children], place="at_home")
    ServiceFactory(groups=[children, seniors], is_free=False, cost="5 zł")
    for link in read(client, "/uslugi/").select("a.facet__choice"):
        number = int("".join(filter(str.isdigit, link.select_one(".facet__count").text)))
        assert len(names(read(client, link["href"]))) == number, link["href"]


def test_a_choice_is_a_link_that_can_be_undone(table, client):
    soup = read(client, "/uslugi/?dla=seniors")
    (chosen,) = soup.select('a.facet__choice[aria-current="true"]')
    assert chosen["href"] == "/uslugi/"
    assert "nofollow" in chosen["rel"]
    assert [item["href"] for item in soup.select(".chosen a")] == ["/uslugi/", "/uslugi/"]


def test_searching_keeps_what_was_chosen_and_choosing_keeps_the_search(table, client):
    soup = read(client, "/uslugi/?dla=seniors&q=stol")
    hidden = soup.select('form[role="search"] input[type="hidden"]')
    assert [(field["name"], field["value"]) for field in hidden] == [("dla", "seniors")]
    assert soup.select_one('input[name="q"]')["value"] == "stol"
    for link in soup.select("a.facet__choice"):
        assert parse_qs(urlsplit(link["href"]).query)["q"] == ["stol"]


def test_nothing_found_says_what_to_do(table, client):
    soup = read(client, "/uslugi/?q=nicniema")
    assert not names(soup)
    assert soup.select_one(".empty-state a")["href"] == "/uslugi/"


def test_what_was_typed_is_shown_as_text(table, client):
    answer = client.get("/uslugi/", {"q": '"><script>alert(1)</script>'})
    assert b"<script>alert" not in answer.content


def test_a_long_catalogue_has_numbered_pages_that_keep_the_choices(seniors, client):
    for number in range(PAGE_SIZE + 3):
        ServiceFactory(groups=[seniors], name=f"Usługa {number:02}")
    first = read(client, "/uslugi/?dla=seniors")
    (second,) = first.select(".pagination a")
    assert len(names(first)) == PAGE_SIZE
    assert parse_qs(urlsplit(second["href"]).query) == {"dla": ["seniors"], "strona": ["2"]}
    assert len(names(read(client, second["href"]))) == 3
    assert len(names(read(client, "/uslugi/?strona=99"))) == 3


def test_the_number_of_services_is_declined(tree, client):
    heading = lambda: words(read(client, "/uslugi/").select_one("#results-title"))  # noqa: E731
    seen = [heading()]
    for _number in range(5):
        ServiceFactory()
        seen.append(heading())
    assert seen == ["0 usług", "1 usługa", "2 usługi", "3 usługi", "4 usługi", "5 usług"]
