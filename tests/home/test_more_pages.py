"""Events that come again, the month, campaigns, films, what is open now."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone
from icalendar import Calendar

from core.models import PublicDocument
from home.calendars import calendar_of
from home.models import CampaignPage, EventPage, StandardPage
from home.recurrence import Every, Rule, occurrences
from home.selectors import EventActivity
from tests.factories.site import make_site

WARSAW = ZoneInfo("Europe/Warsaw")


def days(first: date, rule: Rule) -> list[str]:
    return [day.isoformat() for day in rule.days(first)]


@pytest.mark.parametrize(
    ("every", "first", "until", "expected"),
    [
        (Every.WEEK, "2026-12-17", "2027-01-07", "2026-12-17 2026-12-24 2026-12-31 2027-01-07"),
        (Every.FORTNIGHT, "2026-12-17", "2027-01-07", "2026-12-17 2026-12-31"),
        (Every.MONTH, "2026-11-03", "2027-02-28", "2026-11-03 2026-12-01 2027-01-05 2027-02-02"),
        # A fifth Monday: months that have none are left out.
        (Every.MONTH, "2026-03-30", "2026-08-31", "2026-03-30 2026-06-29 2026-08-31"),
    ],
)
def test_the_days_of_a_rule(every, first, until, expected):
    rule = Rule(every, date.fromisoformat(until))
    assert days(date.fromisoformat(first), rule) == expected.split()


def test_a_rule_without_an_end_in_sight_stops():
    assert len(days(date(2026, 1, 1), Rule(Every.WEEK, date(9999, 1, 1)))) == 106


def test_the_hour_on_the_clock_stays_when_winter_time_begins():
    start = datetime(2026, 10, 20, 17, tzinfo=WARSAW)
    rule = Rule(Every.WEEK, date(2026, 10, 31), frozenset())
    found = occurrences(start, start + timedelta(hours=2), rule)
    assert [one.starts_at.astimezone(WARSAW).hour for one in found] == [17, 17]
    assert found[1].starts_at - found[0].starts_at == timedelta(days=7, hours=1)


@pytest.fixture
def tree(db):
    return make_site()


@pytest.fixture
def weekly(tree) -> EventPage:
    """Every week since three weeks ago, for five weeks more; next week is left out."""
    start = timezone.now() - timedelta(days=20)
    today = timezone.localtime(start).date()
    skipped = today + timedelta(days=28)
    return tree.event(
        "Szachy", "szachy",
        starts_at=start, ends_at=start + timedelta(hours=2), repeats=Every.WEEK,
        repeats_until=today + timedelta(days=63), skipped_days=f"{skipped}\n",
    )  # fmt: skip


def test_what_comes_again_stands_in_lists_with_its_next_date(tree, weekly, client):
    tree.event("Jutro", "jutro", starts_at=timezone.now() + timedelta(hours=9))
    assert weekly.nearest.starts_at > timezone.now()
    words = client.get(tree.events.url).content.decode()
    assert words.index("Jutro") < words.index("Szachy")
    assert "co tydzień" in words
    (line,) = [
        one for one in EventActivity().open_now(language="pl", now=timezone.now())
        if one.title == "Szachy"
    ]  # fmt: skip
    assert line.starts_at == weekly.nearest.starts_at
    soup = BeautifulSoup(client.get(weekly.url).content, "html.parser")
    assert len(soup.select("[aria-labelledby=dates-title] time")) == 6


def test_its_calendar_file_says_the_rule_and_what_is_left_out(weekly):
    (entry,) = Calendar.from_ical(calendar_of([weekly]).to_ical()).walk("VEVENT")
    assert entry["rrule"]["freq"] == ["WEEKLY"]
    assert entry["dtstart"].params["tzid"] == "Europe/Warsaw"
    assert entry["exdate"].dts[0].dt.date() == min(weekly.rule.skipped)
    assert b"BEGIN:VTIMEZONE" in calendar_of([weekly]).to_ical()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"repeats": "week"}, "repeats_until"),
        ({"repeats": "week", "repeats_until": date(2000, 1, 1)}, "repeats_until"),
        ({"skipped_days": "jutro"}, "skipped_days"),
    ],
)
def test_a_rule_that_cannot_be_is_said_at_its_field(tree, values, field):
    with pytest.raises(ValidationError) as error:
        tree.event("Zły", "zly", **values)
    assert field in error.value.message_dict


def test_days_that_an_import_broke_do_not_break_the_page(weekly, client):
    EventPage.objects.filter(pk=weekly.pk).update(skipped_days="kiedyś\n2026-99-99")
    assert client.get(weekly.url).status_code == 200


def test_the_month_has_every_time_and_whole_weeks(
    tree, weekly, client, django_assert_max_num_queries
):
    moment = timezone.localtime(weekly.nearest.starts_at)
    url = f"{tree.events.url}kalendarz/{moment.year}/{moment.month}/"
    client.get(url)
    with django_assert_max_num_queries(24):
        soup = BeautifulSoup(client.get(url).content, "html.parser")
    assert len(soup.select(".calendar > li")) % 7 == 0
    inside = [
        one for one in weekly.occurrences()
        if timezone.localtime(one.starts_at).strftime("%Y-%m") == moment.strftime("%Y-%m")
    ]  # fmt: skip
    assert len(soup.select(".calendar a")) == len(inside) > 0
    assert client.get(f"{tree.events.url}kalendarz/").status_code == 200
    for far in ("2036/1", "2026/13", "0/1"):
        assert client.get(f"{tree.events.url}kalendarz/{far}/").status_code == 404


def test_a_campaign_leads_on_until_it_ends_and_survives_a_deleted_page(tree, client):
    target = tree.standard("Cel", "cel")
    today = timezone.localdate()
    page = tree.add(tree.home, CampaignPage(
        title="Akcja", slug="akcja", call="Zapisz się", call_page=target, ends_on=today,
        body=[("live", {"platform": "events", "number": 2})],
    ))  # fmt: skip
    tree.event("Wieczór", "wieczor")
    words = client.get(page.url).content.decode()
    assert f'href="{target.url}"' in words
    assert "Wieczór" in words, "what is open now"
    target.delete()
    assert client.get(page.url).status_code == 200
    page.refresh_from_db()
    page.call_url, page.ends_on = "/uslugi/", today - timedelta(days=1)
    page.save_revision().publish()
    words = client.get(page.url).content.decode()
    assert "Zapisz się" not in words
    page.call_url = "javascript:alert(1)"
    with pytest.raises(ValidationError):
        page.full_clean()


def test_a_film_in_sign_language_is_sent_piece_by_piece(tree, client):
    film = PublicDocument.objects.create(
        title="PJM", file=ContentFile(bytes(range(256)) * 40, name="pjm.mp4")
    )
    page = tree.standard("Łatwo", "latwo", reading=StandardPage.Reading.EASY, sign_film=film)
    soup = BeautifulSoup(client.get(page.url).content, "html.parser")
    source = soup.select_one("video source")["src"]
    assert "media-src 'self'" in client.get(page.url)["Content-Security-Policy"]
    whole = client.get(source)
    assert (whole.status_code, whole["Accept-Ranges"]) == (200, "bytes")
    assert len(whole.getvalue()) == 10240
    part = client.get(source, headers={"Range": "bytes=256-511"})
    assert (part.status_code, part["Content-Range"]) == (206, "bytes 256-511/10240")
    assert part.getvalue() == bytes(range(256))
    assert client.get(source, headers={"Range": "bytes=-16"}).getvalue() == bytes(range(240, 256))
    assert client.get(source, headers={"Range": "bytes=99999-"}).status_code == 416
    other = PublicDocument.objects.create(title="X", file=ContentFile(b"x", name="x.txt"))
    assert client.get(f"/dokumenty/film/{other.pk}/").status_code == 404
    page.sign_film = other
    with pytest.raises(ValidationError):
        page.full_clean()
    film.delete()
    assert client.get(page.url).status_code == 200
