"""One address, one language: the switch, honest fall-backs, what search engines are told."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.utils import timezone
from wagtail.models import Locale, Page
from wagtail_localize.synctree import synchronize_tree

from home.models import StandardPage
from tests.factories.catalogue import ServiceFactory
from tests.factories.site import SiteTree, make_site

pytestmark = pytest.mark.django_db
BASE = settings.WAGTAILADMIN_BASE_URL
OTHERS = ("be", "en", "it")


@pytest.fixture
def tree() -> SiteTree:
    return make_site()


@pytest.fixture
def text(tree) -> StandardPage:
    """A Polish page that stands in every language, and is translated into English alone."""
    page = tree.standard("Żubr", "zubr", lead="O żubrze.")
    for code in OTHERS:
        synchronize_tree(tree.home.locale, Locale.objects.get(language_code=code))
    english = page.get_translation(Locale.objects.get(language_code="en"))
    english.alias_of = None
    english.title, english.lead = "Bison", "About the bison."
    english.save_revision().publish()
    return page


def test_the_switch_follows_a_page_whose_address_differs_between_languages(tree, text, client):
    """An editor renames the Polish page, and another the English one."""
    text.slug = "zubry"
    text.save_revision().publish()
    english = text.get_translation(Locale.objects.get(language_code="en"))
    english.slug = "bison"
    english.save_revision().publish()
    expected = {"pl": "/zubry/", "be": "/be/zubr/", "en": "/en/bison/", "it": "/it/zubr/"}
    for path in expected.values():
        soup = read(client, path)
        assert switch(soup) == expected, path
        alternates = {
            link["hreflang"]: link["href"] for link in soup.select("link[rel=alternate][hreflang]")
        }
        assert alternates == {"pl": f"{BASE}/zubry/", "en": f"{BASE}/en/bison/"}, path
    italian = text.get_translation(Locale.objects.get(language_code="it"))
    italian.unpublish()
    assert switch(read(client, "/zubry/"))["it"] == "/it/", "it does not stand there"
    # What stands below a page keeps its place below it.
    tree.events.slug = "program"
    tree.events.save_revision().publish()
    today = timezone.localdate()
    month = f"kalendarz/{today.year}/{today.month}/"
    found = switch(read(client, f"/program/{month}"))
    assert found["pl"] == f"/program/{month}" and found["en"] == f"/en/wydarzenia/{month}"
    assert client.get(found["en"]).status_code == 200


def test_words_nobody_has_translated_are_marked_as_polish_wherever_they_stand(tree, client):
    """WCAG 3.1.2: a voice that reads English does not know how Polish sounds."""
    sign = "żółć"
    soon = timezone.now() + timedelta(hours=30)
    tree.news_item(f"Nowina {sign}", "nowina", lead=sign, body=[("paragraph", f"<p>{sign}</p>")])
    tree.news_item(f"Druga {sign}", "druga", body=[("heading", sign), ("live", {"number": 6})])
    tree.event(
        f"Wieczór {sign}", "wieczor", starts_at=soon, lead=sign, place=sign, cost=sign,
        accessibility_note=sign, body=[("quote", {"text": sign, "source": sign})],
    )  # fmt: skip
    ServiceFactory(name=f"Obiady {sign}", summary=sign, is_free=False, cost=sign, slug="obiady")
    synchronize_tree(tree.home.locale, Locale.objects.get(language_code="en"))
    paths = ["", "aktualnosci/", "aktualnosci/nowina/", "aktualnosci/druga/", "wydarzenia/"]
    paths += ["wydarzenia/wieczor/", "wydarzenia/kalendarz/", "uslugi/", "uslugi/obiady/"]
    local = timezone.localtime(soon)
    paths.append(f"wydarzenia/kalendarz/{local.year}/{local.month}/")
    seen = 0
    for path in paths:
        soup = read(client, f"/en/{path}")
        for words in soup.body.find_all(string=lambda text: sign in text):
            if words.find_parent(["script", "style"]):
                continue
            seen += 1
            nearest = words.find_parent(attrs={"lang": True})
            assert nearest["lang"] == "pl", (path, str(words.parent)[:200])
        for words in soup.select("main .cards > li > p, main .soft"):
            if "free of charge" in words.text or "until" in words.text:
                assert words.find_parent(attrs={"lang": True})["lang"] == "en", path
    assert seen > 25


def read(client, url: str) -> BeautifulSoup:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return BeautifulSoup(answer.content, "html.parser")


def switch(soup: BeautifulSoup) -> dict[str, str]:
    return {item["hreflang"]: item["href"] for item in soup.select(".language-links a[hreflang]")}


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/", "/"),
        ("/en/", "/"),
        ("/zubr/", "/zubr/"),
        ("/be/zubr/", "/zubr/"),
        ("/uslugi/?dla=seniors&dla=children&q=st%C3%B3%C5%82", None),
        ("/it/szukaj/?q=stacja&rodzaj=news", None),
    ],
)
def test_the_switch_keeps_the_page_and_what_was_chosen_on_it(text, client, path, rest):
    rest = rest or path.removeprefix("/it")
    found = switch(read(client, path))
    assert found == {"pl": rest, **{code: f"/{code}{rest}" for code in OTHERS}}
    for address in found.values():
        assert client.get(address).status_code == 200, address


def test_the_switch_names_languages_in_themselves_and_marks_the_current_one(text, client):
    soup = read(client, "/be/zubr/")
    links = soup.select(".language-links a[hreflang]")
    assert [link["lang"] for link in links] == ["pl", "be", "en", "it"]
    assert "беларуская" in links[1]["aria-label"]
    assert [link["hreflang"] for link in links if link.get("aria-current")] == ["be"]


def test_a_translated_page_is_in_its_language_throughout(text, client):
    soup = read(client, "/en/zubr/")
    assert soup.html["lang"] == "en"
    assert soup.h1.text == "Bison"
    assert not soup.select("main [lang=pl]")
    assert soup.select_one(".site-footer h2").text == "What you can do here"


def test_an_untranslated_page_says_that_its_text_is_polish(text, client):
    soup = read(client, "/it/zubr/")
    assert soup.html["lang"] == "it"
    assert soup.h1.text == "Żubr"
    assert soup.h1["lang"] == "pl"
    assert soup.select_one(".prose")["lang"] == "pl"
    notice = soup.select_one(".notice--language")
    assert "polacco" in notice.text
    assert not notice.has_attr("lang")
    assert not read(client, "/zubr/").select(".notice--language")
    assert not read(client, "/en/zubr/").select(".notice--language")


def test_search_engines_are_sent_to_the_text_itself(text, client):
    def links(path: str) -> tuple[list[str], set[str]]:
        soup = read(client, path)
        return (
            [link["href"] for link in soup.select('link[rel="canonical"]')],
            {link["hreflang"] for link in soup.select('link[rel="alternate"][hreflang]')},
        )

    assert links("/zubr/") == ([f"{BASE}/zubr/"], {"pl", "en"})
    assert links("/en/zubr/") == ([f"{BASE}/en/zubr/"], {"pl", "en"})
    assert links("/it/zubr/") == ([f"{BASE}/zubr/"], {"pl", "en"})


def test_what_was_chosen_does_not_make_another_page_for_search_engines(text, client):
    (link,) = read(client, "/uslugi/?dla=seniors").select('link[rel="canonical"]')
    assert link["href"] == f"{BASE}/uslugi/"


def test_the_sitemap_lists_every_text_once(text, client):
    service = ServiceFactory(slug="stol")
    english = service.copy_for_translation(Locale.objects.get(language_code="en"))
    english.name = "Table"
    english.save()
    english.save_revision().publish()
    answer = client.get("/sitemap.xml")
    assert answer["Content-Type"].startswith("application/xml")
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    tree = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    found = [item.text.removeprefix(BASE) for item in tree.findall(".//s:loc", space)]
    assert len(found) == len(set(found)), "an address is listed twice"
    assert {"/", "/zubr/", "/en/zubr/", "/uslugi/", "/uslugi/stol/"} <= set(found)
    assert "/en/uslugi/stol/" in found
    assert not {"/it/zubr/", "/be/zubr/", "/it/uslugi/stol/"} & set(found)
    for path in found:
        assert client.get(path).status_code == 200, path


def test_robots_may_read_all_but_the_admin_and_the_search(text, client):
    answer = client.get("/robots.txt")
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/plain")
    assert lines[0] == "User-agent: *"
    assert f"Sitemap: {BASE}/sitemap.xml" in lines
    refused = {line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")}
    assert {"/admin/", "/szukaj/", "/be/szukaj/", "/en/szukaj/", "/it/szukaj/"} <= refused
    assert "/" not in refused


@pytest.mark.parametrize("language", OTHERS)
def test_every_page_stands_in_every_language(text, client, language):
    polish = Page.objects.live().filter(depth__gte=2, locale__language_code="pl")
    for page in polish:
        answer = client.get(f"/{language}{page.url}")
        assert answer.status_code == 200, page.url
        assert answer["Content-Language"] == language


def test_neither_cookie_nor_browser_changes_the_language(text, client):
    client.cookies["django_language"] = "it"
    answer = client.get("/zubr/", headers={"accept-language": "en"})
    assert answer["Content-Language"] == "pl"
    assert "Accept-Language" not in answer.get("Vary", "")


def test_changing_the_polish_text_changes_its_untranslated_copies(text, client):
    text.title = "Żubr Pompik"
    text.save_revision().publish()
    assert read(client, "/it/zubr/").h1.text == "Żubr Pompik"
    assert read(client, "/en/zubr/").h1.text == "Bison"


def test_a_new_page_appears_in_every_language(tree, client):
    tree.news_item("Nowina", "nowina")
    for code in OTHERS:
        synchronize_tree(tree.home.locale, Locale.objects.get(language_code=code))
    assert read(client, "/it/aktualnosci/nowina/").h1.text == "Nowina"
    headings = read(client, "/it/aktualnosci/").select(".arrivals h2 a")
    assert [(item.text, item["lang"]) for item in headings] == [("Nowina", "pl")]
