"""What a reader is asked before anything loads from elsewhere: nothing, unless settings add it."""

from __future__ import annotations

import pytest
from django.conf import settings as real
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.test import Client
from wagtail.blocks import StructBlockValidationError

from config.environment import origin
from core.blocks import EmbedBlock
from core.consent import optional_groups, version
from home.cookies import kept_in_browser

FILM = {"title": "Film", "url": "https://film.example/wstaw/1", "summary": "Otwarcie stacji."}


@pytest.mark.django_db
def test_nothing_is_asked_where_nothing_is_added(client: Client):
    page = client.get("/")
    assert "data-consent" not in page.content.decode()
    assert "frame-src" not in page.headers["Content-Security-Policy"]
    assert optional_groups() == []
    assert "consent" not in {item.name for item in kept_in_browser()}
    assert real.CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"] == ["'self'"]


@pytest.mark.django_db
def test_what_is_added_is_asked_for_item_by_item(client: Client, settings):
    settings.EMBED_HOSTS = ["film.example", "mapa.example"]
    before = version(optional_groups())
    settings.STATISTICS_SCRIPT = "https://statystyki.example/licz.js"
    settings.STATISTICS_NAME = "Licznik"
    settings.STATISTICS_COOKIES = ["_licz", "_raz"]
    assert [group.code for group in optional_groups()] == ["statistics", "embeds"]
    assert version(optional_groups()) != before, "everybody is asked again"
    page = client.get("/").content.decode()
    for told in ("Licznik", "_licz, _raz", "film.example", "mapa.example"):
        assert told in page
    # No tag loads anything: a script does, once it is allowed.
    assert 'src="https://' not in page
    assert {"consent", "Licznik: _licz, _raz"} <= {item.name for item in kept_in_browser()}


def test_editors_embed_from_named_hosts_alone(settings):
    block = EmbedBlock()
    settings.EMBED_HOSTS = ["film.example"]
    assert block.clean(block.to_python(FILM))["title"] == "Film"
    for url in (
        "https://film.example.evil.example/1",
        "http://film.example/1",
        "https://inny.example/1",
        "https://user@film.example/1",
    ):
        with pytest.raises((StructBlockValidationError, ValidationError)):
            block.clean(block.to_python({**FILM, "url": url}))
    settings.EMBED_HOSTS = []
    shown = block.render(block.to_python(FILM))
    assert f'href="{FILM["url"]}"' in shown
    assert "data-embed" not in shown


def test_an_origin_is_of_https():
    assert origin("X", "") == ""
    assert (
        origin("X", "https://statystyki.example:8443/a/b.js") == "https://statystyki.example:8443"
    )
    for wrong in ("http://statystyki.example/a.js", "//statystyki.example/a.js", "licz.js"):
        with pytest.raises(ImproperlyConfigured, match="X is no address"):
            origin("X", wrong)
