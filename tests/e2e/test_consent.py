"""Nothing comes from elsewhere before the reader allows it, and without scripts nothing ever."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.helpers import assert_accessible
from tests.e2e.server import Log, Server
from tests.e2e.town import town

SCRIPT = "https://statystyki.example/licz.js"
COUNTER = "document.documentElement.dataset.counted = ''"
FILM = "https://film.example/wstaw/1"
ADDED = {
    "STATISTICS_SCRIPT": SCRIPT,
    "STATISTICS_NAME": "Licznik odwiedzin",
    "STATISTICS_COOKIES": "_licz",
    "EMBED_HOSTS": "film.example",
}


def film_on(path: str) -> None:
    """Puts a film of another site on a page."""
    from wagtail.models import Site

    site = Site.objects.get(is_default_site=True)
    page, _args, _kwargs = site.root_page.specific.route(None, path.strip("/").split("/"))
    film = {"title": "Otwarcie stacji", "url": FILM, "summary": "Film bez słów."}
    page.body.append(("embed", film))
    page.save_revision().publish()


def elsewhere(context: BrowserContext) -> list[str]:
    """The other two hosts; gives what they are asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if route.request.url == SCRIPT:
            route.fulfill(content_type="text/javascript", body=COUNTER)
        else:
            route.fulfill(content_type="text/html", body="film")

    context.route(lambda url: ".example/" in url, answer)
    return asked


def press(page: Page, name: str) -> None:
    """With the keyboard."""
    button = page.get_by_role("button", name=name)
    button.focus()
    page.keyboard.press("Enter")


def test_nothing_loads_before_it_is_allowed(
    server_data: Server, open_context: Callable[..., BrowserContext], request_log: Log
) -> None:
    film_on("/o-projekcie/")
    with town(server_data, **ADDED) as url:
        request_log.own = url.removeprefix("http://")
        context = open_context(width=320)
        asked = elsewhere(context)
        page = context.new_page()
        page.goto(f"{url}/o-projekcie/")
        panel = page.locator("[data-consent]")
        expect(panel).to_be_visible()
        expect(panel).to_contain_text("_licz")
        expect(panel).to_contain_text("film.example")
        look = "(one) => one.className + getComputedStyle(one).background"
        sizes = {button.evaluate(look) for button in panel.locator("[data-allow]").all()}
        assert len(sizes) == 1, "no answer is easier than another"
        assert_accessible(page)
        press(page, "Tylko wymagane")
        expect(panel).to_be_hidden()
        page.reload()
        expect(page.locator("[data-embed]")).to_be_visible()
        expect(panel).to_be_hidden()
        assert asked == []

        # One film, for once.
        press(page, "Pokaż tutaj")
        expect(page.frame_locator("iframe.embed__frame").locator("body")).to_have_text("film")
        assert asked == [FILM]

        # Another choice, and back.
        page.goto(f"{url}/ciasteczka/")
        expect(page.locator("main")).to_contain_text("_licz")
        press(page, "Zmień, co wolno wczytać")
        expect(panel).to_be_focused()
        panel.locator("[name=statistics]").check()
        press(page, "To, co zaznaczone")
        expect(page.locator("html[data-counted]")).to_have_count(1)
        assert asked == [FILM, SCRIPT]
        press(page, "Zmień, co wolno wczytać")
        expect(panel.locator("[name=statistics]")).to_be_checked()
        with page.expect_navigation():
            press(page, "Tylko wymagane")
        expect(page.locator("[data-consent-open]")).to_be_visible()
        assert asked == [FILM, SCRIPT]
        press(page, "Zmień, co wolno wczytać")
        press(page, "Wszystko")
        page.goto(f"{url}/o-projekcie/")
        expect(page.locator("iframe.embed__frame")).to_have_count(1)
        expect(page.locator("html[data-counted]")).to_have_count(1)

        plain = open_context(javascript=False)
        asked = elsewhere(plain)
        page = plain.new_page()
        page.goto(f"{url}/o-projekcie/")
        expect(page.locator("[data-consent]")).to_be_hidden()
        expect(page.locator(f"a[href='{FILM}']")).to_be_visible()
        assert asked == []
    # The other hosts were asked where the reader allowed it, as said above.
    request_log.requests = [one for one in request_log.requests if ".example/" not in one]
