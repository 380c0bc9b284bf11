"""A cache in front of the site is told of what was committed, once, and again if it was away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from core.pagecache import changed, front, middleware
from core.pagecache.generation import fold
from core.pagecache.middleware import PageCacheMiddleware
from tests.factories.catalogue import TargetGroupFactory


class FrontCache(HTTPServer):
    """A little server that notes what it is told, and answers with `status`."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str | None]] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/empty"


class Handler(BaseHTTPRequestHandler):
    server: FrontCache

    def do_BAN(self) -> None:
        self.server.told.append((self.command, self.path, self.headers["Authorization"]))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PURGE = do_BAN

    def log_message(self, *words: object) -> None:
        """Nothing to the terminal."""


@pytest.fixture
def cache(settings, monkeypatch) -> Iterator[FrontCache]:
    monkeypatch.setattr(front, "_rest_until", 0.0)
    server = FrontCache()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.FRONT_CACHES = [server.address]
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def quiet(cache, own_database) -> FrontCache:
    """Everything so far was told."""
    changed()
    assert front.purge()
    cache.told.clear()
    return cache


def test_a_committed_change_is_told_once_and_a_rolled_back_one_never(quiet, settings):
    settings.FRONT_CACHE_METHOD, settings.FRONT_CACHE_TOKEN = "BAN", "sekret"
    assert not front.purge()
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        TargetGroupFactory()
        raise KeyboardInterrupt
    assert not front.purge()
    TargetGroupFactory()
    changed()
    assert front.purge()
    assert quiet.told == [("BAN", "/empty", "Bearer sekret")]
    fold()
    assert not front.purge(), "counting anew is no change"


def test_a_cache_that_is_away_or_refuses_is_told_again(quiet, settings, monkeypatch, caplog):
    changed()
    quiet.status = 503
    assert not front.purge()
    assert "answered 503" in caplog.text
    quiet.status = 200
    assert not front.purge(), "it rests first"
    monkeypatch.setattr(front, "_rest_until", 0.0)
    settings.FRONT_CACHES = [quiet.address, "http://127.0.0.1:9/"]
    assert not front.purge()
    assert "is away: ConnectionRefusedError" in caplog.text
    monkeypatch.setattr(front, "_rest_until", 0.0)
    settings.FRONT_CACHES = [quiet.address]
    assert front.purge()
    assert len(quiet.told) == 3


@pytest.mark.django_db
def test_without_one_nothing_is_asked_and_nothing_may_be_kept(settings, django_assert_num_queries):
    changed()
    with django_assert_num_queries(0):
        assert not front.purge()
    settings.PAGE_CACHE = True
    middleware.store.clear()
    get = PageCacheMiddleware(lambda request: HttpResponse("x"))
    assert "s-maxage" not in get(RequestFactory().get("/a/"))["Cache-Control"]
    settings.FRONT_CACHES = ["http://127.0.0.1:9/"]
    assert "s-maxage=30" in get(RequestFactory().get("/b/"))["Cache-Control"]
    middleware.store.clear()
