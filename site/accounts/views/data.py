"""“My data”: what is kept about the person, taking it along, having it erased."""

from __future__ import annotations

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import personal_data
from accounts.forms import EraseForm
from accounts.permissions import signed_in
from core.ports import CannotErase


@require_safe
@login_required
def notice(request: HttpRequest) -> HttpResponse:
    """What each part keeps, why, on what ground and for how long."""
    return render(request, "account/data.html", {"notices": personal_data.notices()})


@require_safe
def export(request: HttpRequest, format: str) -> HttpResponse:
    """Everything as one JSON document or as an archive with the person's files."""
    now = timezone.localtime()
    if format == "json":
        content, kind = personal_data.export_json(signed_in(request)), "application/json"
    elif format == "zip":
        content, kind = personal_data.export_archive(signed_in(request), now=now), "application/zip"
    else:
        raise Http404
    response = HttpResponse(content, content_type=kind)
    name = f"moje-dane-{now:%Y-%m-%d}.{format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Says what goes and what stays, and erases when the button is pressed."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            personal_data.erase(signed_in(request), actor=request.user)
        except CannotErase as reason:
            form.add_error(None, str(reason))
        else:
            logout(request)
            return redirect("account_data_erased")
    return render(
        request, "account/data_erase.html", {"form": form, "notices": personal_data.notices()}
    )


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """Says that the account is gone."""
    return render(request, "account/data_erased.html")
