"""Reports for editors and their first page."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Comment, Locale, Page, ReferenceIndex
from wagtail_localize.synctree import synchronize_tree

from accounts.roles import Role
from core.models import PublicDocument, SearchMiss, SharedText
from core.pagecache import generation
from core.search.query import find
from home.admin import reports
from home.models import CampaignPage, NewsPage
from tests.factories.catalogue import ServiceFactory
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


def test_links_of_cards_services_and_shared_texts_are_told_too(tree):
    """Chosen rows that are gone leave a number behind, wherever it stands."""
    page = tree.news_item("Karty", "karty")
    gone = [
        {"type": "cards", "value": {"items": [
            {"type": "item", "id": "a", "value": {"title": "Dokąd", "page": 99999}},
            {"type": "item", "id": "b", "value": {"title": "Tam", "url": "http://localhost:8000/nie-ma/"}},
        ]}},
        {"type": "downloads", "value": {"items": [{"type": "item", "id": "a", "value": 99998}]}},
        {"type": "image", "value": {"image": {"image": 99997, "alt_text": "", "decorative": True}}},
        {"type": "shared", "value": 99996},
        {"type": "live", "value": {"platform": "all", "number": 3}},
    ]  # fmt: skip
    NewsPage.objects.filter(pk=page.pk).update(body=json.dumps(gone))
    SharedText.objects.create(name="Kasa", title_pl="K", text_pl="<p>x</p>", text_en=(
        '<p><a href="/nie-ma-tego/">x</a></p>'
    ))  # fmt: skip
    ServiceFactory(
        code="U-00", name="Zajęcia", body=body('<p><a linktype="page" id="99995">x</a></p>')
    )
    rows = list(reports.broken_links())
    assert sorted(row.title for row in rows) == ["Karty"] * 5 + ["Kasa", "U-00 Zajęcia"]
    assert all(row.url.startswith("/") for row in rows), "each can be mended from the report"
    assert len({row.cells for row in rows if row.title == "Karty"}) == 5


def test_the_button_of_a_campaign_is_a_link_too(tree):
    target = tree.standard("Cel", "cel")
    text = [("paragraph", "<p>x</p>")]
    for slug, where in (("jeden", {"call_page": target}), ("dwa", {"call_url": "/nie-ma/"})):
        tree.add(tree.home, CampaignPage(title=slug, slug=slug, call="Idź", body=text, **where))
    assert {row.title for row in reports.broken_links()} == {"dwa"}
    target.unpublish()
    assert {row.title for row in reports.broken_links()} == {"jeden", "dwa"}


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


def test_pages_are_due_on_their_day_or_a_year_after_they_were_published(tree, client):
    def due() -> dict[str, str]:
        return {row.title: row.cells[1] for row in reports.rows_of("przeglad")}

    page, other = tree.standard("Cennik", "cennik"), tree.standard("Mapa", "mapa")
    assert "Cennik" not in due(), "published today"
    today = timezone.localdate()
    for days, state in ((30, None), (10, "wkrótce"), (-1, "po terminie")):
        page.review_on = today + timedelta(days=days)
        page.save_revision().publish()
        assert due().get("Cennik") == state
    page.review_on = None
    page.save_revision().publish()
    assert "Cennik" not in due()
    year_ago = timezone.now() - timedelta(days=366)
    Page.objects.filter(pk=other.pk).update(last_published_at=year_ago)
    assert due()["Mapa"] == "po terminie"
    other.refresh_from_db()
    other.save_revision().publish()
    assert "Mapa" not in due(), "published anew is reviewed"


def test_the_first_page_says_what_waits_for_an_editor(tree, client):
    editor, colleague = person_with(Role.EDITOR), person_with(Role.CHIEF_EDITOR)
    page = tree.news_item("Zła", "zla", body=body('<p><a href="/nie-ma/">x</a></p>'))
    Page.objects.filter(pk=page.pk).update(
        owner=editor, last_published_at=timezone.now() - timedelta(days=400)
    )
    for author, settled in ((colleague, None), (colleague, timezone.now()), (editor, None)):
        Comment.objects.create(
            page=page, user=author, text="Tu brakuje daty", contentpath="title",
            resolved_at=settled, resolved_by=colleague if settled else None,
        )  # fmt: skip
    SearchMiss.objects.create(query="lodowisko", language="pl", last_at=timezone.now())
    client.force_login(editor)
    soup = BeautifulSoup(client.get("/admin/").content, "html.parser")
    found = {link["href"]: link.strong.text for link in soup.select(".w-panel li a") if link.strong}
    assert found["/admin/raporty/uwagi/"] == "1"
    assert found["/admin/raporty/przeglad/"] == "1"
    assert found["/admin/raporty/odnosniki/"] == "1"
    assert found[reverse("core_misses:index")] == "1"
    listed = client.get("/admin/raporty/uwagi/").content.decode()
    assert listed.count("Tu brakuje daty") == 2, "settled ones are not listed"


def found(words: str, language: str) -> set[str]:
    """The titles of what the public search finds."""
    return {entry.title for entry in find(words, language=language).entries}


def test_a_shared_text_is_changed_once_and_changed_everywhere(tree, client):
    shared = SharedText.objects.create(
        name="Godziny", title_pl="Godziny otwarcia", text_pl="<p>Od 8 do 16</p>",
        title_en="Opening hours", phone="85 682 21 80",
    )  # fmt: skip
    pages = [
        tree.standard("Kasa", "kasa", body=[("shared", shared)]),
        tree.news_item("Nowina", "nowina", body=[("paragraph", "<p>x</p>"), ("shared", shared)]),
    ]
    for page in pages:
        words = client.get(page.url).content.decode().replace("\xa0", " ")
        assert "Od 8 do 16" in words and 'href="tel:+48856822180"' in words
    before = generation.current()
    shared.text_pl = "<p>Od 9 do 17</p>"
    shared.save()
    assert generation.current() > before, "stored pages are drawn anew"
    for page in pages:
        words = client.get(page.url).content.decode().replace("\xa0", " ")
        assert "Od 9 do 17" in words and "Od 8" not in words
    where = ReferenceIndex.get_references_to(shared).values_list("base_content_type", "object_id")
    assert len(set(where)) == 2, "its page of use says where it stands"
    # Half translated is not translated: title and text stay in one language.
    synchronize_tree(tree.home.locale, Locale.objects.get(language_code="en"))
    soup = BeautifulSoup(client.get(f"/en{pages[0].url}").content, "html.parser")
    card = soup.select_one(".callout--shared")
    assert "Godziny otwarcia" in card.text and card["lang"] == "pl"
    shared.text_en = "<p>From 9 to 17</p>"
    shared.save()
    soup = BeautifulSoup(client.get(f"/en{pages[0].url}").content, "html.parser")
    card = soup.select_one(".callout--shared")
    assert "Opening hours" in card.text and not card.get("lang")
    assert found("zapisy", "pl") == set()
    shared.text_pl = "<p>Zapisy od 9 do 17</p>"
    shared.save()
    assert found("zapisach 682", "pl") == {"Kasa", "Nowina"}, "its words are found where it stands"
    assert found("opening", "en") == {"Kasa", "Nowina"}, "in the language of the page"
    shared.delete()
    assert found("zapisy", "pl") == found("opening", "en") == set()
    for page in pages:
        answer = client.get(page.url)
        assert answer.status_code == 200 and b"callout--shared" not in answer.content


@pytest.mark.parametrize(
    ("role", "may_change", "may_delete"),
    [(Role.EDITOR, True, False), (Role.CHIEF_EDITOR, True, True),
     (Role.SERVICE_COORDINATOR, False, False)],
)  # fmt: skip
def test_who_keeps_shared_texts(tree, client, role, may_change, may_delete):
    shared = SharedText.objects.create(name="G", title_pl="G", text_pl="<p>x</p>")
    client.force_login(person_with(role))
    base = "/admin/snippets/core/sharedtext/"
    assert (client.get(f"{base}edit/{shared.pk}/").status_code == 200) is may_change
    assert (client.get(f"{base}delete/{shared.pk}/").status_code == 200) is may_delete


def test_a_preview_brings_the_checker_and_a_page_does_not(tree, client):
    page = tree.news_item()
    client.force_login(person_with(Role.CHIEF_EDITOR))
    preview = client.get(f"/admin/pages/{page.pk}/view_draft/")
    assert b"<wagtail-userbar>" in preview.content
    assert "script-src 'self';" in f"{preview['Content-Security-Policy']};"
    assert b"wagtail-userbar" not in client.get(page.url).content
    inline = BeautifulSoup(preview.content, "html.parser").select("script:not([src])")
    assert {one["type"] for one in inline} == {"application/ld+json", "application/json"}
