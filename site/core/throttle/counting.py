"""Counting tries, by the backend that the settings name."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string


class Throttled(Exception):
    """Too many tries. `retry_after` is in whole seconds, at least 1."""

    def __init__(self, scope: str, retry_after: int) -> None:
        super().__init__(f"too many tries of {scope}")
        self.scope = scope
        self.retry_after = retry_after


class Backend(Protocol):
    """Counts a try of `digest` and gives how many its window holds and the seconds it has left."""

    def hit(self, digest: bytes, *, per: timedelta) -> tuple[int, float]: ...


def throttle(scope: str, key: str, *, limit: int, per: timedelta) -> None:
    """Count one try of `scope` by `key`; raise `Throttled` when it is more than `limit`.

    A window of length `per` begins with the first try and allows `limit` of them. `key` (an
    address of the network, an e-mail address, a user's number) is never stored, only an HMAC
    with the site's secret. Call it before the transaction of what it protects: a try counts even
    when what it tried is rolled back.
    """
    digest = salted_hmac("core.throttle", f"{scope}\0{key}", algorithm="sha256").digest()
    backend: Backend = import_string(settings.THROTTLE_BACKEND)()
    hits, seconds = backend.hit(digest, per=per)
    if hits > limit:
        raise Throttled(scope, max(1, math.ceil(seconds)))
