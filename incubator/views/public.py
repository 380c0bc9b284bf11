"""Pages for everybody: is this confirmation genuine?"""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.clock import database_now
from core.numbers import BadNumber
from core.throttle import throttle, visitor_key
from incubator.confirmation import same_code
from incubator.models import ApplicationSnapshot
from incubator.selectors.calls import moment
from incubator.states import NUMBERS
from incubator.views.common import head

TRIES = 30


@never_cache
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Whether a code belongs to a number. Who has only one of the two learns nothing."""
    number = request.GET.get("numer", "").strip()[:40]
    code = request.GET.get("kod", "").strip()[:40]
    context: dict[str, object] = {"number": number, "code": code, "is_asked": bool(number or code)}
    context |= head(_("Check a confirmation"))
    if number and code:
        visitor = visitor_key(request)
        throttle("incubator.verify", visitor, limit=TRIES, per=timedelta(minutes=10))
        snapshot = _find(number, code)
        if snapshot is not None:
            context |= {
                "snapshot": snapshot,
                "application": snapshot.application,
                "arrived": moment(snapshot.arrived_at),
            }
    return render(request, "incubator/verify.html", context)


def _find(number: str, code: str) -> ApplicationSnapshot | None:
    try:
        known = NUMBERS.normalise(number)
    except BadNumber:
        return None
    snapshots = ApplicationSnapshot.objects.filter(application__number=known).select_related(
        "application__call", "application__organisation"
    )
    return next((row for row in snapshots if same_code(code, row.sha256)), None)


@never_cache
@require_safe
def server_time(request: HttpRequest) -> JsonResponse:
    """The clock that deadlines are compared with, for the countdown of a call."""
    return JsonResponse({"now": database_now().isoformat(timespec="milliseconds")})
