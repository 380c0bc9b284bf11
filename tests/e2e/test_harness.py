"""The browser tests' own tools: do they notice what they are there to notice?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.helpers import assert_accessible, assert_no_horizontal_scrolling
from tests.e2e.server import Log, Server


def test_a_foreign_host_is_noticed(page: Page, request_log: Log) -> None:
    page.set_content('<img src="https://elsewhere.example/pixel.png" alt="">')
    page.wait_for_timeout(200)
    assert request_log.foreign == ["https://elsewhere.example/pixel.png"]
    with pytest.raises(AssertionError, match="other hosts"):
        request_log.check()
    request_log.requests.clear()


def test_an_uncaught_error_is_noticed(page: Page, request_log: Log) -> None:
    page.goto("/healthz")
    page.evaluate("setTimeout(() => { throw new Error('on purpose') })")
    page.wait_for_timeout(200)
    with pytest.raises(AssertionError, match="on purpose"):
        request_log.check()
    request_log.complaints.clear()


def test_what_the_policy_refuses_is_noticed(page: Page, request_log: Log) -> None:
    page.goto("/healthz")
    page.set_content("<img src='data:,' alt=''>")
    page.wait_for_timeout(200)
    with pytest.raises(AssertionError, match="Content Security Policy"):
        request_log.check()
    request_log.complaints.clear()


def test_a_picture_without_text_is_noticed(page: Page) -> None:
    page.set_content("<!doctype html><html lang=pl><title>x</title><main><h1>x</h1><img></main>")
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)


def test_sideways_scrolling_is_noticed(page: Page) -> None:
    page.set_content("<!doctype html><div class=wide style='width:3000px'>x</div>")
    with pytest.raises(AssertionError, match=r"div\.wide"):
        assert_no_horizontal_scrolling(page)


@pytest.mark.xdist_group("the same server twice")
@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_finds_the_demo_untouched(server_data: Server, time: str) -> None:
    from django.contrib.auth.models import Group

    assert not Group.objects.filter(name="left behind").exists()
    Group.objects.create(name="left behind")


def test_the_site_answers_without_javascript(no_js_page: Page) -> None:
    response = no_js_page.goto("/healthz")
    assert response is not None
    assert response.status == 200
