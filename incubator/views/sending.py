"""Reading everything once more, sending it, taking it back, and what comes out of it."""

from __future__ import annotations

import uuid as uuid_module
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from core.clock import database_now
from core.transitions import NotAllowed, Refused, TransitionError, WrongState
from forms.autosave import DraftClosed, posted_number
from incubator import permissions, selectors, services
from incubator.confirmation import render as render_confirmation
from incubator.confirmation import render_draft
from incubator.models import Application
from incubator.selectors.calls import CallView, moment
from incubator.states import Incomplete, Late
from incubator.views.common import for_people, head, visible
from incubator.views.uploads import serve_attachment, with_urls


class RepresentationForm(forms.Form):
    """Who declares to act for the organisation."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("First name and surname"),
        max_length=120,
        widget=forms.TextInput({"class": "input", "autocomplete": "name"}),
    )
    function = forms.CharField(
        label=gettext_lazy("Function in the organisation"),
        help_text=gettext_lazy("For example: chairwoman of the board, or by power of attorney."),
        max_length=120,
        widget=forms.TextInput({"class": "input"}),
    )
    declared = forms.BooleanField(
        label=gettext_lazy(
            "I declare that I may act for this organisation and that what the application says "
            "is true."
        ),
        error_messages={
            "required": gettext_lazy("Tick this declaration; without it nothing can be sent.")
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def summary(request: HttpRequest, uuid: Any) -> HttpResponse:
    """The whole application on one page, and the button that sends it."""
    # First of all: an application is in time when its request arrived in time.
    arrived_at = database_now()
    application = visible(request, uuid)
    if request.method == "POST":
        if not permissions.writes_for(request.user, application):
            # The page that answers shows what is being written; it is the team's alone.
            raise Http404
        return _send(request, application, arrived_at)
    if not permissions.may_write(request.user, application):
        return redirect("incubator:application", application.uuid)
    kept = application.draft.representation
    assert isinstance(request.user, User)
    initial = kept or {"name": request.user.get_full_name()}
    return _summary_page(request, application, RepresentationForm(initial=initial))


def _send(request: HttpRequest, application: Application, arrived_at: Any) -> HttpResponse:
    form = RepresentationForm(request.POST)
    typed = {name: request.POST.get(name, "")[:120] for name in ("name", "function")}
    # Perhaps it was sent already, by this very button: what follows gives the answer.
    with suppress(DraftClosed, PermissionDenied):
        services.save_representation(application, typed, actor=request.user)
    if not form.is_valid():
        return _summary_page(request, application, form, status=422)
    try:
        sent = services.submit(
            application,
            actor=request.user,
            arrived_at=arrived_at,
            rev=posted_number(request.POST, "rev"),
            representation=form.cleaned_data,
            idempotency_key=_key(request),
        )
    except Late:
        return _late_page(request, application, arrived_at)
    except Incomplete:
        return _summary_page(request, application, form, status=422)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("incubator:summary", application.uuid)
    except NotAllowed:
        raise Http404 from None
    except WrongState as error:
        messages.info(request, str(error))
        return redirect("incubator:application", application.uuid)
    said = {
        "correction": _("Your correction has been sent. The number stays %(number)s."),
        "clarification": _("Your answer has been sent. The number stays %(number)s."),
    }.get(sent.snapshot.kind, _("Your application has been sent. Its number is %(number)s."))
    messages.success(request, said % {"number": sent.application.number})
    return redirect("incubator:application", application.uuid)


def _summary_page(
    request: HttpRequest, application: Application, form: RepresentationForm, *, status: int = 200
) -> HttpResponse:
    application = visible(request, application.uuid)
    found = selectors.summary_of(application)
    found.files = with_urls(application, found.files)
    context = {
        **head(application.call.name, is_example=application.call.is_example),
        "has_errors": bool(form.errors),
        "application": application,
        "call": application.call,
        "call_view": CallView(application.call, database_now(), application.organisation_id),
        "clarification": application.open_clarification,
        "verb": application.sending_verb,
        "summary": found,
        "steps": selectors.wizard_steps(application),
        "form": form,
        "idempotency_key": request.POST.get("key") or uuid_module.uuid4(),
        "draft": application.draft,
    }
    return render(request, "incubator/summary.html", context, status=status)


def _late_page(request: HttpRequest, application: Application, arrived_at: Any) -> HttpResponse:
    """After the close: nothing is lost, and this is what can be done."""
    context = {
        **head(application.call.name, is_example=application.call.is_example),
        "application": application,
        "call": application.call,
        "closed": moment(
            application.open_clarification.due_at
            if application.open_clarification
            else application.closes_at
        ),
        "arrived": moment(arrived_at),
    }
    return render(request, "incubator/late.html", context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def withdraw(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Taking an application back, after asking once; a draft is given up instead."""
    application = visible(request, uuid)
    if not permissions.may_lead(request.user, application):
        raise Http404
    is_draft = application.number is None
    verb = "abandon" if is_draft else "withdraw"
    if application.machine.row(application.state, verb) is None:
        return redirect("incubator:application", application.uuid)
    if request.method == "POST":
        act = services.abandon if is_draft else services.withdraw
        try:
            act(application, actor=request.user)
        except TransitionError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("The draft has been given up.")
                if is_draft
                else _("The application has been withdrawn."),
            )
        return redirect("incubator:application", application.uuid)
    context = {
        **head(_("Give the draft up") if is_draft else _("Withdraw the application")),
        "application": application,
        "call": application.call,
        "is_draft": is_draft,
    }
    return render(request, "incubator/withdraw.html", context)


@require_safe
@for_people
def confirmation(request: HttpRequest, uuid: Any) -> HttpResponse:
    """The PDF that proves what was sent and when."""
    application = visible(request, uuid)
    snapshot = application.latest_snapshot
    if snapshot is None or snapshot.erased_at is not None:
        raise Http404
    name = (application.number or "").replace("/", "-")
    return _pdf(render_confirmation(snapshot), name)


@require_safe
@for_people
def draft_pdf(request: HttpRequest, uuid: Any) -> HttpResponse:
    """What stands in the draft now, to be printed and discussed. It says that it is a draft."""
    application = visible(request, uuid)
    if not permissions.is_of_team(request.user, application):
        raise Http404
    return _pdf(render_draft(application), "szkic")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@for_people
def file(request: HttpRequest, uuid: Any, file: Any) -> FileResponse:
    """A file of the application."""
    return serve_attachment(request, visible(request, uuid), file)


def _key(request: HttpRequest) -> uuid_module.UUID:
    """The page's own key: pressing its button twice sends once."""
    try:
        return uuid_module.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid_module.uuid4()


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def correction(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Open what was sent for a correction, or leave it at what was sent; only POST acts."""
    application = visible(request, uuid)
    if request.method != "POST":
        return redirect("incubator:application", application.uuid)
    act = services.drop_correction if "drop" in request.POST else services.begin_correction
    try:
        act(application, actor=request.user)
    except PermissionDenied:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("incubator:application", application.uuid)
    if "drop" in request.POST:
        messages.success(request, _("What you sent stays as it is."))
        return redirect("incubator:application", application.uuid)
    return redirect(selectors.wizard_steps(visible(request, uuid))[0].url)
