"""How long lists, weeks and calendars take with 50 000 and with 500 000 bookings.

    python tests/bench/bench_bookings.py [FEW MANY]

Works in a database of its own, which is dropped afterwards. Eight services with
a date a day each and twenty people on it, from three months ahead as far back as it takes. Time is
that of the processor, of this process and of the database's together, so that other work on the
machine does not count.
"""

from __future__ import annotations

import sys

from common import compare, own_database
from django.db import connection
from django.test import Client
from django.urls import reverse

A_DATE = 20
FILL_SLOTS = """
INSERT INTO services_catalog_slot (
    uuid, service_id, provider_id, shares_room, starts_at, ends_at, capacity, booked, held,
    waitlist_max, book_until, cancel_until, note, state, is_edited, cancel_reason, is_by_rule,
    sequence, is_example)
SELECT gen_random_uuid(), (%(services)s)[n %% 8 + 1], %(provider)s, false,
    start, start + interval '1 hour', 24, 20, 0, 5, start, start, '',
    CASE WHEN start > now() THEN 'open' ELSE 'done' END, false, '', false, 0, false
FROM (SELECT n, now() + interval '90 days' - n * interval '3 hours' AS start
      FROM generate_series(%(first)s, %(last)s) n) rows
RETURNING id
"""
FILL_BOOKINGS = """
WITH made AS (
    INSERT INTO services_catalog_booking (
        id, number, slot_id, person_key, channel, language, party_size, state, priority, skips,
        created_at, updated_at, submission_key, is_example)
    SELECT gen_random_uuid(), 'REZ-' || slot.id || '-' || n, slot.id, md5(slot.id || '-' || n),
        'web', 'pl', 1, CASE WHEN slot.state = 'open' THEN 'confirmed' ELSE 'attended' END, 1, 0,
        slot.starts_at - interval '100 days', now(), gen_random_uuid(), false
    FROM services_catalog_slot slot, generate_series(1, 20) n
    WHERE slot.id BETWEEN %(first)s AND %(last)s
    RETURNING id, number
)
INSERT INTO services_catalog_bookingcontact (
    booking_id, name, for_whom, email, phone, pin_hash, pin_tries)
SELECT id, 'Osoba ' || number, '', lower(number) || '@example.org', '', '', 0 FROM made
"""


def fill(first: int, last: int, services: list[int], provider: int) -> None:
    """The bookings with these numbers, on dates of their own."""
    with connection.cursor() as cursor:
        dates = {"first": (first - 1) // A_DATE + 1, "last": last // A_DATE}
        cursor.execute(FILL_SLOTS, {"services": services, "provider": provider, **dates})
        made = [row[0] for row in cursor.fetchall()]
        cursor.execute(FILL_BOOKINGS, {"first": min(made), "last": max(made)})
        for table in ("slot", "booking", "bookingcontact"):
            cursor.execute(f"ANALYZE services_catalog_{table}")


def main(few: int = 50_000, many: int = 500_000) -> int:
    from accounts.roles import Role
    from tests.factories.catalogue import OrganisationFactory, ServiceFactory
    from tests.factories.people import person_with

    with own_database():
        slugs = ["szycie", *(f"usluga-{number}" for number in range(7))]
        services = [ServiceFactory(mode="slots", slug=slug).pk for slug in slugs]
        provider = OrganisationFactory()
        pages = {
            "list": "/admin/rezerwacje/",
            "page 40": "/admin/rezerwacje/?p=40",
            "by number": "/admin/rezerwacje/?q=REZ-99-7",
            "to come": "/admin/rezerwacje/terminy/",
            "staff calendar": reverse("staff_calendar:week"),
            "reports": reverse("staff_calendar:reports"),
            "week": reverse("timetable:week"),
            "hall": reverse("timetable:board"),
            "dates": "/uslugi/szycie/terminy/",
            "calendar file": "/harmonogram/uslugi/szycie.ics",
        }
        client = Client()
        client.force_login(person_with(Role.SERVICE_COORDINATOR))

        def rows(first: int, last: int) -> None:
            fill(first, last, services, provider.pk)

        return compare(client, pages, rows, few, many)


if __name__ == "__main__":
    sys.exit(main(*(int(number) for number in sys.argv[1:3])))
