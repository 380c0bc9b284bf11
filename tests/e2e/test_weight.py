"""What the first visit costs, over the wire and in the window, on the site as a town runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession

from tests.e2e.server import Server
from tests.e2e.town import town

KB = 1000
WITHOUT_PICTURES = 150 * KB
WITH_PICTURES = 500 * KB
ADDRESSES = ("/", "/uslugi/", "/uslugi/wspolny-stol/", "/aktualnosci/", "/o-projekcie/")
SHIFTS = """() => new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({type: "layout-shift", buffered: true});
    requestAnimationFrame(() => setTimeout(() => resolve(sum), 100));
})"""


@pytest.fixture
def address(server: Server, request_log: Any) -> Iterator[str]:
    with town(server) as url:
        request_log.own = url.removeprefix("http://")
        yield url


class Transfer:
    """Bytes as they came, headers included, by kind of resource."""

    def __init__(self, session: CDPSession) -> None:
        self.kinds: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.sizes: dict[str, float] = {}
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.responseReceived", self._on_response)
        session.on("Network.loadingFinished", self._on_finished)

    def _on_response(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]
        self.names[event["requestId"]] = event["response"]["url"]

    def _on_finished(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def total(self, *, pictures: bool) -> float:
        return sum(
            size
            for request, size in self.sizes.items()
            if pictures or self.kinds.get(request) != "Image"
        )

    def __str__(self) -> str:
        rows = sorted(((size, self.names.get(key, "")) for key, size in self.sizes.items()))
        return "\n".join(f"{size / KB:8.1f} kB  {name}" for size, name in reversed(rows))


def test_the_first_view_is_light_and_nothing_moves(
    address: str, open_context: Callable[..., BrowserContext]
) -> None:
    for width, scale in ((320, 3), (1280, 1), (1280, 2)):
        for path in ADDRESSES:
            context = open_context(width=width, device_scale_factor=scale)
            page = context.new_page()
            transfer = Transfer(context.new_cdp_session(page))
            page.goto(f"{address}{path}", wait_until="networkidle")
            where = f"{path} at {width} px × {scale}\n{transfer}"
            assert transfer.total(pictures=False) <= WITHOUT_PICTURES, where
            assert transfer.total(pictures=True) <= WITH_PICTURES, where
            assert page.evaluate(SHIFTS) == 0, f"{path} at {width} px shifts"
            context.close()


LETTERS = (
    "aąbcćdeęfghijklłmnńoóprsśtuwyzźż qvx àèéìòù "
    "абвгдеёжзійклмнопрстуўфхцчшыьэюя ’„”«»–—… 0123456789 §%"
)
WRITE = """([family, letters]) => {
    const one = document.createElement("p");
    one.id = "letters";
    one.style.fontFamily = getComputedStyle(document.documentElement).getPropertyValue(family);
    one.textContent = letters;
    document.body.replaceChildren(one);
    return document.fonts.ready.then(() => true);
}"""


def test_every_letter_of_our_languages_is_drawn_by_our_typefaces(
    address: str, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context().new_page()
    session = page.context.new_cdp_session(page)
    for family, name in (("--font-sign", "Jost"), ("--font-text", "Golos Text")):
        page.goto(f"{address}/be/", wait_until="networkidle")
        for letters in (LETTERS, LETTERS.upper()):
            page.evaluate(WRITE, [family, letters])
            session.send("DOM.enable")
            session.send("CSS.enable")
            root = session.send("DOM.getDocument")["root"]["nodeId"]
            node = session.send("DOM.querySelector", {"nodeId": root, "selector": "#letters"})
            found = session.send("CSS.getPlatformFontsForNode", node)["fonts"]
            drawn = {one["familyName"]: one["glyphCount"] for one in found}
            assert set(drawn) == {name}, f"{name}: {drawn}"


def test_pictures_have_sizes_and_those_below_the_window_wait(
    address: str, open_context: Callable[..., BrowserContext]
) -> None:
    for width in (320, 1280):
        page = open_context(width=width, height=700).new_page()
        for path in ("/", "/aktualnosci/", "/budynek/", "/aktualnosci/umowa-podpisana/"):
            page.goto(f"{address}{path}")
            pictures = page.evaluate(
                """() => [...document.querySelectorAll("img")].map((one) => ({
                    name: one.currentSrc || one.src,
                    sized: one.hasAttribute("width") && one.hasAttribute("height"),
                    below: one.getBoundingClientRect().top > 2 * window.innerHeight,
                    lazy: one.loading === "lazy",
                }))"""
            )
            assert all(one["sized"] for one in pictures), (path, pictures)
            assert all(one["lazy"] for one in pictures if one["below"]), (path, pictures)


def test_files_are_compressed_and_kept_for_ever_and_pages_are_asked_for_anew(
    address: str, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context().new_page()
    seen = {}
    page.on("response", lambda response: seen.setdefault(response.url, response))
    page.goto(f"{address}/", wait_until="networkidle")
    document = seen.pop(f"{address}/")
    assert document.header_value("content-encoding") == "br"
    assert "max-age=0" in (document.header_value("cache-control") or "")
    assert not document.header_value("set-cookie")
    for url, response in seen.items():
        if "/static/" not in url:
            continue
        assert "immutable" in (response.header_value("cache-control") or ""), url
        if url.endswith((".css", ".js", ".svg")):
            assert response.header_value("content-encoding") in {"br", "gzip"}, url
