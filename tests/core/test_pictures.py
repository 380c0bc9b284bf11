"""AVIF beside WebP: drawn in the background, shown when all of it is there."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.core.cache import caches
from PIL import features

from core import pictures
from core.models import Picture
from tests.factories.pages import make_picture
from tests.factories.site import make_site

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not features.check("avif"), reason="this Pillow draws no AVIF"),
]


@pytest.fixture
def page(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_site().news_item(cover=make_picture())


def sources(client, page) -> list[str]:
    """The kinds of the picture of a page, in the order browsers look at them."""
    caches["renditions"].clear()
    soup = BeautifulSoup(client.get(page.url).content, "html.parser")
    (picture,) = soup.select(".cover picture")
    image = picture.img
    assert image["src"].endswith(".jpg")
    assert int(image["width"]) * 3 == int(image["height"]) * 4
    assert image["sizes"] and image["srcset"].count(",") == 2
    for source in picture.select("source"):
        assert source["sizes"] == image["sizes"]
        assert source["srcset"].count(",") == 2, "every size"
    return [source["type"] for source in picture.select("source")]


def test_no_page_waits_for_avif_and_then_it_comes_first(page, client, monkeypatch):
    assert sources(client, page) == ["image/webp"]
    monkeypatch.setattr(pictures, "PER_RUN", 2)
    assert pictures.draw_slow_sizes() == 2
    assert sources(client, page) == ["image/webp"], "two sizes of three are not enough"
    assert pictures.draw_slow_sizes() == 1
    assert sources(client, page) == ["image/avif", "image/webp"]
    assert pictures.draw_slow_sizes() == 0


def test_without_avif_in_pillow_pages_stay_as_they_are(page, client, monkeypatch):
    monkeypatch.setattr(pictures.features, "check", lambda name: False)
    sources(client, page)
    assert pictures.draw_slow_sizes() == 0
    assert sources(client, page) == ["image/webp"]


def test_a_picture_without_its_file_does_not_hold_up_the_others(page, client, caplog):
    sources(client, page)
    cover = Picture.objects.get()
    cover.file.storage.delete(cover.file.name)
    assert pictures.draw_slow_sizes() == 0
    assert "has no AVIF" in caplog.text
    caplog.clear()
    assert pictures.draw_slow_sizes() == 0
    assert not caplog.text, "not tried again"


def test_not_drawn_yet_is_remembered(page, client, django_assert_num_queries):
    cover = Picture.objects.get()
    wanted = ["fill-400x300|format-avif", "fill-400x300|format-webp"]
    assert list(cover.get_renditions(*wanted)) == ["fill-400x300|format-webp"]
    with django_assert_num_queries(0):
        assert list(cover.get_renditions(*wanted)) == ["fill-400x300|format-webp"]


def test_what_is_below_the_fold_is_loaded_late(page, client):
    soup = BeautifulSoup(client.get("/aktualnosci/").content, "html.parser")
    images = soup.select("main img")
    assert images and all(image["loading"] == "lazy" for image in images)
    first = BeautifulSoup(client.get(page.url).content, "html.parser").select_one(".cover img")
    assert first.get("loading") != "lazy", "the one that is seen at once is not"
