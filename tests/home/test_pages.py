"""Every page type as a visitor gets it: status, outline, context, number of queries."""

from __future__ import annotations

from datetime import time, timedelta
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from directory.models import OrganisationKind
from home.models import ModelPage, NewsPage, PartnersPage, ProjectPage
from home.models.news import PAGE_SIZE
from tests.factories.catalogue import OrganisationFactory, RoomFactory, ServiceFactory
from tests.factories.pages import BUILDERS, page_types
from tests.factories.site import SiteTree, make_site

pytestmark = pytest.mark.django_db

#: How many questions a page may ask the database, whatever stands on it.
QUERIES = {
    "HomePage": 34,
    "ProjectPage": 28,
    "ModelPage": 24,
    "PartnersPage": 20,
    "StandardPage": 20,
    "NewsIndexPage": 20,
    "NewsPage": 22,
    "EventIndexPage": 22,
    "EventPage": 24,
    "BuildingPage": 20,
    "DeclarationPage": 20,
    "PrivacyPage": 22,
    "CookiesPage": 20,
    "ContactPage": 20,
    "CataloguePage": 26,
    "PeoplePage": 22,
    "FaqPage": 20,
    "GalleryPage": 26,
    "DownloadsPage": 22,
    "CampaignPage": 30,
    "ContactFormPage": 24,
}


@pytest.fixture
def tree() -> SiteTree:
    return make_site()


def read(client, url: str) -> BeautifulSoup:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return BeautifulSoup(answer.content, "html.parser")


def test_no_page_type_is_left_out():
    types = page_types("home", "services_catalog")
    assert set(types) == set(BUILDERS), "write a builder in tests/factories/pages.py"
    assert {model.__name__ for model in types} == set(QUERIES), "give it a ceiling of queries"


@pytest.mark.parametrize("kind", BUILDERS, ids=lambda kind: kind.__name__)
def test_a_page_has_an_outline_and_a_bounded_number_of_queries(
    kind, tree, client, django_assert_max_num_queries
):
    page = BUILDERS[kind](tree)
    client.get(page.url)  # what a process remembers (content types, the site) is read once
    with django_assert_max_num_queries(QUERIES[kind.__name__]):
        soup = read(client, page.url)
    assert len(soup.select("h1")) == 1
    levels = [int(heading.name[1]) for heading in soup.select("h1, h2, h3, h4, h5, h6")]
    jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
    assert not jumps, f"headings skip a level: {levels}"
    identifiers = [element["id"] for element in soup.select("[id]")]
    assert len(identifiers) == len(set(identifiers)), "two elements share an id"
    assert soup.html["lang"] == "pl"
    assert soup.title.text.endswith("Hajnówka OdNowa")
    assert soup.find("meta", {"name": "description"})["content"]
    assert not soup.select("[style]"), "the policy would refuse an inline style"
    inline = soup.select("script:not([src], [type='application/ld+json'])")
    assert not inline, "the policy would refuse an inline script"


@pytest.mark.parametrize(
    ("kind", "fill"),
    [
        ("HomePage", "everything"),
        ("NewsIndexPage", "news"),
        ("EventIndexPage", "events"),
        ("CataloguePage", "services"),
        ("BuildingPage", "rooms"),
        ("PartnersPage", "organisations"),
    ],
)
def test_a_full_list_asks_no_more_than_a_short_one(
    kind, fill, tree, client, django_assert_max_num_queries
):
    (model,) = [one for one in BUILDERS if one.__name__ == kind]
    page = BUILDERS[model](tree)
    now = timezone.now()
    for number in range(12):
        if fill in {"news", "everything"}:
            tree.news_item(f"Nowina {number}", f"n-{number}")
        if fill in {"events", "everything"}:
            tree.event(f"Będzie {number}", f"b-{number}")
            tree.event(
                f"Było {number}",
                f"y-{number}",
                starts_at=now - timedelta(days=3),
                ends_at=now - timedelta(days=2),
            )
        if fill in {"services", "everything"}:
            ServiceFactory(hours=[(number % 7, time(9), time(10))])
        if fill in {"rooms", "everything"}:
            RoomFactory()
        if fill in {"organisations", "everything"}:
            OrganisationFactory()
    client.get(page.url)
    with django_assert_max_num_queries(QUERIES[kind] + 1):
        client.get(page.url)


# --- What stands where ------------------------------------------------------------------------


def test_breadcrumbs_lead_from_the_home_page_down(tree, client):
    model = BUILDERS[ModelPage](tree)
    soup = read(client, model.url)
    crumbs = [(item.text.strip(), item["href"]) for item in soup.select(".breadcrumbs a")]
    assert crumbs == [("Start", "/"), ("O\u00a0projekcie", "/o-projekcie/")]
    assert soup.select_one('.breadcrumbs [aria-current="page"]').text.strip() == model.title


def test_the_home_page_has_no_breadcrumbs(tree, client):
    assert not read(client, "/").select(".breadcrumbs")


