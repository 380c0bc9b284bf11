"""What everybody reads of a vote, above all once it is over: axe, both widths, each theme."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from plebiscite import addresses
from plebiscite.models import Plebiscite
from tests.e2e.plebiscites import keep_files_of, publish
from tests.e2e.server import Server
from tests.e2e.test_pages import faults_of, visit
from tests.factories import plebiscite as make

BENCH, CAFE, VOID, DOORS, COLOUR = (
    addresses.of_plebiscite(slug, "pl")
    for slug in (
        *("lawka-przed-stacja", "nazwa-kawiarni", "kolor-okiennic"),
        *("znak-na-drzwi-poczekalni", "kolor-lawek-na-peronie"),
    )
)
#: The demo has a published choice of one, a final ranking, a vote that is void, one that goes on
#: with its turnout of the days before, and one that has just ended.
READ = (
    DOORS,
    f"{DOORS}glosuj/",
    f"{DOORS}glosuj/kod/",
    COLOUR,
    f"{COLOUR}glosuj/",
    f"{BENCH}wynik/",
    f"{CAFE}wynik/",
    f"{BENCH}przebieg/",
    f"{VOID}przebieg/",
    f"{BENCH}zastrzezenie/",
    f"{CAFE}zastrzezenie/",
    f"{BENCH}znak/",
    f"{BENCH}znak/prosba/",
    f"{CAFE}jak-liczymy/",
    f"{CAFE}dla-audytorow/",
    f"{BENCH}sprawdz/",
    f"{CAFE}sprawdz/",
    VOID,
)
BALLOTS = {
    "approval": [["M1", "M2"], ["M2"], []],
    "points": [{"M1": 3, "M2": 2}, {"M2": 3}, {}],
}


@pytest.fixture(autouse=True)
def _files_of_the_server(server: Server, settings: object) -> None:
    keep_files_of(server, settings)


def published(method: str) -> Plebiscite:
    """A vote by this method, with its result."""
    plebiscite = make.voting(mix_k=2, method=method, max_picks=2, points_total=5, points_cap=3)
    for number, picks in enumerate(BALLOTS[method]):
        make.vote(plebiscite, make.declared(plebiscite, number=number), picks)
    return publish(plebiscite)


def test_pages_of_a_result_are_accessible_and_fit(
    server_data: Server, open_context: Callable[..., BrowserContext]
) -> None:
    others = [addresses.results(published(method).slug, "pl") for method in BALLOTS]
    page = open_context(width=320).new_page()
    found = []
    for path in (*READ, *others):
        visit(page, path)
        assert page.locator("h1").count() == 1, path
        if path == DOORS:
            assert page.locator("main table tfoot").is_visible(), "no turnout to look at"
        found += faults_of(page, path)
    assert not found, "\n".join(found)
