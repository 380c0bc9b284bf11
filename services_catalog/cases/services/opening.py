"""A new case, alone or as part of a package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from core.audit import record
from core.clock import database_now
from core.files import claim
from core.files.models import StoredFile
from core.numbers import Scheme, take_number
from core.outbox import queue_mail
from forms.models import FormVersion
from forms.services import freeze_version
from services_catalog.cases import clock, notices, states
from services_catalog.cases.models import Channel, Priority, RequestContact, ServiceRequest
from services_catalog.models.package import Package
from services_catalog.models.service import Service

NUMBERS = Scheme("HAJ", "-", (4, 6))


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


def _welcome(case: ServiceRequest, email: str, *, is_confirmed: bool) -> None:
    template = "services/received" if is_confirmed else "services/confirm"
    link = notices.follow_path(case) if is_confirmed else notices.confirm_path(case)
    queue_mail(
        template,
        email,
        {"case": case, "link": link, "due": case.due_at},
        dedupe_key=f"case:{case.pk}:welcome",
        language=case.language,
        order_key=notices.order_key(case),
        is_secret=True,
    )
