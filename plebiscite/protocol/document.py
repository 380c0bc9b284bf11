"""The protocol as a tagged PDF (PDF/UA-1), in Polish, from the count that is stored.

Data goes to the typesetter as JSON and is never part of its program, so no title of a work can
change what the document does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from core.i18n.dates import hour, long_date
from core.i18n.typography import typeset
from plebiscite.models import Count, Plebiscite
from plebiscite.phases import PlebisciteState

SOURCE = Path(__file__).with_name("protocol.typ")
LANGUAGE = "pl"


def render(context: dict[str, Any]) -> bytes:
    """The PDF for the context of a results page (`plebiscite.selectors.results_context`)."""
    with translation.override(LANGUAGE):
        data = contents(context)
    pdf: bytes = typst.compile(
        str(SOURCE),
        root=str(SOURCE.parent),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    return pdf


def contents(context: dict[str, Any]) -> dict[str, Any]:
    """Everything printed, as texts, in the active language."""
    plebiscite: Plebiscite = context["plebiscite"]
    stored = Count.objects.filter(plebiscite=plebiscite).order_by("number").last()
    assert stored is not None
    return {
        "title": typeset(plebiscite.title_pl, LANGUAGE),
        "question": typeset(plebiscite.question_pl, LANGUAGE),
        "site": settings.WAGTAIL_SITE_NAME,
        "example": _("Example: everything here is invented.") if plebiscite.is_example else "",
        "state": _state(plebiscite),
        "facts": _facts(context),
        "outcome": _outcome(context),
        "columns": [_("Work"), str(context["words"]), _("Share")],
        "lines": [
            [typeset(one.label, LANGUAGE), str(one.votes), _percent(one.share)]
            for one in context["lines"]
        ],
        "rounds": [
            {
                "title": _("Round %(number)d") % {"number": step["number"]},
                "rows": [
                    [typeset(row["line"].label, LANGUAGE), str(row["votes"]), _fate(row)]
                    for row in step["rows"]
                ],
                "exhausted": _("Ballots without a further choice: %(number)d")
                % {"number": step["exhausted"]},
            }
            for step in context["rounds"]
        ],
        "round_columns": [_("Work"), _("Votes"), ""],
        "invalid": [[reason, str(number)] for reason, number in context["invalid_rows"]],
        "channels": [[label, str(number)] for label, number in context["channels"]],
        "hashes": [
            [_("Engine of the count"), stored.engine],
            [_("SHA-256 of the ballots"), bytes(stored.input_sha256).hex()],
            [_("SHA-256 of the result"), bytes(stored.result_sha256).hex()],
            [_("SHA-256 of the manifest"), bytes(plebiscite.manifest.sha256).hex()],
        ],
        "headings": {
            "protocol": _("Protocol of the result"),
            "outcome": _("Result"),
            "numbers": _("Votes for all works"),
            "rounds": _("Round by round"),
            "invalid": _("Invalid ballots"),
            "turnout": _("Turnout"),
            "check": _("For checking"),
            "signatures": _("Signatures of the commission"),
        },
    }


def _state(plebiscite: Plebiscite) -> str:
    if plebiscite.state == PlebisciteState.CERTIFIED:
        return _("The result is final.")
    day = long_date(plebiscite.objections_until)
    return _("The result is not final: objections can be raised until %(day)s.") % {"day": day}


def _facts(context: dict[str, Any]) -> list[list[str]]:
    plebiscite, count = context["plebiscite"], context["count"]
    opens, closes = plebiscite.voting_opens_at, plebiscite.voting_closes_at
    span = f"{long_date(opens)}, {hour(opens)} – {long_date(closes)}, {hour(closes)}"
    facts = [
        [_("Voting"), span],
        [_("Method"), str(plebiscite.get_method_display())],
        [_("ballots cast"), str(count["cast"])],
        [_("valid ballots"), str(count["valid"])],
        [_("of these blank"), str(count["blank"])],
        [_("invalid ballots"), str(context["invalid"])],
    ]
    if context["quorum"]:
        facts.append([_("needed by the rules"), str(context["quorum"])])
        facts.append([_("ballots without void paper cards"), str(count["for_quorum"])])
    return facts


def _outcome(context: dict[str, Any]) -> list[str]:
    sentences = []
    if not context["count"]["is_binding"]:
        sentences.append(_("Too few people voted."))
    for line in context["winners"]:
        name = typeset(line.label, LANGUAGE)
        sentences.append(_("“%(name)s” wins") % {"name": name})
    if context["tied"]:
        names = ", ".join(typeset(line.label, LANGUAGE) for line in context["tied"])
        tied = _("These works have equally many votes:")
        sentences.append(f"{tied} {names}.")
    return sentences or [_("Nobody wins")]


def _fate(row: dict[str, Any]) -> str:
    if row["is_in"]:
        return _("wins")
    if row["is_tied"]:
        return _("tied")
    return _("leaves") if row["is_out"] else ""


def _percent(value: Any) -> str:
    return f"{value}".replace(".", ",") + " %"
