"""Taking down a request at the desk, on the telephone or from paper."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from core.i18n.sorting import sort_key
from services_catalog.cases import answers, left_over, services
from services_catalog.cases.admin.forms import DeskRequestForm
from services_catalog.cases.admin.screen import slip
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.permissions import may_work
from services_catalog.cases.uploads import take_files
from services_catalog.models.service import Service
from services_catalog.pins import draw_pin


def take_down_view(request: HttpRequest) -> HttpResponse:
    """A request as it was told: choose the service, write it down, give number and PIN."""
    if not may_work(request.user):
        raise PermissionDenied
    options = Service.objects.canonical().live().select_related("locale", "form_version")
    form = DeskRequestForm(request.POST or None, request.FILES or None)
    typed = request.POST.get("service") or request.GET.get("service", "")
    chosen = options.filter(pk=typed).first() if typed.isdecimal() and len(typed) < 10 else None
    asked = answers.begin(chosen) if chosen else None
    left = None
    if request.method == "POST":
        form.is_valid()
        if chosen:
            asked = answers.take(request, chosen, actor=request.user)
        left = left_over.find(request, [asked] if asked else [], actor=request.user)
        files = take_files(request, form, actor=request.user, more=left.files)
        is_right = form.is_valid() and (asked is None or asked.is_valid)
        if chosen and is_right and not left.is_news:
            values = {**form.cleaned_data, "files": files}
            values.pop("kept_files")
            if asked is not None:
                values["form_version"], values["answers"] = asked.version, asked.values
                values["files"] = [*files, *asked.files]
            is_new = not ServiceRequest.objects.filter(
                submission_key=values["submission_key"]
            ).exists()
            # Whoever has an e-mail address gets links; for all others the slip is the key.
            pin = "" if values["email"] else draw_pin()
            case = services.open_case(chosen, actor=request.user, language="pl", pin=pin, **values)
            if pin and is_new:
                return slip(request, case, pin)
            messages.success(
                request, _("The number of the case is %(number)s.") % {"number": case.number}
            )
            return redirect("services_catalog_cases:inspect", case.pk)
    context = {
        "form": form,
        "left": left,
        "asked": asked,
        "services": sorted(options, key=lambda one: sort_key(one.name)),
        "chosen": chosen,
        "service_missing": request.method == "POST" and chosen is None,
    }
    status = 422 if form.is_bound else 200
    return render(request, "services_catalog/admin/take_down.html", context, status=status)
