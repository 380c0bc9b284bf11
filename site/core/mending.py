"""Streams of blocks that an import or a hand in the database has broken.

Wagtail trusts what the database holds: one block of a wrong shape, and the whole page is an error.
Here such blocks are left out when a stream is read, readers get the rest, and the editor is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.db import models
from modelcluster.models import get_all_child_relations
from wagtail import blocks
from wagtail.blocks.field_block import ChooserBlock
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.images.blocks import ImageBlock

LINK_TO_NOTHING = re.compile(r"""<a(?=\s[^>]*\blinktype=)(?![^>]*\sid=["']?\d)[^>]*>""")


def is_whole(block: blocks.Block, value: Any) -> bool:
    """Whether a raw value has the shape that a block reads without an error.

    What it refers to may be gone: blocks and templates cope with that themselves.
    """
    if isinstance(block, TableBlock):
        return value is None or (isinstance(value, dict) and _is_table(value.get("data")))
    if isinstance(block, ImageBlock):
        number = value.get("image") if isinstance(value, dict) else value
        return isinstance(value, dict | int) and _is_number(number)
    if isinstance(block, blocks.StructBlock):
        return isinstance(value, dict) and all(
            is_whole(child, value[name])
            for name, child in block.child_blocks.items()
            if name in value
        )
    if isinstance(block, blocks.ListBlock):
        return isinstance(value, list) and all(
            is_whole(
                block.child_block, one["value"] if block._item_is_in_block_format(one) else one
            )
            for one in value
        )
    if isinstance(block, ChooserBlock):
        return _is_number(value)
    if isinstance(block, blocks.IntegerBlock):
        return _is_number(value)
    if isinstance(block, blocks.BooleanBlock):
        return isinstance(value, bool)
    if isinstance(block, blocks.CharBlock | blocks.TextBlock | blocks.RichTextBlock):
        return isinstance(value, str)
    if isinstance(block, blocks.URLBlock | blocks.ChoiceBlock):
        return value is None or isinstance(value, str)
    return True


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _is_table(rows: Any) -> bool:
    return isinstance(rows, list) and all(isinstance(row, list) for row in rows)


def _is_block(stream: blocks.BaseStreamBlock, raw: Any) -> bool:
    if not isinstance(raw, dict) or not {"type", "value"} <= raw.keys():
        return False
    kind = raw["type"]
    # A kind that the site no longer has is Wagtail's to leave out.
    return kind not in stream.child_blocks or is_whole(stream.child_blocks[kind], raw["value"])


class MendingStreamBlock(blocks.StreamBlock):
    """A stream that reads what is whole of what it is given."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(self._whole(value))

    def bulk_to_python(self, values: Any) -> Any:
        return super().bulk_to_python([self._whole(stream) for stream in values])

    def _whole(self, value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                return value  # Wagtail keeps such text and shows nothing
        if isinstance(value, list):
            # Pairs of a kind and a value are what code gives; the database holds dictionaries.
            whole = [one for one in value if isinstance(one, tuple) or _is_block(self, one)]
            return [self._with_links(one) for one in whole]
        return [] if isinstance(value, dict | int | float | str) else value

    def _with_links(self, one: Any) -> Any:
        """The editor of texts fails on a link of ours that does not say to what: it is no link."""
        text = one.get("value") if isinstance(one, dict) else None
        if not isinstance(text, str) or "linktype" not in text:
            return one
        return {**one, "value": LINK_TO_NOTHING.sub("<a>", text)}


def broken_blocks(stream: blocks.BaseStreamBlock, raw: Any) -> Iterator[str]:
    """The names of what is left out of the raw value of a field, as editors know the blocks."""
    while isinstance(raw, str):  # as the column has it, and once more after some imports
        try:
            raw = json.loads(raw)
        except ValueError:
            raw = {}
    if raw is None:
        return
    if not isinstance(raw, list):
        yield "?"
        return
    for one in raw:
        kind = one.get("type") if isinstance(one, dict) else None
        if not _is_block(stream, one) or kind not in stream.child_blocks:
            known = stream.child_blocks.get(kind)
            yield str(known.label) if known else str(kind or "?")


def without_missing(model: Any, data: dict[str, Any]) -> dict[str, Any]:
    """A revision of `model` without protected rows that are gone by now.

    Deleting a room that an event uses is refused; one that only an old version of it used is not,
    and Wagtail cannot read such a version (modelcluster knows no PROTECT). Its reference is
    emptied, and a row of a list that cannot be without it is left out.
    """
    found = dict(data)
    for name in _missing(model, found):
        if model._meta.get_field(name).null:
            found[name] = None
    for relation in get_all_child_relations(model):
        name = relation.get_accessor_name()
        if found.get(name):
            found[name] = [
                row for row in found[name] if not any(_missing(relation.related_model, row))
            ]
    return found


def _missing(model: Any, row: dict[str, Any]) -> Iterator[str]:
    for one in model._meta.fields:
        if one.remote_field is None or one.remote_field.on_delete is not models.PROTECT:
            continue
        key = row.get(one.name)
        if key is not None and not one.related_model._base_manager.filter(pk=key).exists():
            yield one.name
