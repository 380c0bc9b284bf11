"""Organisations of the project as open data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.ports import DataColumn, Dataset
from directory.models import Organisation


def rows() -> Iterator[dict[str, Any]]:
    """Those that take part in the project; nothing about people."""
    for one in Organisation.objects.of_project().order_by("slug"):
        yield {
            "identyfikator": str(one.uuid),
            "nazwa": one.name_pl,
            "rola": one.kind,
            "forma_prawna": one.legal_form,
            "miejscowosc": one.town,
            "strona": one.website,
            "przyklad": one.is_example,
        }


ORGANISATIONS = Dataset(
    title=_("Organisations"),
    about=_("Organisations that take part in the project."),
    columns=(
        DataColumn(name="identyfikator", type="text", about=_("a code that never changes")),
        DataColumn(name="nazwa", type="text", about=_("name in Polish")),
        DataColumn(name="rola", type="text", about=_("part in the project")),
        DataColumn(name="forma_prawna", type="text", about=_("legal form")),
        DataColumn(name="miejscowosc", type="text", about=_("town")),
        DataColumn(name="strona", type="text", about=_("address of its website")),
        DataColumn(name="przyklad", type="yes/no", about=_("invented to show how the site works")),
    ),
    rows=rows,
)