def test_news_stand_newest_first_on_numbered_pages(tree, client):
    today = timezone.localdate()
    for number in range(PAGE_SIZE + 2):
        tree.news_item(f"Nowina {number}", f"n-{number}", date=today - timedelta(days=number))
    first = [item.text for item in read(client, "/aktualnosci/").select(".arrivals h2")]
    second = [item.text for item in read(client, "/aktualnosci/?strona=2").select(".arrivals h2")]
    assert first == [f"Nowina {number}" for number in range(PAGE_SIZE)]
    assert second == ["Nowina 10", "Nowina 11"]


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", ""])
def test_an_odd_page_number_still_shows_news(tree, client, number):
    tree.news_item()
    soup = read(client, f"/aktualnosci/?strona={number}")
    assert "Nowina" in soup.select_one(".arrivals").text


def test_a_news_item_names_its_neighbours(tree, client):
    today = timezone.localdate()
    old, middle, new = (
        tree.news_item(f"Nowina {days}", f"n-{days}", date=today - timedelta(days=days))
        for days in (9, 5, 1)
    )
    soup = read(client, middle.url)
    assert soup.select_one('.neighbours a[rel="next"]')["href"] == new.url
    assert soup.select_one('.neighbours a[rel="prev"]')["href"] == old.url
    assert not read(client, new.url).select('.neighbours a[rel="next"]')


def test_two_news_of_one_day_are_neighbours_too(tree, client):
    today = timezone.localdate()
    first = tree.news_item("Ranek", "ranek", date=today)
    second = tree.news_item("Wieczór", "wieczor", date=today)
    assert read(client, second.url).select_one('.neighbours a[rel="prev"]')["href"] == first.url
    assert read(client, first.url).select_one('.neighbours a[rel="next"]')["href"] == second.url


def test_events_are_parted_into_what_comes_and_what_was(tree, client):
    now = timezone.now()
    tree.event("Za tydzień", "za-tydzien", starts_at=now + timedelta(days=7))
    tree.event("Jutro", "jutro", starts_at=now + timedelta(days=1))
    past = tree.event(
        "Wczoraj", "wczoraj", starts_at=now - timedelta(days=1), ends_at=now - timedelta(hours=20)
    )
    soup = read(client, "/wydarzenia/")
    coming = soup.select_one('[aria-labelledby="upcoming-title"]').select("h3 a")
    assert [item.text for item in coming] == ["Jutro", "Za tydzień"]
    assert "Wczoraj" in soup.select_one('[aria-labelledby="past-title"]').text
    gone = read(client, past.url)
    assert not gone.select('a[href$=".ics"]'), "what is over is not offered for a calendar"
    assert gone.select(".page-head .tag--alert")


def test_a_cancelled_event_says_so_and_is_not_offered_for_a_calendar(tree, client):
    page = tree.event(is_cancelled=True)
    soup = read(client, page.url)
    assert "odwołane" in soup.select_one(".page-head").text
    assert not soup.select('a[href$=".ics"]')


def test_the_project_shows_every_sum_and_every_source(tree, client):
    page = BUILDERS[ProjectPage](tree)
    text = " ".join(read(client, page.url).get_text(" ").replace("\xa0", " ").split())
    for part in ("90,00 zł", "10,00 zł", "100,00 zł", "110,00 zł", "30 czerwca 2021 r."):
        assert part in text
    assert "strona miasta" in text


def test_a_project_whose_sums_do_not_close_is_refused(tree):
    from django.core.exceptions import ValidationError

    page = BUILDERS[ProjectPage](tree)
    page.value_eu += 1
    with pytest.raises(ValidationError) as refusal:
        page.full_clean()
    assert set(refusal.value.message_dict) == {"value_funding"}
    page.value_eu -= 1
    page.value_total += 1
    with pytest.raises(ValidationError) as refusal:
        page.full_clean()
    assert set(refusal.value.message_dict) == {"value_total"}


def test_partners_stand_in_groups_with_the_leader_first(tree, client):
    OrganisationFactory(name_pl="Członek", kind=OrganisationKind.MEMBER)
    OrganisationFactory(name_pl="Lider", kind=OrganisationKind.LEADER)
    soup = read(client, BUILDERS[PartnersPage](tree).url)
    assert [item.text.strip() for item in soup.select(".organisations h3")] == ["Lider", "Członek"]


def test_an_example_is_marked_everywhere_it_stands(tree, client):
    page = tree.news_item(is_example=True)
    for url in ("/", "/aktualnosci/", page.url):
        assert "przykład" in read(client, url).select_one("main").text, url


def test_what_is_not_published_is_nowhere(tree, client):
    page = tree.news_item("Tajne", "tajne")
    NewsPage.objects.get(pk=page.pk).unpublish()
    for url in ("/", "/aktualnosci/", "/aktualnosci/atom.xml", "/szukaj/?q=tajne", "/sitemap.xml"):
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert "/tajne/" not in answer.content.decode(), url
    assert client.get("/aktualnosci/tajne/").status_code == 404


@pytest.mark.parametrize("path", ["/nie-ma/", "/en/nie-ma/", "/uslugi/nie-ma/", "/szukaj/x/"])
def test_a_missing_page_is_a_404_with_a_search(tree, client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    soup = BeautifulSoup(answer.content, "html.parser")
    assert soup.select_one('form[role="search"]')
    assert soup.select_one('meta[name="robots"][content="noindex"]')
    assert not soup.select('link[rel="canonical"], link[rel="alternate"]')
