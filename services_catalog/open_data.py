"""The catalogue of services as open data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.ports import DataColumn, Dataset
from services_catalog.selectors.services import live_services


def rows() -> Iterator[dict[str, Any]]:
    """Every published service, in Polish."""
    for one in live_services(settings.LANGUAGE_CODE):
        yield {
            "identyfikator": one.slug,
            "nazwa": one.name,
            "opis": one.summary,
            "dla_kogo": "; ".join(group.name_pl for group in one.groups),
            "koszt": one.cost,
            "adres": settings.WAGTAILADMIN_BASE_URL + one.url,
            "przyklad": one.is_example,
        }


SERVICES = Dataset(
    title=_("Services"),
    about=_("Services that residents can ask for."),
    columns=(
        DataColumn(name="identyfikator", type="text", about=_("a code that never changes")),
        DataColumn(name="nazwa", type="text", about=_("name in Polish")),
        DataColumn(name="opis", type="text", about=_("in one sentence")),
        DataColumn(name="dla_kogo", type="text", about=_("for whom, divided by semicolons")),
        DataColumn(name="koszt", type="text", about=_("cost; empty means free of charge")),
        DataColumn(name="adres", type="text", about=_("address of its page")),
        DataColumn(name="przyklad", type="yes/no", about=_("invented to show how the site works")),
    ),
    rows=rows,
)
