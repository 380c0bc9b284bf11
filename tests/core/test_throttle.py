"""Counting tries: right with many processes, and nothing readable is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone, translation

from core.throttle import Throttled, throttle, visitor_key
from core.throttle.backends import DatabaseBackend, prune
from core.throttle.middleware import ThrottleMiddleware, wait_text
from core.throttle.models import ThrottleCount

HOUR = timedelta(hours=1)
BACKENDS = ["core.throttle.backends.DatabaseBackend", "core.throttle.backends.CacheBackend"]


def tries(number: int, key: str = "10.0.0.1", scope: str = "test.login") -> int:
    """How many of `number` tries are let through, three being allowed."""
    passed = 0
    for _step in range(number):
        try:
            throttle(scope, key, limit=3, per=HOUR)
        except Throttled:
            continue
        passed += 1
    return passed


@pytest.mark.django_db
@pytest.mark.parametrize("backend", BACKENDS)
class TestCounting:
    @pytest.fixture(autouse=True)
    def _backend(self, backend: str, settings: Any) -> None:
        settings.THROTTLE_BACKEND = backend
        cache.clear()

    def test_so_many_and_no_more(self) -> None:
        assert tries(7) == 3

    def test_each_key_and_scope_counts_for_itself(self) -> None:
        assert tries(4) + tries(4, key="10.0.0.2") + tries(4, scope="test.lookup") == 9

    def test_it_says_when_to_come_back(self) -> None:
        tries(3)
        with pytest.raises(Throttled) as error:
            throttle("test.login", "10.0.0.1", limit=3, per=HOUR)
        assert 3590 <= error.value.retry_after <= 3600
        assert "10.0.0.1" not in str(error.value)

    def test_a_window_ends(self) -> None:
        short = timedelta(milliseconds=300)
        throttle("test.login", "k", limit=1, per=short)
        with pytest.raises(Throttled) as error:
            throttle("test.login", "k", limit=1, per=short)
        assert error.value.retry_after == 1
        time.sleep(0.35)
        throttle("test.login", "k", limit=1, per=short)


@pytest.mark.django_db
class TestTable:
    def test_the_key_is_not_kept(self) -> None:
        tries(1, key="kanarek@example.org")
        with connection.cursor() as cursor:
            cursor.execute("SELECT core_throttlecount::text FROM core_throttlecount")
            ((row,),) = cursor.fetchall()
        assert "kanarek" not in row
        assert b"kanarek".hex() not in row

    def test_it_is_in_no_log_of_the_database(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relpersistence FROM pg_class WHERE relname = 'core_throttlecount'"
            )
            assert cursor.fetchone() == ("u",)

    def test_windows_that_are_over_are_forgotten(self) -> None:
        tries(1, key="old")
        ThrottleCount.objects.update(resets_at=timezone.now() - HOUR)
        tries(1, key="new")
        prune()
        assert ThrottleCount.objects.get().resets_at > timezone.now()


@pytest.mark.database
@pytest.mark.concurrency
class TestConcurrency:
    def test_thirty_at_once_let_three_through(self, together: Callable[..., list[Any]]) -> None:
        results = together(*[lambda: tries(1)] * 30)
        assert sum(results) == 3
        assert ThrottleCount.objects.get().hits == 30

    def test_control_reading_first_lets_more_through(
        self, together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        barrier = threading.Barrier(10)

        def read_then_write(self: object, digest: bytes, *, per: timedelta) -> tuple[int, float]:
            had = ThrottleCount.objects.filter(digest=digest).first()
            barrier.wait(20)
            hits = had.hits + 1 if had else 1
            ThrottleCount.objects.update_or_create(
                digest=digest, defaults={"hits": hits, "resets_at": timezone.now() + per}
            )
            return hits, 1.0

        monkeypatch.setattr(DatabaseBackend, "hit", read_then_write)
        results = together(*[lambda: tries(1)] * 10)
        assert sum(result for result in results if isinstance(result, int)) > 3

    def test_a_try_inside_a_transaction_is_a_mistake(self) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            tries(1)

    def test_what_was_tried_may_fail(self) -> None:
        for _step in range(5):
            tries(1)
            with pytest.raises(ValueError, match="wrong"), transaction.atomic():
                raise ValueError("wrong password")
        assert tries(1) == 0


class TestVisitor:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("::ffff:192.0.2.7", "192.0.2.7"),
            ("", "unknown"), ("unix:", "unknown"),
        ],
    )  # fmt: skip
    def test_one_household_is_one_key(
        self, rf: RequestFactory, address: str, expected: str
    ) -> None:
        assert visitor_key(rf.get("/", REMOTE_ADDR=address)) == expected

    @pytest.mark.parametrize(
        ("proxies", "header", "expected"),
        [
            (0, "203.0.113.9", "192.0.2.1"), (1, "203.0.113.9", "203.0.113.9"),
            (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
            (2, "198.51.100.1, 203.0.113.9, 192.0.2.50", "203.0.113.9"),
            (2, "203.0.113.9", "192.0.2.1"), (1, "", "unknown"),
        ],
    )  # fmt: skip
    def test_only_our_own_proxies_are_believed(
        self, rf: RequestFactory, settings: Any, proxies: int, header: str, expected: str
    ) -> None:
        settings.TRUSTED_PROXIES = proxies
        request = rf.get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": header})
        assert visitor_key(request) == expected


class TestAnswer:
    @pytest.mark.django_db
    def test_the_page_says_when_to_come_back(self, rf: RequestFactory) -> None:
        request = rf.get("/")
        request.user = AnonymousUser()
        with translation.override("en"):
            response = ThrottleMiddleware(HttpResponse).process_exception(
                request, Throttled("test.login", 61)
            )
        assert response is not None
        assert response.status_code == 429
        assert response.headers["Retry-After"] == "61"
        assert response.headers["Cache-Control"] == "no-store"
        assert "2 minutes" in response.content.decode().replace("\u00a0", " ")

    def test_other_errors_are_not_touched(self, rf: RequestFactory) -> None:
        middleware = ThrottleMiddleware(HttpResponse)
        assert middleware.process_exception(rf.get("/"), ValueError()) is None

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes"),
         (3540, "59 minutes"), (3541, "1 hour"), (7201, "3 hours")],
    )  # fmt: skip
    def test_waits_are_rounded_up(self, seconds: int, text: str) -> None:
        with translation.override("en"):
            assert wait_text(seconds) == text
