"""What everybody reads once a vote is over: axe, both widths, light and dark, one visit each."""

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

BENCH, CAFE, VOID = (
    addresses.of_plebiscite(slug, "pl")
    for slug in ("lawka-przed-stacja", "nazwa-kawiarni", "kolor-okiennic")
)
#: The demo has a published choice of one, a final ranking, and a vote that is void.
READ = (
    f"{BENCH}wynik/",
    f"{CAFE}wynik/",
    f"{BENCH}przebieg/",
    f"{VOID}przebieg/",
    f"{BENCH}zastrzezenie/",
    f"{CAFE}zastrzezenie/",
    f"{BENCH}znak/",
    f"{BENCH}znak/prosba/",
    f"{CAFE}jak-liczymy/",
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
        found += faults_of(page, path)
    assert not found, "\n".join(found)
