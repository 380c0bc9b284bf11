"""A browser whose clock is wrong by hours or days: nothing closes, opens or is counted by it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from core.clock import database_now
from core.i18n.dates import TOWN_TIME
from incubator.models import Call
from plebiscite.codes import new_code
from tests.e2e.plebiscites import keep_files_of
from tests.e2e.test_booth import make_a_stand
from tests.factories import plebiscite as make

DAYS = 30
#: A clock that goes as others do, and is wrong by some milliseconds.
WRONG = """(() => {
    const Real = Date, by = %d;
    globalThis.Date = class extends Real {
        constructor(...given) { if (given.length) super(...given); else super(Real.now() + by); }
        static now() { return Real.now() + by; }
    };
})()"""


@pytest.fixture(autouse=True)
def _files_of_the_server(server, settings):
    keep_files_of(server, settings)


@pytest.fixture
def wrong_page(open_context):
    """A page in a browser whose clock is wrong by so many days."""

    def make(days: float):
        context = open_context(width=320)
        context.add_init_script(WRONG % (days * 86_400_000))
        return context.new_page()

    return make


def test_a_count_down_goes_by_the_clock_of_the_site(server_data, wrong_page):
    call = Call.objects.get(slug="miejsce-w-inkubatorze")
    seen = []
    for days in (0, DAYS, -DAYS, 0.125):
        page = wrong_page(days)
        page.goto(f"/inkubator/nabory/{call.slug}/")
        line = page.locator("[data-countdown]")
        expect(line).to_be_visible()
        told = line.inner_text()
        # The hour it names is ours, to the minute; what is left is the same for everybody.
        hour, minute = (int(one) for one in re.search(r"(\d\d):(\d\d):\d\d", told).groups())
        now = database_now().astimezone(TOWN_TIME)
        assert abs((hour * 60 + minute) - (now.hour * 60 + now.minute)) <= 1, told
        units = (("d", 1440), ("g", 60), ("min", 1))
        left = [(re.search(rf"(\d+)\s{name}", told), size) for name, size in units]
        seen.append(sum(int(one[1]) * size for one, size in left if one))
    assert min(seen) > 0
    assert max(seen) - min(seen) <= 1, seen


def test_a_stand_is_cleared_after_a_minute_whatever_its_clock_does(server_data, open_page, sign_in):
    code = new_code()
    plebiscite = make.voting(codes=[code, new_code()])
    page = open_page(width=768)
    page.clock.install()
    make_a_stand(page, sign_in, plebiscite)
    page.locator("#code").fill(code)
    page.locator("main form button[type=submit]").click()
    page.locator("#pick-M2").check()
    # Somebody, or a time server, puts the tablet's clock back by a day.
    page.evaluate(
        "(() => { const real = Date.now.bind(Date); Date.now = () => real() - 864e5; })()"
    )
    page.clock.run_for(62_000)
    expect(page.locator("#code")).to_have_value("")
    expect(page.locator("#pick-M2")).to_have_count(0)
