"""Changing a call that people rely on: announced, with a reason, for everybody to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import SYSTEM
from core.audit import record
from core.clock import database_now
from core.outbox import queue_mail
from core.transitions import lock_row, transition
from directory.models import WRITING_ROLES, Organisation
from incubator import permissions
from incubator.models import Application, Call, CallAmendment, CallQuestion, Extension
from incubator.states import GIVEN_UP, State

#: What may be amended once a call is published.
AMENDABLE = ("closes_at", "decision_due", "seats", "legal_forms", "needs_patron")
#: Parts of the page that are kept elsewhere; an amendment says that they changed.
PARTS = ("regulations", "criteria", "attachments")


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return "" if value is None else str(value)


@transaction.atomic
def amend_call(
    call: Call, changes: Mapping[str, Any], *, reason: str, actor: Any, parts: Iterable[str] = ()
) -> list[CallAmendment]:
    """Change a published call and say so on its page and by mail to everybody who applies.

    `parts` are those of `PARTS` that the caller has changed in this transaction.

    Raises `PermissionDenied`; `ValidationError` without a reason, or for a close that somebody
    relies on and that would come earlier.
    """
    if not permissions.coordinates(actor):
        raise PermissionDenied
    current: Call = lock_row(call)
    wanted = {
        name: value
        for name, value in changes.items()
        if name in AMENDABLE and getattr(current, name) != value
    }
    changed_parts = [name for name in PARTS if name in set(parts)]
    if not wanted and not changed_parts:
        return []
    if not reason.strip():
        raise ValidationError({"reason": _("Say why; everybody will read it.")})
    made = []
    for name, value in wanted.items():
        made.append(
            CallAmendment(
                call=current,
                what=name,
                old="" if isinstance(value, list) else _text(getattr(current, name)),
                new="" if isinstance(value, list) else _text(value),
                reason=reason.strip(),
                by=actor.pk,
            )
        )
        setattr(current, name, value)
    made += [
        CallAmendment(call=current, what=name, reason=reason.strip(), by=actor.pk)
        for name in changed_parts
    ]
    current.full_clean()
    current.save(update_fields=list(wanted))
    CallAmendment.objects.bulk_create(made)
    event = record(current, "amend", actor=actor, fields=[*wanted, *changed_parts])
    running = Application.objects.filter(call=current).exclude(
        state__in=[*GIVEN_UP, State.FORMAL_REJECTED]
    )
    for person in _people(running):
        queue_mail(
            "incubator/amended",
            person.email,
            {"call": current, "reason": reason.strip(), "path": current.url_in("pl")},
            dedupe_key=f"event:{event.pk}:{person.pk}",
            language="pl",
        )
    return made


def _people(applications: Any) -> list[Any]:
    """Everybody who writes in these applications, each once."""
    from accounts.models import User

    return list(
        User.objects.filter(
            is_active=True,
            memberships__role__in=("owner", "editor"),
            memberships__organisation__applications__in=applications,
        ).distinct()
    )


@transaction.atomic
def extend_call(
    call: Call, organisation: Organisation, *, closes_at: datetime, reason: str, actor: Any
) -> Extension:
    """A later close for one organisation, with the reason; again to move it later still.

    Raises `PermissionDenied`, `ValidationError`.
    """
    if not permissions.coordinates(actor):
        raise PermissionDenied
    current: Call = lock_row(call)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    if current.annulled_at is not None:
        raise ValidationError(_("This call has been annulled already."))
    if closes_at <= current.closes_for(organisation.pk):
        raise ValidationError({"closes_at": _("This has to be later than the close.")})
    extension, _is_new = Extension.objects.update_or_create(
        call=current,
        organisation=organisation,
        defaults={"closes_at": closes_at, "reason": reason.strip(), "by": actor.pk},
    )
    event = record(current, "extend", actor=actor, fields=[str(organisation.uuid)])
    # The page of the call is the same for everybody and says that it is closed.
    begin = f"/inkubator/wnioski/nowy/{current.slug}/"
    for membership in organisation.memberships.filter(user__is_active=True).select_related("user"):
        queue_mail(
            "incubator/extended",
            membership.user.email,
            {
                "call": current,
                "extension": extension,
                "path": begin if membership.role in WRITING_ROLES else current.url_in("pl"),
            },
            dedupe_key=f"event:{event.pk}:{membership.pk}",
            language="pl",
        )
    return extension


@transaction.atomic
def annul_call(call: Call, *, reason: str, actor: Any) -> Call:
    """End a call without an outcome: sent applications are annulled, drafts are given up.

    All or nothing. Raises `PermissionDenied`; `ValidationError` without a reason or the second
    time; `TransitionError` if one of the applications cannot be annulled.
    """
    if not permissions.annuls(actor):
        raise PermissionDenied
    current: Call = lock_row(call)
    if current.annulled_at is not None:
        raise ValidationError(_("This call has been annulled already."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why; everybody will read it.")})
    current.annulled_at = database_now()
    current.annulled_reason = reason.strip()
    current.save(update_fields=["annulled_at", "annulled_reason"])
    record(current, "annul", actor=actor)
    # Locked before their state is read: what is being sent meanwhile comes first or too late.
    waiting = Application.objects.filter(call=current).order_by("pk").select_for_update()
    for application in waiting:
        if application.state == State.DRAFT:
            transition(application, "abandon", actor=SYSTEM)
        elif application.machine.row(application.state, "annul"):
            transition(application, "annul", actor=actor)
    return current


@transaction.atomic
def ask_about(call: Call, *, question: str, actor: Any) -> CallQuestion:
    """A question about a call that is planned or open. Raises `ValidationError`."""
    if not call.is_published or call.annulled_at or database_now() >= call.closes_at:
        raise ValidationError(_("This call takes no questions any more."))
    found = CallQuestion.objects.create(call=call, question=question.strip(), asked_by=actor)
    record(found, "ask", actor=actor)
    return found


@transaction.atomic
def answer_question(question: CallQuestion, *, text: str, answer: str, actor: Any) -> CallQuestion:
    """Answer it and publish both, without who asked; that person gets a mail the first time.

    `text` is the question as it will be read: what would tell who asks can be taken out. Raises
    `PermissionDenied`.
    """
    if not permissions.coordinates(actor):
        raise PermissionDenied
    current: CallQuestion = lock_row(question)
    current.question, current.answer = text.strip(), answer.strip()
    is_first = current.answered_at is None and bool(current.answer)
    if is_first:
        current.answered_at = database_now()
    if not current.answer:
        current.answered_at = None
    current.save()
    record(current, "answer", actor=actor)
    if is_first and current.asked_by and current.asked_by.is_active:
        queue_mail(
            "incubator/question_answered",
            current.asked_by.email,
            {
                "call": current.call,
                "question": current,
                "path": current.call.url_in("pl"),
            },
            dedupe_key=f"incubator.question:{current.pk}",
            language="pl",
        )
    return current
