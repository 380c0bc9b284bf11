"""Everything that changes a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import SYSTEM, Actor
from core.audit import record
from core.audit.models import AuditEvent
from core.clock import database_now
from core.files import claim
from core.files.models import StoredFile
from core.numbers import BadNumber, Scheme, take_number
from core.outbox import queue_mail
from core.references import reference
from core.transitions import Refused, TransitionError, transition
from forms.models import FormVersion
from forms.services import freeze_version
from services_catalog import pins
from services_catalog.cases import clock, erasing, notices, rules, states
from services_catalog.cases.models import (
    CaseMessage,
    Channel,
    PersonalDataView,
    Priority,
    RequestContact,
    ServiceRequest,
)
from services_catalog.models.package import Package
from services_catalog.models.service import Service

NUMBERS = Scheme("HAJ", "-", (4, 6))
#: Moves of a package's case that its unconfirmed parts make with it, and what theirs are called.
WITH_PARTS = {"confirm": "confirm_part", "confirm_for": "confirm_for"}


def open_case(
    service: Service,
    *,
    actor: Any,
    name: str,
    text: str,
    email: str = "",
    phone: str = "",
    on_behalf_of: str = "",
    pin: str = "",
    priority: int = Priority.NORMAL,
    files: Iterable[StoredFile] = (),
    language: str,
    channel: str = Channel.WEB,
    submission_key: UUID,
    is_example: bool = False,
    form_version: FormVersion | None = None,
    answers: Mapping[str, Any] | None = None,
    package: Package | None = None,
    parent: ServiceRequest | None = None,
) -> ServiceRequest:
    """A new case with its number; the same `submission_key` gives the same case again.

    A visitor's address has to be confirmed by a button behind a mailed link, within 72 hours.
    Without an e-mail address, from a signed-in person with that verified address, and when staff
    took it down, the case is confirmed at once. `files` are stored and have no owner yet.
    """
    found = ServiceRequest.objects.filter(submission_key=submission_key).first()
    if found:
        return found
    with transaction.atomic():
        # Two presses of one button: the second waits here and then finds the first one's case.
        locked = Service.objects.select_for_update(of=("self",), no_key=True).get(pk=service.pk)
        found = ServiceRequest.objects.filter(submission_key=submission_key).first()
        if found:
            return found
        now = database_now()
        person = actor if getattr(actor, "is_authenticated", False) else None
        by_staff = channel != Channel.WEB
        is_confirmed = by_staff or not email or (person and person.email.lower() == email.lower())
        case = ServiceRequest(
            service=locked.canonical,
            requester=None if by_staff else person,
            channel=channel,
            language=language,
            text=text,
            priority=priority,
            state=states.NEW if is_confirmed else states.UNCONFIRMED,
            submission_key=submission_key,
            is_example=is_example,
            form_version=form_version,
            answers=dict(answers or {}),
            package=package,
            parent=parent,
        )
        if form_version is not None:
            freeze_version(form_version)
        clock.start(case, now)
        case.number = take_number(NUMBERS, timezone.localtime(now).year)
        case.save(force_insert=True)
        RequestContact.objects.create(
            case=case, name=name, email=email.lower(), phone=phone, on_behalf_of=on_behalf_of,
            pin_hash=make_password(pin) if pin else "",
        )  # fmt: skip
        for file in files:
            claim(file, case)
        record(case, "open", actor=actor, to_state=case.state)
        if email and parent is None:
            _welcome(case, email, is_confirmed=bool(is_confirmed))
    return case


def open_package(
    package: Package,
    *,
    actor: Any,
    services: Iterable[Service],
    submission_key: UUID,
    questions: Mapping[int, Mapping[str, Any]] | None = None,
    **request: Any,
) -> ServiceRequest:
    """One request for several services: a case that keeps them together, and one for each.

    `services` are those chosen; the package's required ones are added, and those that are not
    published are left out. `questions` holds, by
    service, the `form_version`, `answers` and `files` of what it asks. The rest is as for
    `open_case`. The same `submission_key` gives the same cases again.
    """
    rows = package.items.filter(service__live=True).select_related("service")
    items = {item.service_id: item for item in rows}
    wanted = {service.pk for service in services} & set(items)
    wanted |= {number for number, item in items.items() if item.is_required}
    own = questions or {}
    with transaction.atomic():
        # All locks in one order, so that two packages with the same services do not cross.
        numbers = sorted({package.coordination_id, *wanted})
        list(
            Service.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=numbers)
            .order_by("pk")
        )
        case = open_case(
            package.coordination, actor=actor, submission_key=submission_key, package=package,
            **_joined(request, own.get(package.coordination_id, {})),
        )  # fmt: skip
        for number in sorted(wanted - {package.coordination_id}):
            open_case(
                items[number].service,
                actor=actor,
                submission_key=uuid5(submission_key, str(number)),
                package=package,
                parent=case,
                **_joined({**request, "files": (), "pin": ""}, own.get(number, {})),
            )
    return case


def _joined(request: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """A request with what one service has asked besides."""
    files = [*request.get("files", ()), *asked.get("files", ())]
    return {**request, **asked, "files": files}


def confirm(case: ServiceRequest, *, actor: Any) -> ServiceRequest:
    """The address is right: the case begins, and with it the parts of a package."""
    return move(case, "confirm", actor=actor)


def _welcome(case: ServiceRequest, email: str, *, is_confirmed: bool) -> None:
    template = "services/received" if is_confirmed else "services/confirm"
    link = notices.follow_path(case) if is_confirmed else notices.confirm_path(case)
    queue_mail(
        template,
        email,
        {"case": case, "link": link, "due": case.due_at},
        dedupe_key=f"case:{case.pk}:welcome",
        language=case.language,
        order_key=order_key(case),
        is_secret=True,
    )


def order_key(case: ServiceRequest) -> str:
    """Mail of one case leaves in the order it was written; as `transition` names it."""
    return f"services_catalog.servicerequest/{case.pk}"


class Outdated(Refused):
    """Somebody else has done something with the case since the screen was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody has changed this case since you opened it. Nothing of yours was done: "
                "look at what is new, then press again."
            )
        )


