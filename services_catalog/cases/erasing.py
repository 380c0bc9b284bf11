"""Erasing what a case holds about people; what stays is a number, a service, dates, an outcome."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.actors import SYSTEM
from core.files import files_of, open_file, remove
from core.files.models import StoredFile
from core.outbox import forget_mail
from core.references import reference
from core.tokens import revoke
from core.transitions import Refused, Step, transition

#: The columns that erasing empties.
FIELDS = ("text", "answers", "requester", "public_reason", "erased_at")
#: Requests that nobody confirmed are nobody's and go soon.
NEVER_CONFIRMED = timedelta(days=7)
_MONTH = timedelta(days=30.44)


def not_held(step: Step) -> None:
    if step.obj.legal_hold:
        raise Refused(_("This case is kept for a legal reason and cannot be erased now."))
    if step.obj.erased_at is not None:
        raise Refused(_("The data of this case are erased already."))


def not_erased(step: Step) -> None:
    """What is erased stays empty: nobody writes into it again, whoever still has it open."""
    if step.obj.erased_at is not None:
        raise Refused(_("The data of this case were erased, so nothing can be added to it."))


def erase(step: Step) -> None:
    """Contact, texts, messages, files, mail and links of one finished case, for good.

    Where a person erases the case of a package, its finished parts go too: they hold the same
    contact and words. Open parts are still worked on; time erases each part by its own service.
    """
    from services_catalog.cases.answers import without_personal

    case = step.obj
    revoke(case)
    forget_mail(order_key="/".join(reference(case)))
    for file in all_files(case):
        remove(file)
    case.messages.all().delete()
    contact = getattr(case, "contact", None)
    if contact is not None:
        contact.delete()
    feedback = getattr(case, "feedback", None)
    if feedback is not None:
        feedback.comment = ""
        feedback.save(update_fields=["comment"])
    case.text, case.requester = "", None
    case.answers = without_personal(case)
    case.public_reason = "–" if case.public_reason else ""
    case.erased_at = step.now
    if step.actor is not SYSTEM:
        for part in case.children.filter(
            closed_at__isnull=False, erased_at=None, legal_hold=False
        ).order_by("pk"):
            transition(part, "erase", actor=step.actor)


def set_hold(step: Step) -> None:
    step.obj.legal_hold = step.transition.verb == "hold"


def all_files(case: Any) -> list[StoredFile]:
    """The files of a case and of all its messages."""
    found = list(files_of(case))
    for message in case.messages.all():
        found += files_of(message)
    return found


def due_for_erasure(now: datetime) -> list[Any]:
    """Finished cases whose time of keeping, set for each service, is over."""
    from services_catalog.cases import states
    from services_catalog.cases.models import ServiceRequest

    rows = ServiceRequest.objects.filter(
        state__in=states.FINAL, erased_at=None, legal_hold=False
    ).order_by("closed_at")
    found = list(rows.filter(state=states.EXPIRED, closed_at__lt=now - NEVER_CONFIRMED)[:100])
    months = rows.values_list("service__retention_months", flat=True).order_by().distinct()
    for number in sorted(set(months)):
        over = rows.exclude(state=states.EXPIRED).filter(
            service__retention_months=number, closed_at__lt=now - number * _MONTH
        )
        found += over[:100]
    return found


def feedback_of(case: Any) -> dict[str, Any] | None:
    """What the person has said of a closed case, None where they have not."""
    given = getattr(case, "feedback", None)
    if given is None:
        return None
    return {
        "given": given.created_at.isoformat(),
        "rating": given.rating,
        "comment": given.comment,
    }


def archive(case: Any) -> bytes:
    """Everything about a case that its person may have, as a ZIP: data as JSON, and the files."""
    from services_catalog.cases.answers import shown

    contact = getattr(case, "contact", None)
    messages = list(case.messages.filter(is_internal=False))
    data = {
        "number": case.number,
        "service": case.service.name,
        "state": case.state_label,
        "received": case.created_at.isoformat(),
        "finished": case.closed_at.isoformat() if case.closed_at else None,
        "text": case.text,
        "answers": {row.label: row.text for row in shown(case)},
        "contact": {
            name: getattr(contact, name, "") for name in ("name", "on_behalf_of", "email", "phone")
        },
        "messages": [
            {"written": one.created_at.isoformat(), "by": one.author, "text": one.text}
            for one in messages
        ],
        "feedback": feedback_of(case),
    }
    files = list(files_of(case))
    for one in messages:
        files += files_of(one)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sprawa.json", json.dumps(data, ensure_ascii=False, indent=2))
        for number, file in enumerate(files, start=1):
            with open_file(file) as content:
                packed.writestr(f"pliki/{number:02d}-{file.name}", content.read())
    return buffer.getvalue()
