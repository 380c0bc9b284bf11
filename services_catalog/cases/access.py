"""Which cases this browser may see: those of the account, and those opened by a private link."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest

from services_catalog.cases import rules
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.rules import LinkHolder

ACCESS_KEY = "case_access"
ACCESS_FOR = timedelta(minutes=60)


def grant(request: HttpRequest, case: ServiceRequest) -> None:
    """Lets this browser see this one case for an hour."""
    access = _open_now(request)
    access[str(case.pk)] = time.time() + ACCESS_FOR.total_seconds()
    request.session[ACCESS_KEY] = access


def actor_for(request: HttpRequest, case: ServiceRequest) -> Any:
    """Who is looking: the account that asked, or the holder of an opened link. 404 for others."""
    if rules.requester(request.user, case):
        return request.user
    opened = _open_now(request)
    for pk in (case.pk, case.parent_id):
        if str(pk) in opened:
            return LinkHolder(case=pk)
    raise Http404


def opened_cases(request: HttpRequest) -> list[UUID]:
    """The cases that private links have opened in this browser, while that lasts."""
    return [UUID(key) for key in _open_now(request)]


def _open_now(request: HttpRequest) -> dict[str, float]:
    now = time.time()
    kept = request.session.get(ACCESS_KEY, {})
    return {key: end for key, end in kept.items() if end > now}
