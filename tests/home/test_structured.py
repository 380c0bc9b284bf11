"""What pages tell search engines: schema.org, in agreement with what they show."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.utils import timezone, translation
from wagtail.models import Locale
from wagtail_localize.synctree import synchronize_tree

from core.structured import data_block
from home.models import ContactPage, EventPage
from tests.factories.catalogue import ServiceFactory
from tests.factories.pages import BUILDERS, make_picture, page_types
from tests.factories.site import SiteTree, make_site
from tests.vocabulary import blocks, faults

BASE = settings.WAGTAILADMIN_BASE_URL


@pytest.fixture
def tree(db) -> SiteTree:
    return make_site()


def told(client, path: str) -> dict[str, dict]:
    """The things of a page by their type, each of them known to the vocabulary."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    found = blocks(answer.content.decode())
    for one in found:
        assert one["@context"] == "https://schema.org"
        assert list(faults(one)) == []
    return {one["@type"]: one for one in found}


def test_the_checker_itself_finds_faults():
    assert list(faults({"@type": "NewsArticle", "headline": "x"})) == []
    for wrong in (
        {"@type": "Newsarticle"},
        {"@type": "NewsArticle", "head": "x"},
        {"@type": "Event", "location": {"@type": "Offer"}},
        {"@type": "Event", "location": {"@type": "Place", "adress": "x"}},
        {"@type": "NewsArticle", "publisher": "somebody"},
    ):
        assert list(faults(wrong)), wrong


def test_no_text_can_leave_its_block():
    evil = "</script><script>alert(1)</script><!-- & \u2028"
    html = str(data_block([{"@type": "Thing", "name": evil}]))
    assert html.count("<") == 2 and "\u2028" not in html
    assert blocks(html)[0]["name"] == evil
    assert data_block([]) == ""


@pytest.mark.parametrize("kind", page_types("home", "services_catalog"), ids=lambda k: k.__name__)
def test_every_page_type_is_true_to_the_vocabulary(kind, tree, client):
    page = BUILDERS[kind](tree)
    things = told(client, page.url)
    soup = BeautifulSoup(client.get(page.url).content, "html.parser")
    crumbs = [crumb.get_text(strip=True) for crumb in soup.select(".breadcrumbs li")]
    if not crumbs:
        assert "BreadcrumbList" not in things
        return
    steps = things["BreadcrumbList"]["itemListElement"]
    assert [step["position"] for step in steps] == list(range(1, len(crumbs) + 1))
    assert [step["name"] for step in steps] == [crumb.replace("\xa0", " ") for crumb in crumbs]
    assert all(step["item"]["@id"].startswith(f"{BASE}/") for step in steps[:-1])
    links = [link["href"] for link in soup.select(".breadcrumbs a")]
    assert [step["item"]["url"] for step in steps[:-1]] == [BASE + link for link in links]


def test_news_says_who_published_it_when(tree, client):
    title = "Żubr & „dąb” </script>"
    page = tree.news_item(title, "zubr", date=date(2026, 3, 1), cover=make_picture())
    article = told(client, page.url)["NewsArticle"]
    assert article["headline"] == title
    assert article["datePublished"] == "2026-03-01"
    assert article["inLanguage"] == "pl"
    assert article["url"] == f"{BASE}{page.url}"
    assert article["publisher"]["@id"] == f"{BASE}/#o"
    assert article["image"] == f"{BASE}{page.share_card.url}"
    assert article["dateModified"].startswith(str(timezone.localdate().year))
    page.is_example = True
    page.save_revision().publish()
    assert told(client, page.url)["NewsArticle"]["headline"] == f"{title} (przykład)"


def test_an_event_with_its_place_its_rule_and_its_end(tree, client):
    start = datetime(2030, 1, 9, 16, tzinfo=UTC)
    page = tree.event(
        starts_at=start,
        repeats="week",
        repeats_until=date(2030, 6, 30),
        skipped_days="2030-01-16",
        place="Rynek 1",
    )
    event = told(client, page.url)["Event"]
    assert event["startDate"] == "2030-01-09T17:00:00+01:00"
    assert event["endDate"] == "2030-01-09T19:00:00+01:00"
    assert event["location"] == {"@type": "Place", "name": "Rynek 1", "address": "Rynek 1"}
    assert event["isAccessibleForFree"] is True
    assert event["eventStatus"] == "https://schema.org/EventScheduled"
    rule = event["eventSchedule"]
    assert (rule["repeatFrequency"], rule["byDay"]) == ("P1W", "https://schema.org/Wednesday")
    assert (rule["startTime"], rule["exceptDate"]) == ("17:00", ["2030-01-16"])
    page.is_cancelled, page.cost, page.repeats = True, "10 zł", ""
    page.save_revision().publish()
    event = told(client, page.url)["Event"]
    assert event["eventStatus"] == "https://schema.org/EventCancelled"
    assert "isAccessibleForFree" not in event and "eventSchedule" not in event


def test_home_and_contact_say_who_runs_the_site(tree, client):
    contact = BUILDERS[ContactPage](tree)
    for path in ("/", "/en/", contact.url):
        things = told(client, path)
        office = things["Organization"]["parentOrganization"]
        assert office["name"] == "Urząd Miasta Hajnówka"
        assert office["address"]["postalCode"] == "17-200"
        assert office["address"]["addressLocality"] == "Hajnówka"
        assert things["Organization"]["@id"] == f"{BASE}/#o"
    assert things["WebSite"]["url"] == f"{BASE}/"


def test_a_service_with_who_gives_it_and_the_way_to_it(tree, client):
    synchronize_tree(tree.home.locale, Locale.objects.get(language_code="en"))
    service = ServiceFactory(is_free=True, cost="bezpłatnie", contact_phone="85 682 21 80")
    for code in ("pl", "en"):
        with translation.override(code):
            path = service.get_absolute_url() if code == "pl" else f"/en/uslugi/{service.slug}/"
            found = told(client, path)["GovernmentService"]
        assert found["name"] == service.name
        assert found["url"] == BASE + path
        assert found["offers"]["price"] == "0"
        assert found["availableChannel"]["servicePhone"]["telephone"] == "85 682 21 80"
        assert found["provider"]
    assert "GovernmentService" not in told(client, "/uslugi/")


def test_each_page_names_its_one_address(tree, client):
    page = tree.news_item()
    for path in ("/", page.url, "/wydarzenia/", f"{page.url}?utm_source=x"):
        soup = BeautifulSoup(client.get(path).content, "html.parser")
        (canonical,) = soup.select('link[rel="canonical"]')
        assert canonical["href"] == BASE + path.partition("?")[0]
        assert client.get(canonical["href"].removeprefix(BASE)).status_code == 200
    # What is not translated points to where its text stands first.
    soup = BeautifulSoup(client.get("/en/").content, "html.parser")
    assert soup.select_one('link[rel="canonical"]')["href"] == f"{BASE}/"


def test_events_without_a_date_are_previewed_all_the_same(tree, rf):
    page = EventPage(title="Kiedyś", slug="kiedys", locale=tree.home.locale)
    assert page.structured(rf.get("/")) == []
    late = EventPage(title="x", slug="x", starts_at=timezone.now(), locale=tree.home.locale)
    late.ends_at = late.starts_at + timedelta(hours=1)
    late.depth, late.path = 3, tree.events.path + "0009"
    assert late.structured(rf.get("/"))[0]["@type"] == "Event"
