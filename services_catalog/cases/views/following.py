"""The resident's side: following a case and replying."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.files import serve
from core.throttle import throttle
from core.tokens import revoke, spent_token
from core.tokens.access import Reason
from core.tokens.models import AccessToken
from core.tokens.views import Question, TokenView
from core.transitions import TransitionError, available
from services_catalog.cases import answers, erasing, notices, selectors, services, states
from services_catalog.cases.access import actor_for, grant
from services_catalog.cases.forms import FeedbackForm, MessageForm
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.rules import LinkHolder
from services_catalog.cases.uploads import take_files

#: Moves a resident may press here, and which of them carry a text.
MOVES = ("reply", "accept", "reopen", "rate", "withdraw")
WITH_TEXT = ("reply", "reopen")


def find_case(pk: UUID) -> ServiceRequest:
    """A case for a page; whoever may see it is asked next."""
    case = (
        ServiceRequest.objects.select_related(
            "service", "contact", "assigned_org", "feedback", "package", "parent", "form_version"
        )
        .filter(pk=pk)
        .first()
    )
    if case is None:
        raise Http404
    return case


@never_cache
@require_http_methods(["GET", "HEAD"])
def case_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One case, to whoever may see it; to all others the ways to open one."""
    try:
        case = find_case(pk)
        actor = actor_for(request, case)
    except Http404:
        return not_open(request)
    return show_case(request, case, actor)


def not_open(request: HttpRequest) -> HttpResponse:
    """The ways to open a case: the same page whether there is such a case or not.

    Whoever was writing when the hour was over finds the words here.
    """
    context = {"unsent": request.POST.get("text", "") or request.POST.get("comment", "")}
    return render(request, "services_catalog/cases/no_access.html", context, status=404)


def show_case(
    request: HttpRequest,
    case: ServiceRequest,
    actor: Any,
    form: MessageForm | None = None,
    feedback_form: FeedbackForm | None = None,
    status: int = 422,
) -> HttpResponse:
    moves = [
        row
        for row in available(case, actor)
        if row.verb in MOVES and not (case.erased_at and row.verb in states.WRITING)
    ]
    writing = next((row for row in moves if row.verb in WITH_TEXT), None)
    may_rate = any(row.verb == "rate" for row in moves) and not hasattr(case, "feedback")
    is_known = case.assigned_org is not None and case.state != states.OFFERED
    context = {
        "case": case,
        "service": selectors.service_name(case, get_language() or settings.LANGUAGE_CODE),
        "timeline": selectors.timeline(case),
        "files": selectors.request_files(case),
        "answers": answers.shown(case),
        "writing": writing,
        # Words for which there is no form any more, to be copied.
        "unsent": form.data.get("text", "") if form and writing is None else "",
        "moves": [row for row in moves if row.verb not in (*WITH_TEXT, "rate")],
        "form": form or MessageForm(),
        "feedback_form": (feedback_form or FeedbackForm()) if may_rate else None,
        "needs_confirmation": case.state == states.UNCONFIRMED,
        "is_ours": case.state in states.OURS,
        "is_waiting": case.state == states.WAITING,
        "is_reopening": any(row.verb == "reopen" for row in moves),
        "organisation": case.assigned_org if is_known else None,
        "parts": selectors.parts(case, get_language() or settings.LANGUAGE_CODE),
    }
    response = render(
        request,
        "services_catalog/cases/case.html",
        context,
        status=status if form or feedback_form else 200,
    )
    # Not `no-referrer`: from such a page browsers send `Origin: null`, and the forms here would
    # be refused. The address holds no secret, and other sites learn nothing.
    response["Referrer-Policy"] = "same-origin"
    return response


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def move_case(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """A button on the case's page; only POST acts, everything else leads to that page."""
    if request.method != "POST":
        return redirect("services:case", pk=pk)
    if verb not in MOVES:
        raise Http404
    try:
        case = find_case(pk)
        actor = actor_for(request, case)
    except Http404:
        return not_open(request)
    values: dict[str, Any] = {}
    form: MessageForm | None = None
    if verb in WITH_TEXT:
        throttle("services.message", str(case.pk), limit=60, per=timedelta(hours=1))
        form = MessageForm(request.POST, request.FILES)
        form.is_valid()
        files = take_files(request, form, actor=request.user)
        if not form.is_valid():
            return show_case(request, case, actor, form)
        values = {
            "text": form.cleaned_data["text"],
            "submission_key": form.cleaned_data["submission_key"],
            "files": files,
        }
    elif verb == "rate":
        feedback = FeedbackForm(request.POST)
        if not feedback.is_valid():
            return show_case(request, case, actor, feedback_form=feedback)
        values = feedback.cleaned_data
    try:
        services.move(case, verb, actor=actor, **values)
    except TransitionError as error:
        messages.error(request, str(error))
        if form is not None:
            # The case has moved on while they were writing: the words stay on the page.
            return show_case(request, find_case(pk), actor, form, status=409)
        return redirect("services:case", pk=case.pk)
    messages.success(request, _("Done. We have written it down."))
    return redirect("services:case", pk=case.pk)


@never_cache
@require_http_methods(["GET", "HEAD"])
def case_file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    """A file of a case, for whoever may see the case."""
    case = find_case(pk)
    actor_for(request, case)
    found = selectors.file_of(case, file, for_staff=False)
    if found is None:
        raise Http404
    return serve(request, found, allowed=True)


@never_cache
@require_http_methods(["GET", "HEAD"])
def case_archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything about the case, for the person whose case it is."""
    case = find_case(pk)
    actor_for(request, case)
    response = HttpResponse(erasing.archive(case), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{case.number}.zip"'
    return response


class OpenCase(TokenView):
    """The private link of a case."""

    purpose = notices.FOLLOW

    def question(self, token: AccessToken) -> Question:
        case = find_case(UUID(token.object_id))
        return Question(
            heading=_("Case %(number)s") % {"number": case.number},
            text=_("This link is yours alone. Press the button to see the case for an hour."),
            button=_("Show my case"),
        )

    def act(self, token: AccessToken) -> HttpResponse:
        case = find_case(UUID(token.object_id))
        grant(self.request, case)
        return redirect("services:case", pk=case.pk)


class ConfirmCase(TokenView):
    """The link that confirms the address of a new request."""

    purpose = notices.CONFIRM

    def question(self, token: AccessToken) -> Question:
        case = find_case(UUID(token.object_id))
        return Question(
            heading=_("Confirm request %(number)s") % {"number": case.number},
            text=_("Press the button, and we start working on it."),
            button=_("I confirm my request"),
        )

    def act(self, token: AccessToken) -> HttpResponse:
        case = find_case(UUID(token.object_id))
        services.confirm(case, actor=LinkHolder(case=case.pk))
        revoke(case, purpose=notices.CONFIRM)
        grant(self.request, case)
        messages.success(self.request, _("Thank you. Your request is confirmed."))
        return redirect("services:case", pk=case.pk)

    def refused(self, reason: Reason) -> HttpResponse:
        spent = spent_token(self.kwargs["token"], self.purpose)
        case = ServiceRequest.objects.filter(pk=spent.object_id).first() if spent else None
        never = {states.UNCONFIRMED, states.EXPIRED}
        if reason is Reason.EXPIRED:
            # Nobody pressed the button, and it may have been withdrawn before.
            never.add(states.WITHDRAWN)
        if case is None or case.state in never:
            return super().refused(reason)
        try:
            actor_for(self.request, case)
            is_open = True
        except Http404:
            is_open = False
        context = {"case": case, "is_open": is_open}
        return render(self.request, "services_catalog/cases/confirmed.html", context)
