"""A draft on paper: what stands in it now, with what is still missing, marked as a draft."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import ngettext

from core.clock import database_now
from core.i18n.typography import typeset
from incubator import selectors
from incubator.confirmation.document import LANGUAGE, moment_text, organisation_lines, typeset_pdf
from incubator.models import Application
from incubator.services.submission import organisation_data


def render_draft(application: Application) -> bytes:
    """The PDF of a draft, in Polish, the language of the procedure."""
    with translation.override(LANGUAGE):
        data = contents(application)
    return typeset_pdf("draft.typ", data)


def contents(application: Application) -> dict[str, Any]:
    """Everything printed, as texts, in the active language."""
    summary = selectors.summary_of(application)
    missing = len(summary.checked.errors)
    return {
        "call": f"{application.call.name_pl} ({application.call.code})",
        "closes": moment_text(application.closes_at),
        "organisation": organisation_lines(organisation_data(application.organisation)),
        "saved": moment_text(application.draft.saved_at or application.created_at),
        "printed": moment_text(database_now()),
        "standing": ngettext(
            "%(count)d answer is still missing or wrong.",
            "%(count)d answers are still missing or wrong.",
            missing,
        )
        % {"count": missing},
        "steps": [_step(step) for step in summary.steps],
        "files": [
            {"name": info.name, "size": filesizeformat(info.size), "sha256": info.sha256}
            for infos in summary.files.values()
            for info in infos
        ],
        "site": settings.WAGTAIL_SITE_NAME,
    }


def _step(step: selectors.applications.ShownStep) -> dict[str, Any]:
    rows = []
    for answer in step.answers:
        lines = [typeset(line, LANGUAGE) for line in answer.text.splitlines() if line.strip()]
        lines += [info.name for info in answer.files]
        rows.append(
            {
                "question": strip_tags(str(answer.label)),
                "answer": [] if answer.table else lines or ["–"],
                "table": asdict(answer.table) if answer.table else None,
            }
        )
    return {"title": strip_tags(str(step.title)), "rows": rows}
