"""Translating in the admin: whose words readers see, whether anybody read them, and who says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import translation
from wagtail.models import Locale
from wagtail_localize.models import String, StringTranslation, Translation, TranslationContext
from wagtail_localize.operations import translate_object
from wagtail_localize.synctree import synchronize_tree

from accounts.roles import Role
from core.audit.models import AuditEvent
from core.transitions import NotAllowed
from home.admin import reports
from home.admin.signing_off import sign_off
from home.models import NewsPage
from services_catalog.models import Service
from tests.factories.catalogue import ServiceFactory
from tests.factories.people import person_with
from tests.factories.site import make_site

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
def tree(own_database):
    return make_site()


@pytest.fixture
def english(tree) -> Locale:
    return Locale.objects.get(language_code="en")


def begin(thing, locale: Locale, user=None) -> Translation:
    """As the button “Translate this page” does."""
    translate_object(thing, [locale], user=user)
    return Translation.objects.get(
        source__object_id=thing.translation_key, target_locale=locale, enabled=True
    )


def write(work: Translation, words: dict[str, str]) -> None:
    """Translate the texts at these paths, and publish."""
    for path, text in words.items():
        segment = work.source.stringsegment_set.get(context__path=path)
        StringTranslation.objects.update_or_create(
            translation_of=String.objects.get(pk=segment.string_id),
            locale=work.target_locale,
            context=TranslationContext.objects.get(pk=segment.context_id),
            defaults={"data": text, "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL},
        )
    work.save_target(publish=True)


def shown(client, url: str) -> BeautifulSoup:
    answer = client.get(url)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def is_draft(soup: BeautifulSoup) -> bool:
    """Whether readers see the mark above the text."""
    return "draft translation" in [tag.text for tag in soup.select("main .tag")]


def is_polish(soup: BeautifulSoup) -> bool:
    """Whether readers are told that the words are Polish."""
    return "below is the Polish text" in soup.select_one("main").text


def state(title: str) -> str:
    (row,) = [one for one in reports.translations() if one.title == title]
    return row.cells[1]


def test_a_translation_that_is_only_begun_still_says_that_it_is_polish(tree, english, client):
    page = tree.news_item("Nowina", "nowina", lead="Krótko.")
    synchronize_tree(tree.home.locale, english)
    before = shown(client, f"/en{page.url}")
    begin(page, english, person_with(Role.EDITOR))
    after = shown(client, f"/en{page.url}")
    for soup in (before, after):
        assert is_polish(soup) and not is_draft(soup)
        canonical = soup.select_one('link[rel="canonical"]')["href"]
        assert canonical.endswith(page.url) and "/en/" not in canonical
        assert not soup.select('link[hreflang="en"][rel="alternate"]')
    assert f"/en{page.url}" not in client.get("/sitemap.xml").content.decode()
    assert state("Nowina") == "nie przetłumaczono"


def test_a_translation_is_a_draft_until_a_person_signs_it_off(tree, english, client):
    page = tree.news_item("Nowina", "nowina", lead="Krótko.")
    synchronize_tree(tree.home.locale, english)
    work = begin(page, english)
    write(work, {"title": "News", "lead": "In short."})
    url = f"/en{page.url}"
    soup = shown(client, url)
    assert soup.select_one("h1").text.strip() == "News"
    assert not is_polish(soup)
    assert is_draft(soup)
    assert state("Nowina") == "robocze, nikt go nie zatwierdził"
    # An editor reads both texts and may not sign; a chief editor may.
    copy = NewsPage.objects.get(pk=page.get_translation(english).pk)
    place = f"/admin/tlumaczenia/strona/{copy.pk}/"
    client.force_login(person_with(Role.CITY_OFFICER))
    assert client.get(place).status_code in {302, 404}
    for role, may in ((Role.EDITOR, False), (Role.CHIEF_EDITOR, True)):
        client.force_login(person_with(role))
        beside = BeautifulSoup(client.get(place).content, "html.parser")
        texts = [
            [(cell["lang"], cell.text) for cell in row.select("td")]
            for row in beside.select(".beside tbody tr")
        ]
        assert [("pl", "Nowina"), ("en", "News")] in texts
        assert [("pl", "Krótko."), ("en", "In short.")] in texts
        assert bool(beside.select("main form button[type=submit]")) is may
        assert is_draft(shown(client, url)), "GET acts never"
        client.post(place)
        copy.refresh_from_db()
        assert copy.is_translation_draft is not may
    assert not is_draft(shown(client, url))
    assert state("Nowina") == "zatwierdzone"
    assert AuditEvent.objects.filter(verb="sign_off").count() == 1
    # The same words published again stay read; other words do not.
    work.save_target(publish=True)
    copy.refresh_from_db()
    assert not copy.is_translation_draft
    write(work, {"lead": "Even shorter."})
    copy.refresh_from_db()
    assert copy.is_translation_draft
    assert is_draft(shown(client, url))


def test_what_needs_an_update_cannot_be_signed_off(tree, english):
    page = tree.news_item("Nowina", "nowina")
    synchronize_tree(tree.home.locale, english)
    write(begin(page, english), {"title": "News"})
    copy = NewsPage.objects.get(pk=page.get_translation(english).pk)
    chief = person_with(Role.CHIEF_EDITOR)
    NewsPage.objects.filter(pk=page.pk).update(
        last_published_at=copy.last_published_at + timedelta(hours=1)
    )
    with pytest.raises(NotAllowed):
        sign_off(copy, actor=chief)
    assert state("Nowina") == "wymaga aktualizacji"


def test_a_service_begun_in_a_language_stays_polish_there_and_is_signed_off_too(
    tree, english, client
):
    synchronize_tree(tree.home.locale, english)
    service = ServiceFactory(name="Obiady")
    work = begin(service, english)
    with translation.override("pl"):
        path = service.get_absolute_url()
    assert is_polish(shown(client, f"/en{path}"))
    assert state("Obiady") == "nie przetłumaczono"
    write(work, {"name": "Dinners"})
    copy = Service.objects.get(translation_key=service.translation_key, locale=english)
    assert copy.live and copy.is_translation_draft
    soup = shown(client, f"/en{path}")
    assert "Dinners" in soup.select_one("h1").text
    assert is_draft(soup)
    client.force_login(person_with(Role.CHIEF_EDITOR))
    client.post(f"/admin/tlumaczenia/usluga/{copy.pk}/")
    assert state("Obiady") == "zatwierdzone"
    assert not is_draft(shown(client, f"/en{path}"))
