"""Reads of cases for pages, lists and the dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.audit.models import AuditEvent
from core.files import files_of
from core.files.models import StoredFile
from core.ports import Matter, Platform
from core.references import reference
from services_catalog.cases import states
from services_catalog.cases.models import CaseMessage, ReplyTemplate, ServiceRequest
from services_catalog.selectors.services import translations

CASE_TYPE, MESSAGE_TYPE = "services_catalog.servicerequest", "services_catalog.casemessage"
#: Acts without a change of state that staff see in the course of a case.
ACTS = frozenset(
    {"assign", "set_priority", "new_pin", "warn", "escalate", "hold", "release", "erase"}
)


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
    files: list[StoredFile] = field(default_factory=list)

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
    files = _files_by_owner(MESSAGE_TYPE, [str(note.pk) for note in notes])
    entries = [
        Entry(
            at=note.created_at,
            kind=note.author,
            text=note.text,
            is_internal=note.is_internal,
            who=str(note.staff) if for_staff and note.staff else "",
            files=files.get(str(note.pk), []),
        )
        for note in notes
    ]
    target = reference(case)
    events = AuditEvent.objects.filter(object_type=target.type, object_id=target.id)
    if for_staff:
        events = events.select_related("person")
    for event in events:
        if event.to_state in case.machine.states and event.to_state != event.from_state:
            text = str(case.machine.label(event.to_state, staff=for_staff))
        elif for_staff and event.verb in ACTS:
            text = str(case.machine.rows(event.verb)[0].label_staff)
        else:
            continue
        who = event.person.label if for_staff and hasattr(event, "person") else ""
        entries.append(Entry(at=event.at, kind="state", text=text, who=who))
    return sorted(entries, key=lambda entry: entry.at)


@dataclass(frozen=True)
class Part:
    """One service of a package, as the resident sees it."""

    name: str
    state: str
    url: str
    number: str


def parts(case: ServiceRequest, language: str) -> list[Part]:
    """The cases of a package that this one keeps together."""
    if case.package_id is None:
        return []
    names = translations(language)
    return [
        Part(
            name=names.get(part.service.translation_key, part.service).name,
            state=part.state_label,
            url=reverse("services:case", args=[part.pk]),
            number=part.number,
        )
        for part in case.children.select_related("service").order_by("number")
    ]


def request_files(case: ServiceRequest) -> list[StoredFile]:
    """What was sent with the request itself."""
    return list(files_of(case))


def public_files(case: ServiceRequest) -> list[StoredFile]:
    """Everything its person may have: of the request and of messages, not of notes."""
    found = list(files_of(case))
    for message in case.messages.filter(is_internal=False):
        found += files_of(message)
    return found


def file_of(case: ServiceRequest, pk: UUID, *, for_staff: bool) -> StoredFile | None:
    """A file of the case or of one of its messages; notes' files are for staff alone."""
    notes = CaseMessage.objects.filter(case=case)
    if not for_staff:
        notes = notes.filter(is_internal=False)
    mine = Q(owner_type=CASE_TYPE, owner_id=str(case.pk))
    of_notes = Q(
        owner_type=MESSAGE_TYPE,
        owner_id__in=[str(number) for number in notes.values_list("pk", flat=True)],
    )
    return StoredFile.objects.filter(mine | of_notes, pk=pk).first()


def _files_by_owner(kind: str, owners: list[str]) -> dict[str, list[StoredFile]]:
    found: dict[str, list[StoredFile]] = {}
    for file in StoredFile.objects.filter(owner_type=kind, owner_id__in=owners):
        found.setdefault(file.owner_id, []).append(file)
    return found


def reply_templates(case: ServiceRequest) -> QuerySet[ReplyTemplate]:
    """Words kept ready for this case's service, and for all."""
    return ReplyTemplate.objects.filter(Q(service=None) | Q(service_id=case.service_id))


def my_cases(user: Any, language: str) -> Iterable[Matter]:
    """A resident's cases for `/sprawy/`."""
    cases = ServiceRequest.objects.of_person(user).select_related("service")[:200]
    with translation.override(language):
        for case in cases:
            yield _matter(case, waits=case.state in {states.WAITING, states.RESOLVED})


def opened_cases(pks: Iterable[UUID]) -> list[Matter]:
    """The cases that private links have opened in a browser, in the active language."""
    cases = ServiceRequest.objects.filter(pk__in=list(pks)).select_related("service")
    return [_matter(case, waits=case.state in {states.WAITING, states.RESOLVED}) for case in cases]


def waiting_cases(user: Any, language: str) -> Iterable[Matter]:
    """Cases that this member of staff can move next, the most urgent first."""
    cases = (
        ServiceRequest.objects.visible_to(user)
        .for_the_next_move_of(user)
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
