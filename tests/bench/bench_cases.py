"""How long the staff's lists take with 10 000 and with 100 000 cases.

    python tests/bench/bench_cases.py

Works in a database of its own, which is dropped afterwards. Fails when a page takes more than
300 ms with 100 000 cases, or grows by more than half (and 30 ms) from 10 000 to 100 000. Time is
that of the processor, of this process and of the database's together, so that other work on the
machine does not count.
"""

from __future__ import annotations

import sys

from common import compare, own_database
from django.db import connection
from django.test import Client

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


def main() -> int:
    from accounts.roles import Role
    from tests.factories.catalogue import OrganisationFactory, ServiceFactory
    from tests.factories.people import person_with

    with own_database():
        service, office = ServiceFactory(), OrganisationFactory(kind="leader")
        client = Client()
        client.force_login(person_with(Role.SERVICE_COORDINATOR))

        def rows(first: int, last: int) -> None:
            fill(first, last, service.pk, office.pk)

        return compare(client, PAGES, rows, 10_000, 100_000)


if __name__ == "__main__":
    sys.exit(main())
