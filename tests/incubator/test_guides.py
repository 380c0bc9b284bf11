"""The guides name buttons, menus and headings as the product does, and show what they promise."""

import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ["inkubator-koordynator", "inkubator-wnioskodawca"]
LARGEST = 150_000


def words_of_the_product():
    catalogue = polib.pofile(str(ROOT / "site/locale/pl/LC_MESSAGES/django.po"))
    return {text.strip(" .…:?!").casefold() for row in catalogue for text in texts(row)}


def texts(row):
    return [row.msgstr, *row.msgstr_plural.values()]


@pytest.mark.parametrize("name", GUIDES)
def test_every_name_stands_in_the_product(name):
    guide = (ROOT / "docs/przewodniki" / f"{name}.md").read_text(encoding="utf-8")
    named = [
        part.strip(" .…:?!")
        for found in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", guide)
        for part in " ".join(found.split()).split("→")
    ]
    assert len(named) > 10
    known = words_of_the_product()
    assert [part for part in named if part.casefold() not in known] == []


@pytest.mark.parametrize("name", GUIDES)
def test_every_picture_is_there_described_and_small(name):
    folder = ROOT / "docs/przewodniki"
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (folder / f"{name}.md").read_text("utf-8"))
    assert pictures
    for text, path in pictures:
        assert text
        assert 0 < (folder / path).stat().st_size < LARGEST, path
