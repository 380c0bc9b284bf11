"""What belongs to an organisation besides its data: its units, and who answers for a group."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.throttle import throttle
from directory import permissions, services
from directory.forms import PatronForm, UnitForm
from directory.models import Patronage
from directory.views.organisations import detail_page, page_of, visible

#: Organisations that one person may ask in an hour.
ASKED = 10


@never_cache
@require_POST
@login_required
def units(request: HttpRequest, uuid: Any) -> HttpResponse:
    """A unit more, or one less (`remove`)."""
    organisation = visible(request, uuid)
    if not permissions.may_write(request.user, organisation):
        raise Http404
    if "remove" in request.POST:
        try:
            found = organisation.units.filter(uuid=UUID(request.POST["remove"])).first()
        except ValueError:
            raise Http404 from None
        if found is not None:
            services.remove_unit(found, actor=request.user)
            messages.success(request, _("The unit has been taken out."))
        return redirect(page_of(organisation))
    form = UnitForm(request.POST)
    if form.is_valid():
        try:
            services.add_unit(organisation, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages[0])
        else:
            messages.success(request, _("The unit has been added."))
            return redirect(page_of(organisation))
    return detail_page(request, organisation, unit=form, status=422)


@never_cache
@require_POST
@login_required
def patron(request: HttpRequest, uuid: Any) -> HttpResponse:
    """An informal group asks an organisation to answer for it."""
    organisation = visible(request, uuid)
    if not permissions.may_write(request.user, organisation):
        raise Http404
    form = PatronForm(request.POST)
    if form.is_valid():
        throttle("directory.patron", str(request.user.pk), limit=ASKED, per=timedelta(hours=1))
        try:
            services.ask_patron(organisation, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("number", error.messages[0])
        else:
            messages.success(request, _("The organisation has been asked. You get a mail."))
            return redirect(page_of(organisation))
    return detail_page(request, organisation, patron=form, status=422)


@never_cache
@require_POST
@login_required
def patronage(request: HttpRequest, uuid: Any, patronage: Any) -> HttpResponse:
    """The patron's answer, or the end of it from either side."""
    organisation = visible(request, uuid)
    rows = Patronage.objects.filter(group=organisation) | Patronage.objects.filter(
        patron=organisation
    )
    found = get_object_or_404(rows, uuid=patronage)
    act = request.POST.get("act")
    try:
        if act == "end":
            services.end_patronage(found, actor=request.user)
        elif act in ("accept", "decline"):
            services.answer_patronage(found, accept=act == "accept", actor=request.user)
        else:
            raise Http404
    except PermissionDenied:
        raise Http404 from None
    messages.success(request, _("Done."))
    return redirect(page_of(organisation))
