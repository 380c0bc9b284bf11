"""Stored pages: who gets them, and that nobody sees an old one for more than a second."""

import gzip
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from core.pagecache import changed, middleware
from core.pagecache.generation import Clock, current, fold
from core.pagecache.middleware import PageCacheMiddleware
from core.pagecache.models import PublicChange
from core.pagecache.store import Entry, Store
from directory.models import TargetGroup
from tests.factories.catalogue import TargetGroupFactory

LONG = "żubr " * 200


class View:
    """Draws a page and counts how often it had to."""

    def __init__(self, **headers):
        self.drawn = 0
        self.headers = headers
        self.cookie = False

    def __call__(self, request):
        self.drawn += 1
        response = HttpResponse(f"{self.drawn} {LONG}", headers=self.headers)
        if self.cookie:
            response.set_cookie("x", "1")
        return response


@pytest.fixture(autouse=True)
def _on(settings):
    settings.PAGE_CACHE = True
    middleware.store.clear()
    middleware.clock.forget()
    yield
    middleware.store.clear()
    middleware.clock.forget()


def get(view, path="/uslugi/", **extra):
    return PageCacheMiddleware(view)(RequestFactory().get(path, **extra))


@pytest.mark.django_db
class TestWhoIsAnsweredFromTheStore:
    def test_the_second_reader_costs_nothing(self, django_assert_num_queries):
        view = View()
        first = get(view)
        with django_assert_num_queries(0):
            second = get(view)
        assert view.drawn == 1
        assert first.content == second.content

    @pytest.mark.parametrize(
        "extra",
        [
            {"HTTP_COOKIE": "sessionid=abc"},
            {"HTTP_COOKIE": "csrftoken=abc"},
            {"HTTP_AUTHORIZATION": "Bearer x"},
        ],
    )
    def test_people_with_a_session_never(self, extra):
        view = View()
        get(view, **extra)
        get(view, **extra)
        assert view.drawn == 2

    @pytest.mark.parametrize(
        "path",
        [
            "/admin/",
            "/konto/x/",
            "/en/konto/x/",
            "/sprawy/",
            "/uslugi/?nieznany=1",
            "/be/sprawy/1/",
        ],
    )
    def test_private_paths_and_unknown_parameters_never(self, path):
        view = View()
        get(view, path)
        get(view, path)
        assert view.drawn == 2

    @pytest.mark.parametrize("control", ["private", "no-store", "no-cache, no-store, max-age=0"])
    def test_answers_that_say_so_never(self, control):
        view = View(**{"Cache-Control": control})
        get(view)
        get(view)
        assert view.drawn == 2

    def test_answers_that_set_a_cookie_never(self):
        view = View()
        view.cookie = True
        get(view)
        get(view)
        assert view.drawn == 2

    def test_parameters_and_languages_are_kept_apart(self):
        view = View()
        pages = {
            get(view, path).content
            for path in ("/uslugi/", "/uslugi/?dla=a", "/uslugi/?dla=b", "/en/uslugi/")
        }
        assert len(pages) == 4


@pytest.mark.django_db
class TestEncodings:
    def test_bodies_are_compressed_once_as_the_browser_takes_them(self):
        view = View()
        plain = get(view).content
        zipped = get(view, HTTP_ACCEPT_ENCODING="gzip")
        best = get(view, HTTP_ACCEPT_ENCODING="gzip, deflate, br")
        assert gzip.decompress(zipped.content) == plain
        assert brotli.decompress(best.content) == plain
        assert best["Content-Encoding"] == "br"
        assert "Accept-Encoding" in best["Vary"]

    def test_a_browser_that_has_the_page_gets_304(self):
        view = View()
        etag = get(view)["ETag"]
        answer = get(view, HTTP_IF_NONE_MATCH=etag)
        assert (answer.status_code, answer.content) == (304, b"")


def test_the_store_is_bounded_and_drops_what_was_not_read():
    store = Store(max_bytes=10_000)

    def entry():
        return Entry.build(generation=1, made_at=0, headers={}, body=b"x" * 1500)

    for number in range(8):
        store.put((str(number),), entry())
        store.get(("0",))
    assert store.get(("0",)) is not None
    assert store.get(("1",)) is None
    assert len(store) <= 5


@pytest.mark.concurrency
class TestGenerations:
    @contextmanager
    def hold(self):
        """Another connection with an open transaction that has made a public change."""
        ready, finish = threading.Event(), threading.Event()

        def work():
            with transaction.atomic():
                changed()
                ready.set()
                finish.wait(10)
            connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        assert ready.wait(10)
        yield
        finish.set()
        thread.join(10)

    def test_a_change_counts_when_it_commits_whatever_committed_meanwhile(self):
        before = current()
        with self.hold():
            assert current() == before
            changed()
            assert current() == before + 1
        assert current() == before + 2, "the transaction that began first counts as well"

    def test_a_rolled_back_change_does_not_count(self):
        before = current()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            changed()
            1 / 0  # noqa: B018
        assert current() == before

    def test_folding_keeps_the_number_also_beside_an_open_change(self):
        for _ in range(5):
            changed()
        before = current()
        with self.hold():
            fold()
            assert current() == before
        assert current() == before + 1

    def test_what_time_will_change_counts_from_then_on(self):
        before = current()
        changed(at=datetime.now(UTC) + timedelta(minutes=5))
        assert current() == before
        fold()
        assert (current(), PublicChange.objects.count()) == (before, 1), "it is not due yet"
        PublicChange.objects.update(due_at=datetime.now(UTC))
        assert current() == before + 1
        fold()
        assert (current(), PublicChange.objects.count()) == (before + 1, 0)

    def test_twenty_changes_at_once_do_not_wait_for_each_other(self, together):
        before = current()

        def change():
            with transaction.atomic():
                changed()

        assert together(*[change] * 20) == [None] * 20
        assert current() == before + 20

    def test_a_page_is_drawn_anew_within_a_second_of_a_change(self, monkeypatch):
        view = View()
        get(view)
        TargetGroupFactory()
        monkeypatch.setattr("core.pagecache.generation.MAX_AGE_S", 0)
        get(view)
        assert view.drawn == 2

    def test_a_clock_asks_at_most_once_a_second(self, django_assert_num_queries):
        clock = Clock()
        with django_assert_num_queries(1):
            for _ in range(50):
                clock.number()

    def test_what_changes_nothing_public_moves_nothing(self):
        before = current()
        Group.objects.create(name="x")
        assert current() == before
        TargetGroup.objects.create(name_pl="Grupa", slug="grupa")
        assert current() == before + 1
