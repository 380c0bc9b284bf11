"""What browser tests say about a page."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (320, 768, 1280)
THEMES = ("light", "dark")
RULES = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
]

#: Run a test at the three widths the look is made for: `def test_x(open_page, width)`.
at_every_width = pytest.mark.parametrize("width", WIDTHS)
#: Run a test in the light and the dark theme: `def test_x(open_page, theme)`.
in_both_themes = pytest.mark.parametrize("theme", THEMES)
#: Run a test with and without JavaScript: `def test_x(open_page, javascript)`.
with_and_without_javascript = pytest.mark.parametrize(
    "javascript", [True, False], ids=["js", "nojs"]
)
#: Run a test in each width, each theme, and with and without JavaScript:
#: `def test_x(open_page, window)`, `open_page(**window)`.
in_every_window = pytest.mark.parametrize(
    "window",
    [
        {"width": 320, "theme": "dark", "javascript": True},
        {"width": 320, "theme": "light", "javascript": False},
        {"width": 768, "theme": "light", "javascript": True},
        {"width": 1280, "theme": "dark", "javascript": False},
    ],
    ids=lambda window: (
        f"{window['width']}-{window['theme']}-{'js' if window['javascript'] else 'nojs'}"
    ),
)


def assert_accessible(page: Page, *, exclude: list[str] | None = None) -> None:
    """Fail on any violation that axe finds (WCAG 2.2 AA and its best practice), and on
    horizontal scrolling.

    `exclude` takes selectors of parts that are not ours (Wagtail's own admin, say). Needs a page
    with JavaScript, as axe is a script.
    """
    wait_until_still(page)
    context: dict[str, Any] | None = {"exclude": exclude} if exclude else None
    # What passes is not listed, and style sheets are not fetched once more (none of these rules
    # asks for them): less than half the time.
    options = {
        "runOnly": {"type": "tag", "values": RULES},
        "resultTypes": ["violations"],
        "preload": False,
    }
    results = Axe().run(page, context=context, options=options)
    found = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(f"    {node['target']}  {node['html'][:160]}" for node in violation["nodes"])
        for violation in results.response["violations"]
    ]
    assert not found, f"axe on {page.url}:\n" + "\n".join(found)
    assert_no_horizontal_scrolling(page)


def wait_until_still(page: Page) -> None:
    """Wait until everything that fades or slides has arrived: half-way its colours are nobody's."""
    page.wait_for_load_state("load")  # what is not there yet cannot be waited for
    page.evaluate(
        """async () => {
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            const moving = () => document.getAnimations().filter((one) =>
                one.playState === "running" &&
                Number.isFinite(one.effect.getComputedTiming().endTime));
            // Wagtail's messages wait, unseen, until the whole page has loaded.
            const unseen = () => [...document.querySelectorAll(".messages > ul")].some(
                (one) => getComputedStyle(one).opacity !== "1");
            const until = performance.now() + 10000;
            await frame();
            await frame();
            while (unseen() && performance.now() < until) await frame();
            for (let now = moving(); now.length; now = moving()) {
                await Promise.allSettled(now.map((one) => one.finished));
                await frame();
            }
        }"""
    )


def assert_no_horizontal_scrolling(page: Page) -> None:
    """Fail when the page is wider than its window; names what sticks out."""
    wide = page.evaluate(
        """() => {
            const root = document.scrollingElement;
            if (root.scrollWidth <= root.clientWidth) return [];
            return [...document.querySelectorAll("body *")]
                .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 0.5)
                .slice(0, 8)
                .map((one) => `${one.tagName.toLowerCase()}.${one.className}`);
        }"""
    )
    assert not wide, f"{page.url} scrolls sideways at {page.viewport_size}: {wide}"
