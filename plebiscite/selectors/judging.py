"""What jurors, the commission and later everybody read about a jury: numbers, never authors."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from plebiscite import addresses
from plebiscite.jury_states import OPEN, SCORING, SETUP, SUBMITTED
from plebiscite.models import Juror, Jury, JuryScore, JurySheet, JuryWork, Plebiscite
from plebiscite.selectors.works import PictureView, views_of

#: Spreadsheets run what begins so.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
#: Sheets of works that their authors have not withdrawn.
_STILL_IN = Q(work__revision__accepted_as__state="accepted")


@dataclass(frozen=True)
class JudgedWork:
    """A work as a jury sees it."""

    number: int
    title: str
    description: str
    language: str
    kind: str
    theme: str
    pictures: tuple[PictureView, ...]
    url: str


def juror_of(plebiscite: Plebiscite, user: Any) -> Juror | None:
    """The juror that a person is in a contest whose works have been handed out."""
    rows = Juror.objects.select_related("jury").exclude(jury__state=SETUP)
    return rows.filter(jury__plebiscite=plebiscite, user=user).first()


def desk_context(plebiscite: Plebiscite, juror: Juror) -> dict[str, Any]:
    """A juror's works with where each of them stands."""
    sheets = list(
        juror.sheets.filter(_STILL_IN)
        .select_related("work__revision__kind", "work__revision__theme")
        .prefetch_related("work__revision__pictures__file")
        .order_by("work__number")
    )
    return {
        "juror": juror,
        "jury": juror.jury,
        "rows": [{"sheet": sheet, "work": judged_work(plebiscite, sheet.work)} for sheet in sheets],
        "left": sum(sheet.state == OPEN for sheet in sheets),
        "criteria": list(juror.jury.criteria.all()),
    }


def find_sheet(juror: Juror, number: int) -> JurySheet | None:
    """A juror's sheet by the number of the work."""
    rows = juror.sheets.filter(_STILL_IN).select_related(
        "work__revision__kind", "work__revision__theme", "juror__jury"
    )
    return rows.filter(work__number=number).first()


def judged_work(plebiscite: Plebiscite, work: JuryWork) -> JudgedWork:
    """A work as a jury sees it."""
    revision = work.revision
    return JudgedWork(
        number=work.number,
        title=revision.title,
        description=revision.description,
        language=revision.language,
        kind=str(revision.kind or ""),
        theme=str(revision.theme or ""),
        pictures=tuple(views_of(revision.pictures.all())),
        url=addresses.jury_sheet(plebiscite.slug, work.number),
    )


def to_judge(user: Any) -> Iterator[tuple[Jury, int]]:
    """Juries that a person is in and that are judging, each with the number of open sheets."""
    for juror in Juror.objects.filter(user=user, jury__state=SCORING).select_related(
        "jury__plebiscite"
    ):
        yield juror.jury, juror.sheets.filter(_STILL_IN, state=OPEN).count()


def own_scores(user: Any) -> Iterator[dict[str, Any]]:
    """Everything a person has written as a juror."""
    rows = JuryScore.objects.filter(sheet__juror__user=user).select_related(
        "sheet__work__jury__plebiscite", "criterion"
    )
    for score in rows.order_by("sheet_id", "criterion__position"):
        yield {
            "plebiscite": score.sheet.work.jury.plebiscite.slug,
            "work": score.sheet.work.number,
            "criterion": score.criterion.name,
            "points": score.points,
            "comment": score.comment,
        }


def public_jury(plebiscite: Plebiscite) -> dict[str, Any] | None:
    """Who judges, by what, and, once it has finished, with what result."""
    jury = Jury.objects.filter(plebiscite=plebiscite).first()
    if jury is None:
        return None
    return {
        "jury": jury,
        "jurors": list(jury.jurors.all()),
        "criteria": list(jury.criteria.all()),
        "protocol_url": addresses.jury_protocol(plebiscite.slug) if jury.is_closed else "",
    }


def progress(jury: Jury) -> list[dict[str, Any]]:
    """For the commission: how far each juror has come."""
    found = []
    for juror in jury.jurors.prefetch_related("sheets"):
        states = [sheet.state for sheet in juror.sheets.all()]
        found.append(
            {
                "juror": juror,
                "submitted": states.count(SUBMITTED),
                "conflicts": states.count("conflict"),
                "open": states.count(OPEN),
            }
        )
    return found


def scores_csv(jury: Jury) -> str:
    """All points with comments, by juror and number of the work (UTF-8, comma)."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["praca", "juror", "stan", "kryterium", "waga", "punkty", "skala", "uwaga"])
    sheets = (
        JurySheet.objects.filter(juror__jury=jury)
        .select_related("juror", "work")
        .prefetch_related("scores__criterion")
        .order_by("work__number", "juror__name", "pk")
    )
    for sheet in sheets:
        first = [sheet.work.number, _harmless(str(sheet.juror)), sheet.state]
        if sheet.state != SUBMITTED:
            writer.writerow([*first, "", "", "", "", _harmless(sheet.conflict_reason)])
            continue
        for score in sheet.scores.all():
            writer.writerow(
                [
                    *first,
                    _harmless(score.criterion.name_pl),
                    score.criterion.weight,
                    score.points,
                    score.criterion.top,
                    _harmless(score.comment),
                ]
            )
    return target.getvalue()


def protocol_rows(jury: Jury) -> list[dict[str, Any]]:
    """The works with their totals and places, the best first."""
    works = jury.works.select_related("revision").prefetch_related("sheets")
    ranked = sorted(works, key=lambda work: (work.place or 9999, work.number))
    return [
        {
            "number": work.number,
            "title": work.revision.title,
            "place": work.place,
            "total": work.total,
            "sheets": sum(one.state == SUBMITTED for one in work.sheets.all()),
            "conflicts": sum(one.state == "conflict" for one in work.sheets.all()),
            "is_chosen": work.is_chosen,
        }
        for work in ranked
    ]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_DANGEROUS) else text
