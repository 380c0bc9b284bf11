"""What measurements of pages share: a database of their own, and time that is only ours."""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

import django

django.setup()

from django.db import connection, connections
from django.test import Client
from django.test.utils import setup_test_environment

from config.environment import database
from tests import databases
from tests.databases import Databases, pointed_at

MOST_SECONDS, TRIES, ROUNDS = 0.3, 5, 3


@contextmanager
def own_database() -> Iterator[None]:
    """An empty site, dropped afterwards."""
    url = databases.server_url()
    address = database(url)
    for name in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS"):
        connections.settings["default"][name] = address[name]
    server = Databases(url, f"bench{uuid.uuid4().hex[:6]}")
    name = server.clone(server.template())
    try:
        with pointed_at(name):
            setup_test_environment()
            yield
    finally:
        server.drop(name)


def measure(client: Client, pages: dict[str, str]) -> dict[str, float]:
    """The time of each page, in seconds of the processor, after one try that warms up.

    The mean of several tries, in the quietest of some rounds: a processor that others use too
    takes up to twice as long for the same work.
    """
    found = {}
    for name, url in pages.items():
        client.get(url)
        rounds = []
        for _round in range(ROUNDS):
            start = cpu()
            for _try in range(TRIES):
                response = client.get(url)
                assert response.status_code == 200, (url, response.status_code)
            rounds.append((cpu() - start) / TRIES)
        found[name] = min(rounds)
    return found


def cpu() -> float:
    """What this process and its part of the database have used so far, in seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    # After the name in brackets: fields 14 and 15 of the kernel's table.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def compare(
    client: Client, pages: dict[str, str], fill: Callable[[int, int], None], few: int, many: int
) -> int:
    """Measure with `few` and with `many` rows, print both; 1 if a page is slow or grows.

    `fill(first, last)` makes the rows with these numbers. Slow is more than 300 ms with many
    rows, or more than one and a half of the time with few and 30 ms.
    """
    fill(1, few)
    before = measure(client, pages)
    fill(few + 1, many)
    after = measure(client, pages)
    bad = 0
    for page in pages:
        slow = after[page] > MOST_SECONDS or after[page] > before[page] * 1.5 + 0.03
        bad += slow
        print(
            f"{page:14} {before[page] * 1000:6.0f} ms with {few}, {after[page] * 1000:6.0f} ms "
            f"with {many}{'  TOO SLOW' if slow else ''}"
        )
    return 1 if bad else 0
