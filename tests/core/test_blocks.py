"""Blocks refuse what would be inaccessible."""

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from core.blocks import BodyBlock, CardBlock, DataTableBlock


def stream(*blocks):
    return BodyBlock().to_python(
        [{"type": kind, "value": value, "id": str(i)} for i, (kind, value) in enumerate(blocks)]
    )


def test_a_subheading_needs_a_heading_above_it():
    value = stream(("subheading", "Za wcześnie"), ("heading", "Dział"))
    with pytest.raises(ValidationError) as error:
        BodyBlock().clean(value)
    assert 0 in error.value.block_errors


def test_a_subheading_under_a_heading_is_fine():
    value = stream(("heading", "Dział"), ("subheading", "Poddział"))
    assert len(BodyBlock().clean(value)) == 2


def test_rich_text_has_no_headings_or_pictures_of_its_own():
    features = BodyBlock().child_blocks["paragraph"].features
    assert not {feature for feature in features if feature.startswith("h") or feature == "image"}


def test_a_table_needs_a_caption():
    table = {"data": [["a", "b"], ["1", "2"]], "table_header_choice": "row"}
    with pytest.raises(ValidationError):
        DataTableBlock().clean({**table, "table_caption": " "})
    assert DataTableBlock().clean({**table, "table_caption": "Liczby"})


def test_a_card_leads_to_exactly_one_place():
    block = CardBlock()
    with pytest.raises(ValidationError):
        block.clean(block.to_python({"title": "Dokąd", "text": "", "page": None, "url": ""}))
    value = block.to_python(
        {"title": "Tam", "text": "", "page": None, "url": "https://example.org/"}
    )
    assert block.clean(value)["url"] == "https://example.org/"


def test_headings_are_anchors_without_polish_letters():
    block = BodyBlock().child_blocks["heading"]
    assert block.get_context("Łączymy siły")["anchor"] == "laczymy-sily"
    assert block.get_context("Што ў будынку?")["anchor"] == "szto-u-budynku"


def test_no_anchor_stands_twice_on_a_page():
    titles = ["Pytania", "Pytania", "Menu", "Пытанні", "Пытанні", "!!!", "Pytania 2"]
    block = BodyBlock()
    body = block.to_python([{"type": "heading", "value": title} for title in titles])
    html = render_to_string("components/prose.html", {"body": body})
    found = [one.get("id") for one in BeautifulSoup(html, "html.parser").select("h2")]
    assert found == [
        "pytania", "pytania-2", "menu-2", "pytanni", "pytanni-2", None, "pytania-2-2",
    ]  # fmt: skip
