"""The protocol of a jury that has finished: numbers, totals and places, without any author."""

from __future__ import annotations

from fractions import Fraction

from django.conf import settings
from django.utils import translation

from core.i18n.dates import hour, long_date
from core.i18n.typography import typeset
from plebiscite.models import Jury
from plebiscite.printing import typeset_pdf
from plebiscite.selectors.judging import protocol_rows

#: The language of the procedure, as of every document of the commission.
LANGUAGE = "pl"


def protocol(jury: Jury) -> bytes:
    """The protocol as PDF."""
    with translation.override(LANGUAGE):
        return typeset_pdf("protocol", contents(jury))


def contents(jury: Jury) -> dict[str, object]:
    """Everything printed, as texts."""
    rows = protocol_rows(jury)
    assert jury.closed_at is not None
    chosen = ", ".join(str(row["number"]) for row in rows if row["is_chosen"])
    is_shortlist = jury.effect == Jury.Effect.SHORTLIST
    outcome = "Pod głosowanie trafiają prace" if is_shortlist else "Jury poleca prace"
    return {
        "title": typeset(f"Protokół jury: {jury.plebiscite.title}", LANGUAGE),
        "facts": [
            f"Ocenianie zakończono {long_date(jury.closed_at)}, {hour(jury.closed_at)}.",
            typeset(
                "Prace oceniano pod numerami wylosowanymi przez platformę. "
                "Jury nie widziało danych autorów.",
                LANGUAGE,
            ),
        ],
        "jurors": [str(juror) for juror in jury.jurors.all()],
        "criteria": [[one.name_pl, str(one.weight), f"0–{one.top}"] for one in jury.criteria.all()],
        "rule": typeset(
            "Wynik pracy to średnia jej arkuszy, od 0 do 100. Arkusz: suma iloczynów wagi i ułamka "
            "największej liczby punktów, podzielona przez sumę wag. Liczono na ułamkach, bez "
            "zaokrągleń; w nawiasie stoi dokładny ułamek.",
            LANGUAGE,
        ),
        "works": [
            [
                str(row["place"] or "–"),
                str(row["number"]),
                typeset(row["title"], LANGUAGE),
                written(row["total"]),
                str(row["sheets"]),
                str(row["conflicts"]),
            ]
            for row in rows
        ],
        "outcome": typeset(f"{outcome} o numerach: {chosen}.", LANGUAGE),
        "signatures": [
            "Podpis osoby, która zaproponowała zakończenie",
            "Podpis osoby, która je potwierdziła",
        ],
        "site": settings.WAGTAIL_SITE_NAME,
    }


def written(total: Fraction | None) -> str:
    """A total with two decimals, halves up, and the exact fraction."""
    if total is None:
        return "–"
    hundredths = (total.numerator * 200 + total.denominator) // (2 * total.denominator)
    rounded = f"{hundredths // 100},{hundredths % 100:02d}"
    if total.denominator == 1:
        return rounded
    return f"{rounded} ({total.numerator}/{total.denominator})"
