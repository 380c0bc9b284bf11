"""The HTML of every page of the demo, in every language, read by a strict parser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Tag
from tinyhtml5.parser import HTMLParser
from wagtail.models import Page

from services_catalog.models import Service

MORE = (
    "/uslugi/?dla=seniors&q=dom",
    "/uslugi/?q=nicniema",
    "/uslugi/?strona=2",
    "/szukaj/",
    "/szukaj/?q=swietlica",
    "/szukaj/?q=nicniema",
    "/szukaj/?q=%3Cb%3E%22%27%26",
    "/en/szukaj/?q=swietlica",
    "/it/dostepnosc/",
    "/nie-ma-takiej/",
)
FLOW = (
    "address article aside blockquote details dialog dl div fieldset figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr main nav ol p pre section table ul"
).split()
#: Elements that may hold words and what stands among words, but no blocks.
WORDS_ONLY = (
    "abbr b button cite code em h1 h2 h3 h4 h5 h6 i label mark p pre q s small span strong sub "
    "sup time"
).split()
INTERACTIVE = "a[href], button, details, input:not([type=hidden]), label, select, textarea"
CHILDREN = {
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd", "div"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot", "tr"},
    "tr": {"td", "th"},
    "picture": {"source", "img"},
    "select": {"option", "optgroup"},
}
OBSOLETE = {"align", "bgcolor", "border", "cellpadding", "frameborder", "language", "valign"}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns")


def faults(html: str, soup: BeautifulSoup) -> Iterator[str]:
    """What a validator would say: errors of the parser, then of content and of references."""
    parser = HTMLParser()
    parser.parse(html)
    yield from (f"line {place[0]}: {code} {details}" for place, code, details in parser.errors)
    identifiers = Counter(element["id"] for element in soup.select("[id]"))
    yield from (f"id {name} twice" for name, count in identifiers.items() if count > 1)
    for element in soup.find_all(True):
        yield from _faults_of(element, set(identifiers))
    for image in soup.select("img"):
        if not image.has_attr("alt"):
            yield f"no alternative text: {image}"
        if not (image.get("width") and image.get("height")):
            yield f"no size: {image}"


def _faults_of(element: Tag, identifiers: set[str]) -> Iterator[str]:
    name = element.name
    if name in CHILDREN:
        wrong = {child.name for child in element.find_all(True, recursive=False)} - CHILDREN[name]
        if wrong:
            yield f"<{name}> holds {wrong}"
    if name in WORDS_ONLY and (block := element.find(FLOW)):
        yield f"<{name}> holds <{block.name}>: {str(element)[:100]}"
    if name in {"a", "button"} and (inner := element.select_one(INTERACTIVE)):
        yield f"<{name}> holds <{inner.name}>: {str(element)[:100]}"
    if obsolete := OBSOLETE & set(element.attrs):
        yield f"<{name}> has {obsolete}"
    if any(key.startswith("on") or key == "style" for key in element.attrs):
        yield f"the policy refuses a part of {str(element)[:100]}"
    for key in REFERENCES:
        value = element.get(key) or ""
        for target in value.split() if isinstance(value, str) else value:
            if target not in identifiers:
                yield f"{key} of <{name}> leads to #{target}, which is not there"
    href = element.get("href", "")
    if name == "a" and href.startswith("#") and href[1:] not in identifiers:
        yield f"a link leads to {href}, which is not there"


def addresses() -> list[str]:
    """Every page and every service that has a text of its own, and a page that falls back."""
    pages = Page.objects.live().filter(depth__gte=2, alias_of=None)
    services = Service.objects.live()
    return [
        *(page.url for page in pages),
        *(service.get_absolute_url() for service in services),
        *MORE,
    ]


def test_every_page_of_the_demo_is_valid_and_its_links_lead_somewhere(demo, demo_files, client):
    problems: list[str] = []
    read: dict[str, BeautifulSoup | None] = {}

    def page(path: str) -> BeautifulSoup | None:
        if path not in read:
            answer = client.get(path, follow=True)
            is_html = "html" in answer.get("Content-Type", "")
            if answer.status_code != 200 and "nie-ma" not in path:
                problems.append(f"{path}: {answer.status_code}")
                read[path] = None
            elif not is_html:
                read[path] = BeautifulSoup()
            else:
                html = answer.content.decode()
                read[path] = soup = BeautifulSoup(html, "html.parser")
                problems.extend(f"{path}: {fault}" for fault in faults(html, soup))
        return read[path]

    paths = addresses()
    assert len(paths) > 80
    for start in paths:
        soup = page(start)
        for link in soup.select("main a[href]") if soup else ():
            path, _, anchor = link["href"].partition("#")
            # Choices of the catalogue are walked in tests/services_catalog/test_pages.py.
            if not path.startswith("/") or "?" in path:
                continue
            target = page(path)
            if anchor and target is not None and not target.select_one(f'[id="{anchor}"]'):
                problems.append(f"{start} → {link['href']}: no such place")
    assert not problems, "\n".join(sorted(set(problems))[:60])


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<p><div>x</div></p>", "unexpected-end-tag"),
        ("<ul><p>x</p></ul>", "<ul> holds {'p'}"),
        ("<span><h2>x</h2></span>", "<span> holds <h2>"),
        ('<a href="/"><button>x</button></a>', "<a> holds <button>"),
        ('<i id="a"></i><i id="a"></i>', "id a twice"),
        ('<label for="b">x</label>', "leads to #b"),
        ('<a href="#c">x</a>', "leads to #c"),
        ('<img src="x">', "no alternative text"),
        ('<i style="color: red">x</i>', "the policy refuses"),
    ],
)
def test_a_fault_is_noticed(html, fault):
    page = f"<!doctype html><html lang=pl><head><title>x</title></head><body>{html}</body></html>"
    assert any(fault in found for found in faults(page, BeautifulSoup(page, "html.parser")))
