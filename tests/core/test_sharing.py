"""The picture beside a shared link: every letter drawn, one address for one picture."""

from __future__ import annotations

import io

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image, ImageChops
from wagtail.models import Locale
from wagtail_localize.synctree import synchronize_tree

from core.sharing import Card, draw
from core.sharing.drawing import STATIC, _font, runs
from home.views import sharing
from tests.factories.catalogue import ServiceFactory
from tests.factories.pages import make_picture
from tests.factories.site import make_site

LETTERS = {
    "pl": "aąbcćdeęfghijklłmnńoóprsśtuwyzźżAĄBCĆDEĘFGHIJKLŁMNŃOÓPRSŚTUWYZŹŻ0123456789,.!?–„”",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюяАБВГДЕЁЖЗІЙКЛМНОПРСТУЎФХЦЧШЫЬЭЮЯ",
    "it": "àèéìòù",
    "uk, ru": "щъиїєґ",
}


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.fixture
def tree(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_site()


@pytest.mark.parametrize("language", LETTERS)
def test_every_letter_of_our_languages_has_ink(language):
    for letter in LETTERS[language]:
        found = list(runs(letter))
        assert len(found) == 1, f"{letter} is left out"
        ((name, piece),) = found
        assert _font(name, 40).getmask(piece).getbbox(), f"no {letter} in {name}"
        assert name.startswith("jost") or language == "uk, ru", "the typeface of signs has it"


def test_the_picture_holds_its_words_whatever_they_are(caplog):
    plain = opened(draw(Card("strona", "1", "pl", "Start")))
    assert (plain.size, plain.format) == ((1200, 630), "JPEG")
    for title in ("Stop", "Żółw", "Слон", "Bardzo długi tytuł " * 30, "słowo" * 60, "😀", ""):
        card = Card("strona", "1", "pl", title, "Aktualności " * 20)
        other = opened(draw(card))
        assert ImageChops.difference(plain, other).getbbox(), title
        # Nothing is written over the edge on the right.
        margin = other.convert("L").crop((1150, 60, 1200, 540))
        assert max(margin.getextrema()) < 90, title
    assert STATIC.is_dir() and not caplog.text


def test_a_cover_stands_beside_the_title_and_a_broken_one_is_left_out(tree, caplog):
    cover = make_picture()
    with_cover = opened(draw(Card("strona", "1", "pl", "Start", "", cover)))
    red, green, _blue = with_cover.getpixel((1000, 300))
    assert (abs(red - 0x2F) < 8, abs(green - 0x6B) < 8) == (True, True)
    default_storage.delete(cover.file.name)
    assert opened(draw(Card("strona", "1", "pl", "Start", "", cover))).size == (1200, 630)
    assert "cannot be drawn" in caplog.text


def head(client, path: str) -> dict[str, str]:
    soup = BeautifulSoup(client.get(path).content, "html.parser")
    found = soup.select('meta[property^="og:"], meta[name^="twitter:"]')
    names = [meta.get("property") or meta.get("name") for meta in found]
    assert len(names) == len(set(names)), "said twice"
    return dict(zip(names, (meta["content"] for meta in found), strict=True))


def picture(client, path: str) -> tuple[str, Image.Image]:
    """The address of a page's picture, and the picture."""
    told = head(client, path)
    assert told["twitter:card"] == "summary_large_image"
    assert told["og:url"] == settings.WAGTAILADMIN_BASE_URL + path
    url = told["og:image"].removeprefix(settings.WAGTAILADMIN_BASE_URL)
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert "immutable" in answer["Cache-Control"]
    drawn = opened(answer.content)
    assert drawn.size == (int(told["og:image:width"]), int(told["og:image:height"]))
    assert told["og:image:alt"]
    return url, drawn


def test_each_page_and_service_has_its_own_in_each_language(tree, client):
    page = tree.news_item("Nowina", "nowina")
    service = ServiceFactory()
    synchronize_tree(tree.home.locale, Locale.objects.get(language_code="en"))
    paths = ("/", "/en/", page.url, f"/en{page.url}", f"/uslugi/{service.slug}/", "/szukaj/",
             f"/en/uslugi/{service.slug}/", "/uslugi/", "/aktualnosci/")  # fmt: skip
    found = {path: picture(client, path)[0] for path in paths}
    assert len(set(found.values())) == len(paths)
    assert head(client, page.url)["og:locale"] == "pl_PL"
    assert head(client, page.url)["og:type"] == "article"


def test_a_page_waits_for_no_drawing_and_a_picture_is_drawn_once(tree, client, monkeypatch):
    drawn = []
    monkeypatch.setattr(sharing, "draw", lambda card: drawn.append(card) or draw(card))
    page = tree.news_item()
    url = head(client, page.url)["og:image"].removeprefix(settings.WAGTAILADMIN_BASE_URL)
    assert drawn == []
    client.get(url)
    client.get(url)
    assert len(drawn) == 1
    assert default_storage.exists(f"share/{page.share_card.digest}.jpg")


def test_other_words_have_another_address_and_the_old_one_leads_there(tree, client):
    page = tree.news_item()
    old, _drawn = picture(client, page.url)
    page.title = "Nowina poprawiona"
    page.save_revision().publish()
    new, _drawn = picture(client, page.url)
    assert old != new
    assert client.get(old).url == new
    assert client.get(f"/obrazek/pl/strona/{page.pk}/zgadywane.jpg").url == new
    page.unpublish()
    assert client.get(new).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["pl/strona/0/x", "pl/strona/abc/x", "xx/strona/1/x", "pl/inne/1/x", "pl/usluga/nie-ma/x",
     "pl/strona/99999999999999999999/x", "pl/plebiscyt/nie-ma/x", "pl/nabor/nie-ma/x"],
)  # fmt: skip
def test_what_is_not_public_has_no_picture(tree, client, path):
    assert client.get(f"/obrazek/{path}.jpg").status_code == 404


def test_old_pictures_are_removed(tree, client, monkeypatch):
    assert sharing.tidy() == 0
    picture(client, "/")
    assert sharing.tidy() == 0
    monkeypatch.setattr(sharing, "KEPT", -sharing.KEPT)
    assert sharing.tidy() == 1
    picture(client, "/")
