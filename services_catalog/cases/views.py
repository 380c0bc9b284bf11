"""The resident's side: asking, following, replying."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.files import serve
from core.i18n.active import active_language
from core.throttle import throttle, visitor_key
from core.tokens import revoke, spent_token
from core.tokens.access import Reason
from core.tokens.models import AccessToken
from core.tokens.views import Question, TokenView
from core.transitions import TransitionError, available
from services_catalog.cases import answers, erasing, notices, selectors, services, states
from services_catalog.cases.access import actor_for, grant
from services_catalog.cases.forms import (
    FeedbackForm,
    LostLinkForm,
    MessageForm,
    PackageForm,
    PinForm,
    RequestForm,
)
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.rules import LinkHolder
from services_catalog.cases.uploads import take_files
from services_catalog.selectors.packages import find_package, package_services
from services_catalog.selectors.services import find_service, request_url

#: Moves a resident may press here, and which of them carry a text.
MOVES = ("reply", "accept", "reopen", "rate", "withdraw")
WITH_TEXT = ("reply", "reopen")


# --- Asking -----------------------------------------------------------------------------------


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def request_service(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for a service, with or without an account."""
    language = active_language()
    service = find_service(slug, language=language)
    if service is None or not request_url(service):
        raise Http404
    user = request.user
    if request.method == "POST":
        throttle("services.request", visitor_key(request), limit=20, per=timedelta(hours=1))
        form = RequestForm(request.POST, request.FILES)
        form.is_valid()
        files = take_files(request, form, actor=user)
        asked = answers.take(request, service.canonical, actor=user)
        if form.is_valid() and (asked is None or asked.is_valid):
            values = {**form.cleaned_data, "files": files}
            values.pop("kept_files")
            if asked is not None:
                values["form_version"], values["answers"] = asked.version, asked.values
                values["files"] = [*files, *asked.files]
            case = services.open_case(service.canonical, actor=user, language=language, **values)
            grant(request, case)
            return redirect("services:case", pk=case.pk)
    else:
        initial = (
            {"name": user.get_full_name(), "email": user.email} if user.is_authenticated else {}
        )
        form = RequestForm(initial=initial)
        asked = answers.begin(service.canonical)
    context = {
        "service": service,
        "asked": asked,
        "form": form,
        "working_days": service.canonical.reply_days,
        "retention_months": service.canonical.retention_months,
        "fallback_language": (
            get_language_info(service.text_language) if service.is_fallback else None
        ),
    }
    status = 422 if form.is_bound else 200
    return render(request, "services_catalog/cases/request.html", context, status=status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def request_package(request: HttpRequest, slug: str) -> HttpResponse:
    """One request for the services of a package; those that are not always part are ticked."""
    language = active_language()
    package = find_package(slug, language=language)
    if package is None:
        raise Http404
    user = request.user
    asking = package_services(package.row)
    if request.method == "POST":
        throttle("services.request", visitor_key(request), limit=20, per=timedelta(hours=1))
        form = PackageForm(request.POST, request.FILES, package=package)
        form.is_valid()
        files = take_files(request, form, actor=user)
        chosen = {one.pk for one in form.cleaned_data.get("services", ())}
        wanted = chosen | {one.pk for one, is_required in asking if is_required}
        asked = answers.take_all(
            request, [one for one, _is_required in asking], wanted=wanted, actor=user
        )
        if form.is_valid() and all(one.is_valid for one in asked.values()):
            values = {**form.cleaned_data, "files": files}
            values.pop("kept_files")
            questions = {
                pk: {"form_version": one.version, "answers": one.own_values, "files": one.files}
                for pk, one in asked.items()
                if pk in wanted
            }
            case = services.open_package(
                package.row, actor=user, language=language, questions=questions, **values
            )
            grant(request, case)
            return redirect("services:case", pk=case.pk)
    else:
        initial = (
            {"name": user.get_full_name(), "email": user.email} if user.is_authenticated else {}
        )
        form = PackageForm(initial=initial, package=package)
        asked = answers.begin_all(one for one, _is_required in asking)
    names = {one.canonical.pk: one.name for one in package.services}
    context = {
        "package": package,
        "form": form,
        "asked_of": [
            (names.get(one.pk, one.name), is_required, asked[one.pk])
            for one, is_required in asking
            if one.pk in asked
        ],
        "wrong": len(form.errors) + sum(len(one.errors) for one in asked.values()),
        "working_days": package.row.coordination.reply_days,
        "retention_months": package.row.coordination.retention_months,
    }
    status = 422 if form.is_bound else 200
    return render(request, "services_catalog/cases/package_request.html", context, status=status)


# --- Following --------------------------------------------------------------------------------


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
        # The same page whether there is such a case or not.
        return render(request, "services_catalog/cases/no_access.html", status=404)
    return show_case(request, case, actor)


def show_case(
    request: HttpRequest,
    case: ServiceRequest,
    actor: Any,
    form: MessageForm | None = None,
    feedback_form: FeedbackForm | None = None,
) -> HttpResponse:
    moves = [row for row in available(case, actor) if row.verb in MOVES]
    may_rate = any(row.verb == "rate" for row in moves) and not hasattr(case, "feedback")
    is_known = case.assigned_org is not None and case.state != states.OFFERED
    context = {
        "case": case,
        "service": selectors.service_name(case, active_language()),
        "timeline": selectors.timeline(case),
        "files": selectors.request_files(case),
        "answers": answers.shown(case),
        "writing": next((row for row in moves if row.verb in WITH_TEXT), None),
        "moves": [row for row in moves if row.verb not in (*WITH_TEXT, "rate")],
        "form": form or MessageForm(),
        "feedback_form": (feedback_form or FeedbackForm()) if may_rate else None,
        "needs_confirmation": case.state == states.UNCONFIRMED,
        "is_ours": case.state in states.OURS,
        "is_waiting": case.state == states.WAITING,
        "is_reopening": any(row.verb == "reopen" for row in moves),
        "organisation": case.assigned_org if is_known else None,
        "parts": selectors.parts(case, active_language()),
    }
    response = render(
        request,
        "services_catalog/cases/case.html",
        context,
        status=422 if form or feedback_form else 200,
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
    case = find_case(pk)
    actor = actor_for(request, case)
    if verb not in MOVES:
        raise Http404
    values: dict[str, Any] = {}
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


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def lost_link(request: HttpRequest) -> HttpResponse:
    """Number and address give a new link by mail; the answer is the same always."""
    form = LostLinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        throttle("services.link", visitor_key(request), limit=10, per=timedelta(hours=1))
        services.send_new_link(**form.cleaned_data)
        return redirect(reverse("services:lost_link_sent"))
    return render(
        request,
        "services_catalog/cases/lost_link.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


@never_cache
@require_http_methods(["GET", "HEAD"])
def lost_link_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "services_catalog/cases/lost_link_sent.html")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def open_with_pin(request: HttpRequest) -> HttpResponse:
    """Number and PIN from a paper slip open a case for an hour; wrong ones all answer alike."""
    form = PinForm(request.POST or None)
    if request.method == "POST":
        throttle("services.pin", visitor_key(request), limit=20, per=timedelta(hours=1))
        if form.is_valid():
            case = services.find_by_pin(**form.cleaned_data)
            if case is not None:
                grant(request, case)
                return redirect("services:case", pk=case.pk)
            form.add_error(
                None,
                _(
                    "Number and PIN do not fit together. After five wrong tries the PIN is "
                    "locked; we print a new one at the desk."
                ),
            )
    status = 422 if form.is_bound else 200
    return render(request, "services_catalog/cases/pin.html", {"form": form}, status=status)
