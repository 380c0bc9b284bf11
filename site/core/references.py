"""Pointing at any object without a foreign key: what it is and its id, as two short texts.

Shared rows (events, files, tokens) refer to objects of features they do not know, and outlive
them. A reference is never followed by the database and holds nothing about a person.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Model


class Reference(NamedTuple):
    """`type` is the model's label in lower case, `id` its primary key as text."""

    type: str
    id: str


def reference(obj: Model) -> Reference:
    """The reference of a saved object; of a proxy, that of its model."""
    if obj.pk is None:
        raise ValueError("an object has a reference once it is saved")
    model = obj._meta.concrete_model or type(obj)
    return Reference(model._meta.label_lower, str(obj.pk))
