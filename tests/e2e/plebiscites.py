"""What the browser tests of contests and votes share: people, dates, and the commission's steps."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page

from core.clock import database_now
from plebiscite import clock
from plebiscite.models import Plebiscite
from plebiscite.services import moving
from tests.factories import plebiscite as make

RESIDENT = "mieszkanka@demo.hajnowka.example"
NEIGHBOUR = "mieszkaniec@demo.hajnowka.example"
COMMISSION = "komisja@demo.hajnowka.example"
PASSWORD = "hajnowka-demo"
SECOND = timedelta(seconds=1)


def enter(page: Page, email: str, following: str) -> None:
    """Sign in as a resident does, and arrive at `following`."""
    page.goto(f"/konto/logowanie/?next={following}")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(re.escape(following)))


def begin_voting(plebiscite: Plebiscite) -> Plebiscite:
    """End the call, freeze the ballot paper and open the vote now, for a week."""
    now = database_now()
    Plebiscite.objects.filter(pk=plebiscite.pk).update(
        contest_closes_at=now - 120 * SECOND,
        voting_opens_at=now - 60 * SECOND,
    )
    with clock.shifted(-90 * SECOND):
        plebiscite.refresh_from_db()
        moving.make_keys(plebiscite.pk)
        moving.move(plebiscite, "open_appeals", actor=make.commission())
        make.together(plebiscite, "freeze")
    return moving.catch_up(plebiscite)


def publish(plebiscite: Plebiscite) -> Plebiscite:
    """Close the vote, count, and publish, as if its time had come."""
    plebiscite.refresh_from_db()
    over = plebiscite.voting_closes_at - database_now() + timedelta(hours=1)
    with clock.shifted(over):
        moving.write_down_what_is_due()
        make.together(plebiscite, "count")
        return make.together(plebiscite, "publish")


def by_words(page: Page, **fields: Any) -> None:
    """Fill fields of the main form by their names."""
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(value)


def keep_files_of(server: Any, settings: Any) -> None:
    """Let the test's own process use the keys and pictures of the server."""
    settings.KEYS_DIR = server.var / "keys"
    settings.MEDIA_ROOT = str(server.var / "media")
    settings.PRIVATE_STORAGE = {
        **settings.PRIVATE_STORAGE,
        "OPTIONS": {**settings.PRIVATE_STORAGE["OPTIONS"], "location": server.var / "private"},
    }