def move(
    case: ServiceRequest, verb: str, *, actor: Any, seen: int | None = None, **context: Any
) -> ServiceRequest:
    """One move of the table; raises what `core.transitions.transition` raises.

    `seen` is the version that the person had on the screen: if anybody has done anything with the
    case since, nothing is changed and Outdated is raised. A message that the case has already was
    sent by the press before this one: all is done, and nothing is done twice.
    """
    with transaction.atomic():
        locked = ServiceRequest.objects.select_for_update(of=("self",)).filter(pk=case.pk)
        current = locked.values_list("version", flat=True).first()
        if _is_done_already(case, verb, actor=actor, context=context):
            return ServiceRequest.objects.get(pk=case.pk)
        if seen is not None and current is not None and seen != current:
            raise Outdated
        moved = transition(case, verb, actor=actor, **context)
        if actor is not SYSTEM:
            ServiceRequest.objects.filter(pk=case.pk).update(version=F("version") + 1)
            moved.version = (current or 0) + 1
        if verb in WITH_PARTS:
            for part in moved.children.filter(state=states.UNCONFIRMED).order_by("pk"):
                move(part, WITH_PARTS[verb], actor=actor)
    return moved


def _is_done_already(
    case: ServiceRequest, verb: str, *, actor: Any, context: Mapping[str, Any]
) -> bool:
    """Whether the same person has sent the same words with the same button before.

    Other words, or another button, are something new: the version decides about them.
    """
    key = context.get("submission_key")
    message = case.messages.filter(submission_key=key).first() if key else None
    if message is None or message.text != (context.get("text") or "").strip():
        return False
    is_theirs = (
        rules.requester(actor, case)
        if message.author == CaseMessage.Author.REQUESTER
        else message.staff_id is not None and message.staff_id == getattr(actor, "pk", None)
    )
    target = reference(case)
    return (
        is_theirs
        and AuditEvent.objects.filter(
            object_type=target.type,
            object_id=target.id,
            verb=verb,
            at__gte=message.created_at,
        ).exists()
    )


# --- Without e-mail -----------------------------------------------------------------------------


def renew_pin(case: ServiceRequest, *, actor: Any) -> str:
    """A new PIN for somebody who has lost theirs or tried too often; gives it, once."""
    pin = pins.draw_pin()
    move(case, "new_pin", actor=actor, pin_hash=make_password(pin))
    return pin


def find_by_pin(*, number: str, pin: str) -> ServiceRequest | None:
    """The case of a number and its PIN. Wrong tries are counted; five lock the PIN."""
    try:
        number = NUMBERS.normalise(number)
    except BadNumber:
        number = ""
    contacts = RequestContact.objects.select_related("case").filter(case__number=number)
    contact = pins.find_by_pin(contacts, pin)
    return contact.case if contact else None


