"""How long the staff's lists take with 10 000 and with 100 000 cases.

    python tests/bench/bench_cases.py

Works in a database of its own, which is dropped afterwards. Fails when a page takes more than
300 ms with 100 000 cases, or grows by more than half (and 30 ms) from 10 000 to 100 000. Time is
that of the processor, of this process and of the database's together, so that other work on the
machine does not count.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
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

MOST_SECONDS, TRIES = 0.3, 7
PAGES = {
    "list": "/admin/sprawy/",
    "page 40": "/admin/sprawy/?p=40",
    "one state": "/admin/sprawy/?state=new",
    "overdue": "/admin/sprawy/?overdue=true",
    "by number": "/admin/sprawy/?q=HAJ-2026-009999",
    "by digits": "/admin/sprawy/?q=9999",
    "by words": "/admin/sprawy/?q=potrzeba 9999",
    "by many words": "/admin/sprawy/?q=pros",
    "newest first": "/admin/sprawy/?ordering=-created_at",
}
FILL = """
INSERT INTO services_catalog_servicerequest (
    id, number, service_id, channel, language, text, answers, state, assigned_org_id, priority,
    outcome, public_reason, created_at, due_at, due_resolution_at, warn_at, alarm, closed_at,
    updated_at, submission_key, is_example, legal_hold, version)
SELECT gen_random_uuid(), 'HAJ-2026-' || lpad(n::text, 6, '0') || '-0', %(service)s, 'web', 'pl',
    'Prośba numer ' || n || ', kilka słów o tym, czego potrzeba w domu.', '{}', state,
    CASE WHEN state IN ('in_progress', 'resolved') THEN %(office)s END, 1,
    CASE WHEN state = 'closed' THEN 'done' ELSE '' END, '',
    now() - n * interval '3 minutes', now() - n * interval '3 minutes' + interval '2 days',
    now() - n * interval '3 minutes' + interval '10 days',
    now() - n * interval '3 minutes' + interval '1 day', 3,
    CASE WHEN state = 'closed' THEN now() END, now(), gen_random_uuid(), false, false, 1
FROM (SELECT n, CASE WHEN n %% 50 = 0 THEN 'new' WHEN n %% 51 = 0 THEN 'in_progress'
                     WHEN n %% 52 = 0 THEN 'resolved' ELSE 'closed' END AS state
      FROM generate_series(%(first)s, %(last)s) n) rows
"""


def fill(first: int, last: int, service: int, office: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"service": service, "office": office, "first": first, "last": last})
        cursor.execute("ANALYZE services_catalog_servicerequest")


def measure(client: Client) -> dict[str, float]:
    """The time of each page, in seconds of the processor, after one try that warms up."""
    found = {}
    for name, url in PAGES.items():
        client.get(url)
        start = cpu()
        for _try in range(TRIES):
            response = client.get(url)
            assert response.status_code == 200, (url, response.status_code)
        found[name] = (cpu() - start) / TRIES
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


def main() -> int:
    from accounts.roles import Role
    from tests.factories.catalogue import OrganisationFactory, ServiceFactory
    from tests.factories.people import person_with

    url = databases.server_url()
    address = database(url)
    for name in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS"):
        connections.settings["default"][name] = address[name]
    server = Databases(url, f"bench{uuid.uuid4().hex[:6]}")
    name = server.clone(server.template())
    try:
        with pointed_at(name):
            setup_test_environment()
            service, office = ServiceFactory(), OrganisationFactory(kind="leader")
            client = Client()
            client.force_login(person_with(Role.SERVICE_COORDINATOR))
            fill(1, 10_000, service.pk, office.pk)
            few = measure(client)
            fill(10_001, 100_000, service.pk, office.pk)
            many = measure(client)
    finally:
        server.drop(name)
    bad = 0
    for page in PAGES:
        slow = many[page] > MOST_SECONDS or many[page] > few[page] * 1.5 + 0.03
        bad += slow
        print(
            f"{page:14} {few[page] * 1000:6.0f} ms with 10 000, {many[page] * 1000:6.0f} ms with "
            f"100 000{'  TOO SLOW' if slow else ''}"
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
