"""Earlier states of what a team is writing, and bringing one back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forms.autosave import DraftClosed, posted_number
from incubator import permissions, selectors, services
from incubator.views.common import for_people, head, visible


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def saves(request: HttpRequest, uuid: Any) -> HttpResponse:
    """What was saved before, for the team alone; only POST brings anything back."""
    application = visible(request, uuid)
    if not permissions.is_of_team(request.user, application):
        raise Http404
    if request.method == "POST":
        return _bring_back(request, application)
    context = {
        **head(
            _("Earlier saves"), lead=application.call.name, is_example=application.call.is_example
        ),
        "application": application,
        "saves": selectors.earlier_saves(application),
        "may_write": permissions.may_write(request.user, application),
    }
    return render(request, "incubator/saves.html", context)


def _bring_back(request: HttpRequest, application: Any) -> HttpResponse:
    here = redirect("incubator:saves", application.uuid)
    try:
        saved = services.bring_back(
            application, save_id=posted_number(request.POST, "save"), actor=request.user
        )
    except PermissionDenied:
        raise Http404 from None
    except DraftClosed as error:
        messages.error(request, str(error))
        return here
    if saved is None:
        messages.error(request, _("This save is not kept any more. Only the last ones are."))
    elif saved.changed:
        messages.success(
            request,
            _("The earlier answers are back. What stood here before them can be brought back too."),
        )
    else:
        messages.info(request, _("The answers are those already."))
    return here
