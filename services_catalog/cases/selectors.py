"""Reads of cases for pages, lists and the dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.audit.models import AuditEvent
from core.ports import Matter, Platform
from core.references import reference
from services_catalog.cases import states
from services_catalog.cases.models import CaseMessage, ServiceRequest
from services_catalog.cases.permissions import may_work
from services_catalog.selectors.services import translations


def service_name(case: ServiceRequest, language: str) -> str:
    """The service's name in a language, in Polish where it has no translation."""
    text = translations(language, case.service).get(case.service.translation_key)
    return (text or case.service).name


@dataclass(frozen=True)
class Entry:
    """One thing that happened: a message, or a change of state."""

    at: datetime
    kind: str
    text: str
    is_internal: bool = False
    who: str = ""

    @property
    def is_state(self) -> bool:
        return self.kind == "state"

    @property
    def is_requester(self) -> bool:
        return self.kind == "requester"


def timeline(case: ServiceRequest, *, for_staff: bool = False) -> list[Entry]:
    """What happened, oldest first. Internal notes and names of staff are for staff alone."""
    notes = CaseMessage.objects.filter(case=case).select_related("staff")
    if not for_staff:
        notes = notes.filter(is_internal=False)
    entries = [
        Entry(
            at=note.created_at,
            kind=note.author,
            text=note.text,
            is_internal=note.is_internal,
            who=str(note.staff) if for_staff and note.staff else "",
        )
        for note in notes
    ]
    target = reference(case)
    events = AuditEvent.objects.filter(object_type=target.type, object_id=target.id)
    entries += [
        Entry(
            at=event.at,
            kind="state",
            text=str(case.machine.label(event.to_state, staff=for_staff)),
        )
        for event in events
        if event.to_state in case.machine.states and event.to_state != event.from_state
    ]
    return sorted(entries, key=lambda entry: entry.at)


def my_cases(user: Any, language: str) -> Iterable[Matter]:
    """A resident's cases for `/sprawy/`."""
    cases = ServiceRequest.objects.of_person(user).select_related("service")[:200]
    with translation.override(language):
        for case in cases:
            yield _matter(case, waits=case.state in {states.WAITING, states.RESOLVED})


def waiting_cases(user: Any, language: str) -> Iterable[Matter]:
    """Cases whose next move is the office's, the most urgent first."""
    if not may_work(user):
        return
    cases = (
        ServiceRequest.objects.visible_to(user)
        .filter(state__in=states.OURS)
        .select_related("service")
        .order_by("due_at")[:50]
    )
    with translation.override(language):
        for case in cases:
            yield Matter(
                platform=Platform.SERVICES,
                kind=_("Case"),
                title=case.service.name,
                url=reverse("services_catalog_cases:inspect", args=[case.pk]),
                number=case.number,
                state=case.staff_state_label,
                due=case.due_at,
                updated_at=case.updated_at,
                waits_for_me=True,
            )


def _matter(case: ServiceRequest, *, waits: bool) -> Matter:
    return Matter(
        platform=Platform.SERVICES,
        kind=_("Request for a service"),
        title=case.service.name,
        url=reverse("services:case", args=[case.pk]),
        number=case.number,
        state=case.state_label,
        action=_("Read and answer") if waits else "",
        due=case.due_at if case.state in states.OURS else None,
        updated_at=case.updated_at,
        waits_for_me=waits,
        is_closed=case.is_final,
    )


def is_overdue(case: ServiceRequest, now: datetime) -> bool:
    """Whether the office has let the deadline pass."""
    return case.state in states.OURS and case.due_at < now
