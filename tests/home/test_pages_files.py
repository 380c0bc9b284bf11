"""Files that pages make: the Atom feed and calendars, read back as their readers do."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone
from icalendar import Calendar
from wagtail.models import Locale
from wagtail_localize.synctree import synchronize_tree

from home.models import NewsPage
from tests.factories.site import SiteTree, make_site

pytestmark = pytest.mark.django_db
BASE = settings.WAGTAILADMIN_BASE_URL
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def tree() -> SiteTree:
    return make_site()


def feed(client, path: str) -> ElementTree.Element:
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(answer.content)  # noqa: S314 - our own


def entries(client, path: str) -> list[ElementTree.Element]:
    return feed(client, path).findall(f"{ATOM}entry")


def calendar(client, path: str) -> list:
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert ".ics" in answer["Content-Disposition"]
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_the_feed_holds_news_with_whole_addresses_and_true_times(tree, client):
    page = tree.news_item("Żubr & dąb", "zubr", lead="O żubrze <i>i</i> dębie.")
    (entry,) = entries(client, "/aktualnosci/atom.xml")
    assert entry.findtext(f"{ATOM}title") == "Żubr & dąb"
    # Plain words: what a reader of feeds takes for markup is written so that it shows as typed.
    assert entry.find(f"{ATOM}summary").get("type") == "html"
    assert entry.findtext(f"{ATOM}summary") == "O żubrze &lt;i&gt;i&lt;/i&gt; dębie."
    assert entry.find(f"{ATOM}link").get("href") == f"{BASE}/aktualnosci/zubr/"
    assert entry.findtext(f"{ATOM}updated") >= page.last_published_at.isoformat()[:16]
    assert entry.findtext(f"{ATOM}id")


def test_the_feed_says_where_it_stands_and_in_what_language(tree, client):
    tree.news_item()
    root = feed(client, "/aktualnosci/atom.xml")
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == "http://testserver/aktualnosci/atom.xml"
    assert links["alternate"].endswith("/aktualnosci/")
    assert root.get(LANG) == "pl"
    assert root.findtext(f"{ATOM}author/{ATOM}name"), "RFC 4287 demands an author"


def test_what_is_not_translated_or_invented_says_so_in_the_feed(tree, client):
    page = tree.news_item("Nowina", "nowina", is_example=True)
    english = Locale.objects.get(language_code="en")
    synchronize_tree(tree.home.locale, english)
    tree.news_item("Druga", "druga", date=page.date - timedelta(days=1))
    second = NewsPage.objects.get(slug="druga").copy_for_translation(english)
    second.title = "Second"
    second.save_revision().publish()
    found = entries(client, "/en/aktualnosci/atom.xml")
    assert [(one.findtext(f"{ATOM}title"), one.get(LANG)) for one in found] == [
        ("Nowina (example)", "pl"),
        ("Second", "en"),
    ]


def test_an_empty_feed_is_a_feed(tree, client):
    assert entries(client, "/aktualnosci/atom.xml") == []


def test_the_feed_is_kept_short(tree, client):
    for number in range(22):
        tree.news_item(f"Nowina {number}", f"n-{number}")
    assert len(entries(client, "/aktualnosci/atom.xml")) == 20


def test_a_feed_without_questions_per_item(tree, client, django_assert_max_num_queries):
    for number in range(6):
        tree.news_item(f"Nowina {number}", f"n-{number}")
    client.get("/aktualnosci/atom.xml")
    with django_assert_max_num_queries(14):
        client.get("/aktualnosci/atom.xml")


def test_feed_and_calendars_stand_in_every_language(tree, client):
    tree.news_item()
    tree.event()
    for code in ("be", "en", "it"):
        synchronize_tree(tree.home.locale, Locale.objects.get(language_code=code))
        (entry,) = entries(client, f"/{code}/aktualnosci/atom.xml")
        assert entry.find(f"{ATOM}link").get("href") == f"{BASE}/{code}/aktualnosci/nowina/"
        (event,) = calendar(client, f"/{code}/wydarzenia/kalendarz.ics")
        assert str(event["url"]) == f"{BASE}/{code}/wydarzenia/spotkanie/"


def test_the_calendar_of_an_event_holds_that_event(tree, client):
    start = timezone.now().replace(microsecond=0) + timedelta(days=3)
    page = tree.event("Żubr, dąb", "zubr", starts_at=start, place="Rynek; przy fontannie")
    tree.event("Inne", "inne")
    (event,) = calendar(client, "/wydarzenia/zubr/wydarzenie.ics")
    assert event["dtstart"].dt == start
    assert event["dtend"].dt == page.ends_at
    assert str(event["summary"]) == "Żubr, dąb"
    assert str(event["location"]) == "Rynek; przy fontannie"
    assert str(event["url"]) == f"{BASE}/wydarzenia/zubr/"


def test_the_calendar_of_all_holds_published_events(tree, client):
    tree.event("Pierwsze", "pierwsze")
    hidden = tree.event("Drugie", "drugie")
    hidden.unpublish()
    assert [str(one["summary"]) for one in calendar(client, "/wydarzenia/kalendarz.ics")] == [
        "Pierwsze"
    ]


def test_the_links_on_pages_lead_to_the_files(tree, client):
    page = tree.event()
    tree.news_item()
    for path, target in (
        ("/wydarzenia/", "/wydarzenia/kalendarz.ics"),
        (page.url, f"{page.url}wydarzenie.ics"),
        ("/aktualnosci/", "/aktualnosci/atom.xml"),
    ):
        assert f'href="{target}"' in client.get(path).content.decode(), path
        assert client.get(target).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/aktualnosci/kalendarz.ics",
        "/wydarzenia/nie-ma/wydarzenie.ics",
        "/wydarzenia/atom.xml",
        "/atom.xml",
        "/en/nie-ma/atom.xml",
    ],
)
def test_a_file_that_no_page_makes_is_not_found(tree, client, path):
    assert client.get(path).status_code == 404