# --- A lost link --------------------------------------------------------------------------------


def send_new_link(*, number: str, email: str) -> None:
    """Mails a new link if number and address belong together; the caller learns nothing."""
    try:
        number = NUMBERS.normalise(number)
    except BadNumber:
        return
    case = (
        ServiceRequest.objects.filter(number=number, contact__email=email.lower())
        .exclude(state=states.EXPIRED)
        .first()
    )
    if case is None:
        return
    with transaction.atomic():
        is_confirmed = case.state != states.UNCONFIRMED
        record(case, "send_link", actor=Actor(kind="visitor"))
        queue_mail(
            "services/link" if is_confirmed else "services/confirm",
            case.contact.email,
            {
                "case": case,
                "link": notices.follow_path(case) if is_confirmed else notices.confirm_path(case),
                "due": case.due_at,
            },
            dedupe_key=f"case:{case.pk}:link:{database_now().timestamp()}",
            language=case.language,
            order_key=order_key(case),
            is_secret=True,
        )


# --- Several at once ----------------------------------------------------------------------------


def move_all(
    cases: Iterable[ServiceRequest], verb: str, *, actor: Any, **context: Any
) -> tuple[int, list[tuple[ServiceRequest, str]]]:
    """One move for each case by itself: gives how many were moved, and why others were not."""
    done, refused = 0, []
    for case in cases:
        try:
            move(case, verb, actor=actor, **context)
        except TransitionError as error:
            refused.append((case, str(error)))
        else:
            done += 1
    return done, refused


def assign_all(
    cases: Iterable[ServiceRequest], *, actor: Any, assignee: Any
) -> tuple[int, list[tuple[ServiceRequest, str]]]:
    """Give cases to one person; those nobody has yet are taken on for that person."""
    done, refused = 0, []
    for case in cases:
        verb = "take" if case.state in states.UNASSIGNED else "assign"
        number, said = move_all([case], verb, actor=actor, assignee=assignee)
        done += number
        refused += said
    return done, refused


def merge(
    cases: Iterable[ServiceRequest], *, actor: Any
) -> tuple[int, list[tuple[ServiceRequest, str]]]:
    """Join cases with the oldest of them that somebody still goes on with."""
    ordered = sorted(cases, key=lambda case: (case.created_at, case.number))
    if len(ordered) < 2:
        return 0, []
    rows = ServiceRequest.objects.live().filter(pk__in=[case.pk for case in ordered])
    live = set(rows.values_list("pk", flat=True))
    original = next((case for case in ordered if case.pk in live), ordered[0])
    others = [case for case in ordered if case.pk != original.pk]
    return move_all(others, "mark_duplicate", actor=actor, original=original)


# --- Time ---------------------------------------------------------------------------------------


def expire_and_close() -> int:
    """What time does to cases; run by the worker again and again.

    Unconfirmed ones expire, answered ones close, offers lapse, deadlines warn and escalate.
    """
    now = database_now()
    rows = ServiceRequest.objects
    due: list[tuple[ServiceRequest, str]] = []
    for verb, found in (
        ("expire", rows.filter(
            state=states.UNCONFIRMED, created_at__lt=now - notices.UNCONFIRMED_FOR)),
        ("close", rows.filter(state=states.RESOLVED, updated_at__lt=now - rules.CLOSE_AFTER)),
        ("lapse", rows.filter(state=states.OFFERED)),
        ("warn", rows.filter(state__in=states.OURS, alarm=0, warn_at__lte=now, due_at__gt=now)),
        ("escalate", rows.filter(state__in=states.OURS, alarm__lt=3, due_at__lte=now)),
    ):  # fmt: skip
        due += [(case, verb) for case in found.order_by("updated_at")[:200]]
    done = 0
    for case, verb in due:
        try:
            move(case, verb, actor=SYSTEM)
        except (Refused, TransitionError):
            continue  # not yet, or somebody was quicker and the case has moved on
        done += 1
    return done


def erase_due() -> int:
    """Erases what services no longer have a reason to keep; run by the worker."""
    done = 0
    for case in erasing.due_for_erasure(database_now()):
        try:
            move(case, "erase", actor=SYSTEM)
        except TransitionError:
            continue  # held or erased meanwhile
        done += 1
    return done


def note_view(case: ServiceRequest, *, actor: Any, what: str) -> None:
    """Writes down that somebody of the staff has seen personal data."""
    PersonalDataView.objects.create(case=case, user=actor, what=what)
