"""Emptying a cache in front of the site, when there is one.

Off without `FRONT_CACHES`. A change of what readers see is a row that its own transaction writes
(`generation.py`); the worker compares the number of them with the one it last told the caches. So
nothing is told of what was rolled back, a cache that is away is told again, and a worker that is
killed in between tells it twice. A change may touch any page (a menu, a setting, free places), so a
cache is emptied as a whole.
"""

from __future__ import annotations

import http.client
import logging
import time
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.db import transaction

from core.pagecache.generation import current
from core.pagecache.models import GenerationBase

log = logging.getLogger("core.pagecache")

#: How long a cache may take to answer, in seconds.
PATIENCE_S = 3
#: How long a cache that was away is left alone: the worker has other things to do.
REST_S = 15
_rest_until = 0.0


def purge() -> bool:
    """Tells every cache of what has changed; gives whether all of them took it."""
    global _rest_until
    if not settings.FRONT_CACHES or time.monotonic() < _rest_until:
        return False
    GenerationBase.objects.get_or_create(pk=1)
    with transaction.atomic():
        base = GenerationBase.objects.select_for_update(skip_locked=True).filter(pk=1).first()
        if base is None:  # another worker is telling them
            return False
        # Read before they are told: what changes meanwhile is told the next time.
        number = current()
        if base.purged == number:
            return False
        # All are told, also after one that did not take it.
        taken = [_tell(urlsplit(address)) for address in settings.FRONT_CACHES]
        if not all(taken):
            _rest_until = time.monotonic() + REST_S
            return False
        base.purged = number
        base.save(update_fields=["purged"])
    return True


def _tell(address: SplitResult) -> bool:
    """One request; false, and a line in the log, when the cache does not take it."""
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=PATIENCE_S)
    headers = {"Content-Length": "0"}
    if settings.FRONT_CACHE_TOKEN:
        headers["Authorization"] = f"Bearer {settings.FRONT_CACHE_TOKEN}"
    try:
        connection.request(settings.FRONT_CACHE_METHOD, address.path or "/", headers=headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as problem:
        log.warning("the cache at %s is away: %s", address.netloc, type(problem).__name__)
        return False
    finally:
        connection.close()
    if status >= 300:
        log.warning("the cache at %s answered %s", address.netloc, status)
        return False
    return True
