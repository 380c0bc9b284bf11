"""The documents: every link and picture in them leads somewhere, and pictures are small."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
PICTURES = sorted(one for one in DOCS.rglob("*") if one.suffix in {".webp", ".png", ".jpg"})
#: A guide with ten of them opens on a slow line too.
LARGEST = 150_000

LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def text_of(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)


def anchors_of(page: Path) -> set[str]:
    """What its headings are called in an address."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", text_of(page), re.M):
        words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(words.replace(" ", "-"))
    return found


def problems_of(page: Path) -> list[str]:
    """What does not lead anywhere, or has no words for who does not see it."""
    found = []
    for is_picture, words, target in LINK.findall(text_of(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _hash, anchor = unquote(target).partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists():
            found.append(f"{target}: no such file")
        elif anchor and there.suffix == ".md" and anchor not in anchors_of(there):
            found.append(f"{target}: no such heading")
        if is_picture and not words.strip():
            found.append(f"{target}: no alternative text")
    return found


@pytest.mark.parametrize("document", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_links_and_pictures_are_there(document: Path) -> None:
    assert problems_of(document) == []


def test_what_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Tu\n[a](#tu) [b](#tam) [c](x.md) ![](x.webp) [d](https://e.pl)\n")
    assert problems_of(page) == [
        "#tam: no such heading",
        "x.md: no such file",
        "x.webp: no such file",
        "x.webp: no alternative text",
    ]


def test_every_picture_is_shown_somewhere_and_is_small() -> None:
    shown = "".join(page.read_text() for page in PAGES)
    assert PICTURES
    for picture in PICTURES:
        assert picture.name in shown, f"{picture} is shown nowhere"
        assert picture.stat().st_size < LARGEST, picture
