"""The demo content: as much as promised, marked where invented, and never in a real town."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from wagtail.models import Page

from core.models import Picture, SearchEntry
from directory.models import Organisation, Room
from home.models import EventPage, HomePage, ModelPage, NewsPage, ProjectPage, StandardPage
from services_catalog.models import Service

POLISH = {"locale__language_code": "pl"}
OTHERS = ["be", "en", "it"]
#: Tables whose rows are made anew by every run: the search, and counts of changes for caches.
MADE_ANEW = {"core_searchentry", "core_publicchange", "core_generationbase"}


def fingerprints() -> dict[str, tuple[int, str]]:
    """Of every table the number of its rows and a digest of what they hold."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table in MADE_ANEW:
                continue
            cursor.execute(
                f"SELECT count(*), md5(coalesce(string_agg(t::text, '' ORDER BY t::text), ''))"  # noqa: S608
                f' FROM "{table}" t'
            )
            found[table] = cursor.fetchone()
    return found


def test_it_holds_what_the_site_promises(demo):
    assert NewsPage.objects.live().filter(**POLISH).count() >= 8
    upcoming = EventPage.objects.live().filter(ends_at__gt=timezone.now(), **POLISH)
    assert upcoming.count() >= 6
    assert Service.objects.canonical().live().count() >= 15
    assert Room.objects.count() == 6
    assert Organisation.objects.count() >= 8
    assert HomePage.objects.live().count() == 4
    assert ModelPage.objects.live().filter(**POLISH).count() == 3
    assert StandardPage.objects.live().filter(reading="easy").exists()


def test_the_home_page_says_what_this_is_in_every_language(demo):
    for home in HomePage.objects.all():
        assert home.lead, home.locale
        assert home.cover, home.locale
        assert home.is_translation_draft is (home.locale.language_code != "pl")


def test_key_pages_are_translated_into_every_language(demo):
    for model in (ProjectPage, ModelPage):
        for page in model.objects.filter(**POLISH):
            assert page.languages_available == ["pl", *OTHERS], page
    translated = [page for page in NewsPage.objects.filter(**POLISH) if
                  page.languages_available == ["pl", *OTHERS]]  # fmt: skip
    assert translated
    for code in OTHERS:
        assert Service.objects.filter(live=True, locale__language_code=code).count() >= 2


def test_every_page_stands_in_every_language(demo):
    def keys(code: str) -> set[object]:
        pages = Page.objects.live().filter(depth__gte=2, locale__language_code=code)
        return set(pages.values_list("translation_key", flat=True))

    assert {code: keys(code) for code in OTHERS} == dict.fromkeys(OTHERS, keys("pl"))


def test_what_is_invented_is_marked(demo):
    assert not Service.objects.canonical().filter(is_example=False).exists()
    assert not EventPage.objects.filter(is_example=False).exists()
    assert not Room.objects.filter(is_example=False).exists()
    invented = NewsPage.objects.filter(date__gt="2022-01-01")
    assert invented.exists()
    assert not invented.filter(is_example=False).exists()
    assert not NewsPage.objects.filter(date__lt="2022-01-01", is_example=True).exists()


def test_every_page_that_shows_a_picture_has_a_real_one(demo):
    for model in (NewsPage, EventPage, ModelPage, ProjectPage):
        assert not model.objects.filter(cover=None, **POLISH).exists(), model
    assert not Service.objects.canonical().filter(cover=None).exists()
    assert not Picture.objects.filter(description="").exists()


def test_loading_it_again_changes_nothing(demo):
    before, entries = fingerprints(), SearchEntry.objects.count()
    call_command("load_demo", verbosity=0)
    after = fingerprints()
    changed = {table for table in before if before[table] != after[table]}
    assert not changed
    assert SearchEntry.objects.count() == entries


def test_loading_it_again_leaves_what_staff_have_changed(demo):
    news = NewsPage.objects.filter(**POLISH).first()
    news.title = "Zmienione przez redakcję"
    news.save_revision().publish()
    service = Service.objects.canonical().first()
    service.name = "Zmieniona usługa"
    service.save()
    call_command("load_demo", verbosity=0)
    news.refresh_from_db()
    service.refresh_from_db()
    assert (news.title, service.name) == ("Zmienione przez redakcję", "Zmieniona usługa")


@pytest.mark.django_db
def test_it_does_not_load_where_demos_are_not_wanted(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="production"):
        call_command("load_demo")


@pytest.mark.system
def test_the_command_refuses_under_production_settings(root: Path, tmp_path: Path):
    env = {
        **os.environ,
        "PYTHONPATH": str(root / "site"),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "x" * 60,
        "DATABASE_URL": "postgresql://nobody:x@127.0.0.1:1/none",
        "ALLOWED_HOSTS": "odnowa.example",
        "HAJNOWKA_VAR": str(tmp_path),
    }
    result = subprocess.run(
        [sys.executable, str(root / "manage.py"), "load_demo"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "does not load under production settings" in result.stderr
    assert "Traceback" not in result.stderr
