"""Erasing what a case holds about people; what stays is a number, a service, dates, an outcome."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from core.audit import record
from core.files import files_of, remove
from core.locks import lock_row
from core.outbox import forget_mail
from core.tokens import revoke
from services_catalog.cases.models import CaseFeedback, RequestContact, ServiceRequest
from services_catalog.cases.services import order_key


@transaction.atomic
def erase_case(case: ServiceRequest, *, actor: Any) -> None:
    """Contact, texts, messages, files, mail and links of one finished case, for good."""
    case = lock_row(case)
    revoke(case)
    forget_mail(order_key=order_key(case))
    for message in case.messages.all():
        for file in files_of(message):
            remove(file)
    for file in files_of(case):
        remove(file)
    case.messages.all().delete()
    RequestContact.objects.filter(case=case).delete()
    CaseFeedback.objects.filter(case=case).update(comment="")
    case.text, case.requester = "", None
    case.public_reason = "–" if case.public_reason else ""
    case.save(update_fields=["text", "requester", "public_reason"])
    record(case, "erase", actor=actor, fields=["contact", "text", "messages", "files"])
