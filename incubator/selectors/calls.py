"""Calls as visitors see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from core.clock import database_now
from core.i18n.dates import hour, long_date
from forms.rendering import in_own_language
from forms.types import registry
from incubator.eligibility import legal_forms_of
from incubator.models import Call, CallAmendment, CriterionKind, ForWhom, Phase


@dataclass
class CallView:
    """A call at one moment of the database's clock, in the active language."""

    call: Call
    now: datetime
    #: For whom: an organisation may have more time than others.
    organisation_id: int | None = None

    @property
    def phase(self) -> Phase:
        found = self.call.phase_at(self.now)
        if found == Phase.CLOSED and not self.is_annulled and self.now < self.closes_at:
            return Phase.OPEN
        return found

    @cached_property
    def closes_at(self) -> datetime:
        return self.call.closes_for(self.organisation_id)

    @property
    def is_annulled(self) -> bool:
        return self.call.annulled_at is not None

    @property
    def is_extended(self) -> bool:
        return self.closes_at > self.call.closes_at

    @property
    def is_open(self) -> bool:
        return self.phase == Phase.OPEN

    @property
    def is_planned(self) -> bool:
        return self.phase == Phase.PLANNED

    @property
    def is_closed(self) -> bool:
        return self.phase == Phase.CLOSED

    @property
    def opens(self) -> str:
        return moment(self.call.opens_at)

    @property
    def closes(self) -> str:
        return moment(self.closes_at)

    @property
    def closes_iso(self) -> str:
        """The close for scripts, in whole seconds."""
        return timezone.localtime(self.closes_at).isoformat(timespec="seconds")

    @property
    def fallback_language(self) -> dict[str, Any] | None:
        """The language of the text, when it is not the reader's."""
        language = get_language() or settings.LANGUAGE_CODE
        if getattr(self.call, f"name_{language}", None):
            return None
        info: dict[str, Any] = dict(get_language_info(settings.LANGUAGE_CODE))
        return info


def moment(value: datetime) -> str:
    """Day and hour in Hajnówka with the name of its time, as “4 December 2026, 15:00 (CET)”."""
    local = timezone.localtime(value)
    return _("%(day)s, %(hour)s (%(zone)s)") % {
        "day": long_date(local),
        "hour": hour(local),
        "zone": f"{local:%Z}",
    }


#: What is shown on the page as a whole, so that an amendment says only that it changed.
IN_FULL = ("regulations", "legal_forms", "needs_patron", "criteria", "attachments")


def shown_amendment(row: CallAmendment) -> dict[str, Any]:
    """A change of a call in words: what it was, what it is, why and since when."""
    labels = {
        "closes_at": _("Close of the call"),
        "decision_due": _("Decision until"),
        "seats": _("Places"),
        "regulations": _("Regulations"),
        "legal_forms": _("Who may apply"),
        "needs_patron": _("Patron of an informal group"),
        "criteria": _("Criteria"),
        "attachments": _("Required attachments"),
    }
    return {
        "what": labels.get(row.what, row.what),
        # Of texts it is said that they changed: they stand on the page as they are now.
        "is_text": row.what in IN_FULL,
        "old": _value_in_words(row.what, row.old),
        "new": _value_in_words(row.what, row.new),
        "reason": row.reason,
        "when": moment(row.published_at),
    }


def _value_in_words(what: str, text: str) -> str:
    if not text:
        return "–"
    if what == "closes_at":
        return moment(datetime.fromisoformat(text))
    return long_date(date.fromisoformat(text)) if what == "decision_due" else text


def calls_context() -> dict[str, Any]:
    """The calls of the incubator's page: open ones, then planned, then closed."""
    now = database_now()
    views = [CallView(call, now) for call in Call.objects.published()]
    return {
        "open_calls": sorted(
            (view for view in views if view.is_open), key=lambda view: view.call.closes_at
        ),
        "planned_calls": sorted(
            (view for view in views if view.is_planned), key=lambda view: view.call.opens_at
        ),
        "closed_calls": [view for view in views if view.is_closed],
        "server_time": now,
    }


def call_context(slug: str) -> dict[str, Any] | None:
    """One published call and what its form asks; None where there is none."""
    call = Call.objects.published().select_related("form_version").filter(slug=slug).first()
    if call is None:
        return None
    view = CallView(call, database_now())
    return {
        "call": call,
        "view": view,
        "steps": call.form_version.form.steps,
        "amendments": [shown_amendment(row) for row in call.amendments.all()],
        "criteria": _criteria(call),
        "attachments": _attachments(call),
        "legal_forms": legal_forms_of(call),
        "questions": call.questions.exclude(answer=""),
        "fallback_language": view.fallback_language,
        "languages_available": [
            code for code, _name in settings.LANGUAGES if getattr(call, f"name_{code}", "")
        ],
    }


def _criteria(call: Call) -> list[dict[str, Any]]:
    """The criteria by kind, as the page lists them."""
    rows = list(call.criteria.all())
    return [
        {"label": label, "rows": [row for row in rows if row.kind == kind]}
        for kind, label in ((CriterionKind.FORMAL, _("Formal")), (CriterionKind.MERIT, _("Merit")))
        if any(row.kind == kind for row in rows)
    ]


def _attachments(call: Call) -> list[dict[str, Any]]:
    """The files an applicant needs: what the form always asks for, and what the call wants."""
    form = call.form_version.form
    found = {
        field.key: {"label": in_own_language(field.label), "for_whom": ""}
        for field in form.fields.values()
        if registry[field.type].takes_files and field.required and field.visible_when is None
    }
    for row in call.attachments.all():
        if (question := row.question(form)) and row.field_key not in found:
            whom = "" if row.for_whom == ForWhom.ALL else row.get_for_whom_display()
            found[row.field_key] = {"label": in_own_language(question.label), "for_whom": whom}
    return list(found.values())
