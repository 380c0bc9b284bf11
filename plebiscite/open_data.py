"""Totals of published votes as open data. Ballots are in the audit bundle of each vote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.ports import DataColumn, Dataset
from plebiscite.models import Plebiscite
from plebiscite.phases import PUBLISHED
from plebiscite.selectors.results import latest_count, lines


def rows() -> Iterator[dict[str, Any]]:
    """A row per work of every vote whose result is published."""
    for one in Plebiscite.objects.public().filter(state__in=PUBLISHED).order_by("published_at"):
        count = latest_count(one)
        if count is None:
            continue
        for line in sorted(lines(one, count), key=lambda row: row.work.label_number):
            yield {
                "glosowanie": one.slug,
                "tytul_glosowania": one.title_pl,
                "opublikowano": one.published_at,
                "numer": line.work.label_number,
                "tytul": line.work.title,
                "glosy": line.votes,
                "udzial_procent": line.share,
            }


TOTALS = Dataset(
    title=_("Results of votes"),
    about=_(
        "How many votes each work got in every vote whose result is published. Single votes are "
        "in the audit bundle of each vote."
    ),
    columns=(
        DataColumn(name="glosowanie", type="text", about=_("a code that never changes")),
        DataColumn(name="tytul_glosowania", type="text", about=_("title of the vote in Polish")),
        DataColumn(name="opublikowano", type="moment", about=_("when the result was published")),
        DataColumn(name="numer", type="number", about=_("number of the work on the ballot")),
        DataColumn(name="tytul", type="text", about=_("title of the work")),
        DataColumn(name="glosy", type="number", about=_("votes or points")),
        DataColumn(name="udzial_procent", type="number", about=_("share in per cent")),
    ),
    rows=rows,
)
