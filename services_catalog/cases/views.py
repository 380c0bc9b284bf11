"""The resident's side: asking, following, replying."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.throttle import throttle, visitor_key
from core.tokens import revoke
from core.tokens.models import AccessToken
from core.tokens.views import Question, TokenView
from core.transitions import TransitionError, available
from services_catalog.cases import rules, selectors, services, states
from services_catalog.cases.forms import LostLinkForm, MessageForm, RequestForm
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.rules import LinkHolder
from services_catalog.selectors.services import find_service, request_url

ACCESS_KEY = "case_access"
ACCESS_FOR = timedelta(minutes=60)
#: Moves a resident may press here, and which of them carry a text.
MOVES = ("reply", "accept", "reopen", "withdraw")
WITH_TEXT = ("reply", "reopen")


# --- Asking -----------------------------------------------------------------------------------


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def request_service(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for a service, with or without an account."""
    language = get_language() or settings.LANGUAGE_CODE
    service = find_service(slug, language=language)
    if service is None or not request_url(service):
        raise Http404
    user = request.user
    if request.method == "POST":
        form = RequestForm(request.POST)
        if form.is_valid():
            throttle("services.request", visitor_key(request), limit=10, per=timedelta(hours=1))
            case = services.open_case(
                service.canonical,
                actor=user,
                language=language,
                **form.cleaned_data,
            )
            grant(request, case)
            return redirect("services:case", pk=case.pk)
    else:
        initial = (
            {"name": user.get_full_name(), "email": user.email} if user.is_authenticated else {}
        )
        form = RequestForm(initial=initial)
    context = {
        "service": service,
        "form": form,
        "working_days": rules.ANSWER_WITHIN_WORKING_DAYS,
        "fallback_language": (
            get_language_info(service.text_language) if service.is_fallback else None
        ),
    }
    status = 422 if form.is_bound else 200
    return render(request, "services_catalog/cases/request.html", context, status=status)


# --- Following --------------------------------------------------------------------------------


def grant(request: HttpRequest, case: ServiceRequest) -> None:
    """Lets this browser see this one case for an hour."""
    now = time.time()
    access = {key: end for key, end in request.session.get(ACCESS_KEY, {}).items() if end > now}
    access[str(case.pk)] = now + ACCESS_FOR.total_seconds()
    request.session[ACCESS_KEY] = access


def actor_for(request: HttpRequest, case: ServiceRequest) -> Any:
    """Who is looking: the account that asked, or the holder of an opened link. 404 for others."""
    if rules.requester(request.user, case):
        return request.user
    if request.session.get(ACCESS_KEY, {}).get(str(case.pk), 0) > time.time():
        return LinkHolder(case=case.pk)
    raise Http404


def find_case(pk: UUID) -> ServiceRequest:
    """A case for a page; whoever may see it is asked next."""
    case = ServiceRequest.objects.select_related("service", "contact").filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


@never_cache
@require_http_methods(["GET", "HEAD"])
def case_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One case, to whoever may see it."""
    case = find_case(pk)
    return show_case(request, case, actor_for(request, case))


def show_case(
    request: HttpRequest, case: ServiceRequest, actor: Any, form: MessageForm | None = None
) -> HttpResponse:
    moves = [row for row in available(case, actor) if row.verb in MOVES]
    context = {
        "case": case,
        "service": selectors.service_name(case, get_language() or settings.LANGUAGE_CODE),
        "timeline": selectors.timeline(case),
        "writing": next((row for row in moves if row.verb in WITH_TEXT), None),
        "moves": [row for row in moves if row.verb not in WITH_TEXT],
        "form": form or MessageForm(),
        "needs_confirmation": case.state == states.UNCONFIRMED,
        "is_ours": case.state in states.OURS,
        "is_reopening": any(row.verb == "reopen" for row in moves),
    }
    response = render(
        request, "services_catalog/cases/case.html", context, status=422 if form else 200
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@sensitive_post_parameters()
@require_POST
def move_case(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """A button on the case's page."""
    case = find_case(pk)
    actor = actor_for(request, case)
    if verb not in MOVES:
        raise Http404
    values: dict[str, Any] = {}
    if verb in WITH_TEXT:
        form = MessageForm(request.POST)
        if not form.is_valid():
            return show_case(request, case, actor, form)
        values = form.cleaned_data
    try:
        services.move(case, verb, actor=actor, **values)
    except TransitionError as error:
        messages.error(request, str(error))
        return redirect("services:case", pk=case.pk)
    messages.success(request, _("Done. We have written it down."))
    return redirect("services:case", pk=case.pk)


class OpenCase(TokenView):
    """The private link of a case."""

    purpose = rules.FOLLOW

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

    purpose = rules.CONFIRM

    def question(self, token: AccessToken) -> Question:
        case = find_case(UUID(token.object_id))
        return Question(
            heading=_("Confirm request %(number)s") % {"number": case.number},
            text=_("Press the button, and we start working on it."),
            button=_("I confirm my request"),
        )

    def act(self, token: AccessToken) -> HttpResponse:
        case = find_case(UUID(token.object_id))
        services.move(case, "confirm", actor=LinkHolder(case=case.pk))
        revoke(case, purpose=rules.CONFIRM)
        grant(self.request, case)
        messages.success(self.request, _("Thank you. Your request is confirmed."))
        return redirect("services:case", pk=case.pk)


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
