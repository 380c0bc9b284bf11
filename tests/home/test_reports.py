"""Reports for editors and their first page."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.models import Locale, ReferenceIndex

from accounts.roles import Role
from core.models import PublicDocument
from home.admin import reports
from home.models import NewsPage
from tests.factories.pages import make_picture
from tests.factories.people import person_with
from tests.factories.site import make_site


@pytest.fixture
def tree(db):
    return make_site()


def body(html: str) -> list[tuple[str, str]]:
    return [("paragraph", html)]


def test_links_that_lead_nowhere_are_told_and_good_ones_are_not(tree):
    target = tree.standard("Cel", "cel")
    file = PublicDocument.objects.create(title="X", file=ContentFile(b"x", name="x.txt"))
    tree.news_item("Dobra", "dobra", body=body(
        f'<p><a linktype="page" id="{target.pk}">a</a> <a href="/uslugi/">b</a> '
        f'<a href="/be/">c</a> <a href="/szukaj/?q=x">d</a> '
        f'<a linktype="document" id="{file.pk}">e</a> <a href="https://example.org/">f</a></p>'
    ))  # fmt: skip
    tree.news_item("Zła", "zla", body=[
        ("paragraph", '<p><a href="/nie-ma/">x</a> <a linktype="document" id="99999">y</a></p>'),
        ("accordion", {"items": [
            {"question": "?", "answer": '<p><a linktype="page" id="99999">z</a></p>'}
        ]}),
    ])  # fmt: skip
    rows = list(reports.broken_links())
    assert {row.title for row in rows} == {"Zła"}
    assert len(rows) == 3
    target.unpublish()
    assert "Dobra" in {row.title for row in reports.broken_links()}


def test_a_page_with_links_to_nothing_still_opens(tree, client):
    """As an import or a deletion leaves them."""
    page = tree.news_item("Zła", "zla")
    values = {
        "paragraph": '<p><a linktype="page" id="99999">x</a></p>',
        "image": {"image": {"image": 99999, "alt_text": "", "decorative": False}, "caption": "Nie"},
        "downloads": {"items": [{"type": "item", "id": "a", "value": 99999}]},
        "cards": {
            "items": [{"type": "item", "id": "a", "value": {"title": "Dokąd", "page": 99999}}]
        },
        "live": {"platform": "nie ma", "number": None},
        "unknown": "zniknął",
    }
    for one in [{"type": kind, "value": value} for kind, value in values.items()]:
        NewsPage.objects.filter(pk=page.pk).update(body=json.dumps([one]))
        assert client.get(page.url).status_code == 200, one["type"]


def test_files_nobody_uses(tree):
    used, unused = make_picture("Użyty"), make_picture("Nieużyty")
    news = tree.news_item(cover=used)
    ReferenceIndex.create_or_update_for_object(news)
    titles = {row.title for row in reports.unused_files()}
    assert unused.title in titles
    assert used.title not in titles


def test_the_state_of_a_translation(tree):
    page = tree.news_item("Nowina", "nowina")

    def state() -> str:
        (row,) = [one for one in reports.translations() if one.title == "Nowina"]
        return row.cells[1]

    assert state() == "nie przetłumaczono"
    copy = page.copy_for_translation(Locale.objects.get(language_code="en"), copy_parents=True)
    copy.alias_of, copy.is_translation_draft = None, True
    copy.save_revision().publish()
    assert state() == "robocze, nikt go nie zatwierdził"
    copy.is_translation_draft = False
    copy.save_revision().publish()
    assert state() == "zatwierdzone"
    later = timezone.now() + timedelta(hours=1)
    NewsPage.objects.filter(pk=page.pk).update(last_published_at=later)
    assert state() == "wymaga aktualizacji"


@pytest.mark.parametrize(
    ("role", "status", "has_panel"),
    [(Role.EDITOR, 200, True), (Role.CHIEF_EDITOR, 200, True), (Role.CITY_OFFICER, 302, False)],
)
def test_who_has_reports_and_what_their_first_page_offers(tree, client, role, status, has_panel):
    tree.news_item()
    client.force_login(person_with(role))
    for kind in reports.REPORTS:
        assert client.get(f"/admin/raporty/{kind}/").status_code == status
    page = client.get("/admin/").content.decode()
    assert ("Co chcesz zrobić?" in page) is has_panel
    assert ("Napisz aktualność" in page) is has_panel
    assert ("/admin/raporty/tlumaczenia/" in page) is has_panel


def test_a_moved_page_is_still_found_at_its_old_address(tree, client):
    page, parent = tree.standard("Strona", "strona"), tree.standard("Dział", "dzial")
    old = page.url
    page.move(parent, pos="last-child")
    assert client.get(old).status_code == 301
