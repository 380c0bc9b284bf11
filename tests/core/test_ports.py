"""Every plug of every port, in one place."""

import pytest

from core import ports


def test_what_is_registered():
    assert {
        name: sorted(getattr(ports, name).names())
        for name in (
            "activity",
            "search_source",
            "personal_data",
            "demo",
            "publish_news",
            "jobs",
            "open_data",
            "organisation_merges",
        )
    } == {
        "activity": [
            "home.events",
            "incubator.calls",
            "plebiscite",
            "services_catalog.bookings",
            "services_catalog.services",
        ],
        "search_source": [
            "core.documents",
            "home.pages",
            "incubator.calls",
            "plebiscite.plebiscites",
            "plebiscite.works",
            "services_catalog.services",
        ],
        "personal_data": [
            "accounts",
            "directory",
            "home.letters",
            "home.newsletter",
            "incubator",
            "plebiscite",
            "services_catalog.bookings",
            "services_catalog.cases",
        ],
        "demo": [
            "accounts",
            "directory",
            "home",
            "incubator",
            "pictures",
            "plebiscite",
            "services_catalog",
            "services_catalog.bookings",
            "services_catalog.cases",
            "services_catalog.timetable",
        ],
        "organisation_merges": ["incubator", "services_catalog"],
        "publish_news": ["home"],
        "open_data": ["organizacje", "uslugi", "wskazniki", "wydarzenia", "wyniki-glosowan"],
        "jobs": [
            "accounts.sweep",
            "core.front_cache",
            "core.pictures",
            "core.search",
            "home.declaration",
            "home.letters",
            "home.links",
            "home.newsletter",
            "home.outside_links",
            "home.sharing",
            "home.subscribers",
            "incubator.tidy",
            "plebiscite.bundles",
            "plebiscite.checkpoints",
            "plebiscite.destroy_keys",
            "plebiscite.due",
            "plebiscite.forget",
            "plebiscite.forget_requests",
            "plebiscite.keys",
            "plebiscite.mix",
            "plebiscite.remind",
            "services_catalog.bookings",
            "services_catalog.bookings_check",
            "services_catalog.bookings_erase",
            "services_catalog.cases",
            "services_catalog.digest",
            "services_catalog.erase",
            "services_catalog.timetable",
        ],
    }


def test_a_name_is_taken_once():
    registry = ports.Registry()
    registry.register("one", object())
    with pytest.raises(ValueError, match="registered already"):
        registry.register("one", object())
