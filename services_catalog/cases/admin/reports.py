"""Reports about cases, and the drawing of their states."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.transitions.drawing import diagram, rows
from services_catalog.cases import figures, states
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.permissions import may_enter


@require_safe
def reports_view(request: HttpRequest) -> HttpResponse:
    """Overdue cases, load, what came by group and month; of what the person may see."""
    _enter(request)
    overdue = (
        ServiceRequest.objects.visible_to(request.user)
        .overdue()
        .select_related("service", "assigned_org", "assigned_to")
        .order_by("due_at")
    )
    context = {
        **figures.report(request.user),
        "overdue": overdue[:50],
        "overdue_number": overdue.count(),
    }
    return render(request, "services_catalog/admin/reports.html", context)


@require_safe
def states_view(request: HttpRequest) -> HttpResponse:
    """The states of a case and what leads from one to another."""
    _enter(request)
    context = {"diagram": diagram(states.MACHINE), "rows": rows(states.MACHINE)}
    return render(request, "services_catalog/admin/states.html", context)


def _enter(request: HttpRequest) -> None:
    if not may_enter(request.user):
        raise PermissionDenied
