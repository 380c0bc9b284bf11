"""The resident's side: asking for a service or a package, with or without an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, get_language_info
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.throttle import throttle, visitor_key
from services_catalog import pins
from services_catalog.cases import answers, left_over, services
from services_catalog.cases.access import grant
from services_catalog.cases.forms import PackageForm, RequestForm
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.uploads import take_files
from services_catalog.models.package import Package
from services_catalog.models.service import Service
from services_catalog.selectors.packages import find_package, package_services
from services_catalog.selectors.services import find_service, request_url


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def request_service(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for a service, with or without an account."""
    language = get_language() or settings.LANGUAGE_CODE
    service = find_service(slug, language=language)
    if service is None or not request_url(service):
        row = Service.objects.canonical().filter(slug=slug).first()
        return _gone(request, service=row, is_live=service is not None)
    user = request.user
    left: left_over.LeftOver | None = None
    if request.method == "POST":
        throttle("services.request", visitor_key(request), limit=20, per=timedelta(hours=1))
        form = RequestForm(request.POST, request.FILES)
        form.is_valid()
        asked = answers.take(request, service.canonical, actor=user)
        left = left_over.find(request, [asked] if asked else [], actor=user)
        files = take_files(request, form, actor=user, more=left.files)
        if form.is_valid() and (asked is None or asked.is_valid) and not left.is_news:
            values = {**form.cleaned_data, "files": files}
            values.pop("kept_files")
            if asked is not None:
                values["form_version"], values["answers"] = asked.version, asked.values
                values["files"] = [*files, *asked.files]
            pin = _pin_for(request, values)
            case = services.open_case(
                service.canonical, actor=user, language=language, pin=pin, **values
            )
            return _sent(request, case, pin)
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
        "left": left,
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
    language = get_language() or settings.LANGUAGE_CODE
    package = find_package(slug, language=language)
    if package is None:
        return _gone(request, package=Package.objects.filter(slug=slug).first())
    user = request.user
    left: left_over.LeftOver | None = None
    asking = package_services(package.row)
    always = {one.pk for one, is_required in asking if is_required}
    gone, added = _changed_parts(request.POST.get("always", ""), always)
    if request.method == "POST":
        throttle("services.request", visitor_key(request), limit=20, per=timedelta(hours=1))
        form = PackageForm(request.POST, request.FILES, package=package)
        form.is_valid()
        chosen = {one.pk for one in form.cleaned_data.get("services", ())}
        wanted = chosen | always
        asked = answers.take_all(
            request, [one for one, _is_required in asking], wanted=wanted, actor=user
        )
        left = left_over.find(request, asked.values(), actor=user)
        files = take_files(request, form, actor=user, more=left.files)
        is_right = form.is_valid() and all(one.is_valid for one in asked.values())
        if is_right and not (left.is_news or gone or added):
            values = {**form.cleaned_data, "files": files}
            values.pop("kept_files")
            questions = {
                pk: {"form_version": one.version, "answers": one.own_values, "files": one.files}
                for pk, one in asked.items()
                if pk in wanted
            }
            pin = _pin_for(request, values)
            case = services.open_package(
                package.row, actor=user, language=language, questions=questions, pin=pin, **values
            )
            return _sent(request, case, pin)
    else:
        initial = (
            {"name": user.get_full_name(), "email": user.email} if user.is_authenticated else {}
        )
        form = PackageForm(initial=initial, package=package)
        asked = answers.begin_all(one for one, _is_required in asking)
    names = {one.canonical.pk: one.name for one in package.services}
    context = {
        "package": package,
        "always": ",".join(map(str, sorted(always))),
        "gone": gone,
        "added": added,
        "form": form,
        "left": left,
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


def _changed_parts(shown: str, now: set[int]) -> tuple[list[Service], list[Service]]:
    """What was always part of a package when its form was shown and is not `now`, and what came."""
    before = {int(pk) for pk in shown.split(",")[:50] if pk.isascii() and pk.isdigit()}
    if not before:
        return [], []
    found = Service.objects.canonical().in_bulk(before ^ now)
    return (
        [found[pk] for pk in sorted(before - now) if pk in found],
        [found[pk] for pk in sorted(now - before) if pk in found],
    )


# --- After the button -------------------------------------------------------------------------


def _pin_for(request: HttpRequest, values: dict[str, Any]) -> str:
    """A PIN for whoever gave only a telephone: no mail and no account leads them back."""
    if values["email"] or request.user.is_authenticated:
        return ""
    return pins.pin_of(values["submission_key"])


def _sent(request: HttpRequest, case: ServiceRequest, pin: str) -> HttpResponse:
    """To the case; first to the slip with number and PIN, where that is the way back.

    The slip is the answer to the button itself, as the PIN is stored nowhere. Pressed twice, or
    loaded again, it shows the same one, unless the desk has printed another since.
    """
    grant(request, case)
    contact = getattr(case, "contact", None)
    if not pin or contact is None or not check_password(pin, contact.pin_hash):
        return redirect("services:case", pk=case.pk)
    return render(request, "services_catalog/cases/slip.html", {"case": case, "pin": pin})


def _gone(
    request: HttpRequest,
    *,
    service: Service | None = None,
    package: Package | None = None,
    is_live: bool = False,
) -> HttpResponse:
    """No requests here any more. Whoever was writing one gets back all that was typed.

    404 for everybody else. A service that was never published is not told from none at all.
    """
    if request.method != "POST":
        raise Http404
    throttle("services.request", visitor_key(request), limit=20, per=timedelta(hours=1))
    form = RequestForm(request.POST, request.FILES)
    form.is_valid()
    left = left_over.find(request, [], actor=request.user)
    typed = left_over.typed_in(form, ("text", "name", "email", "phone"))
    if not typed and not left.is_news:
        raise Http404
    if service is not None or package is not None:
        take_files(request, form, actor=request.user, more=left.files)
    was_known = service is not None and (
        service.live or service.first_published_at is not None or service.requests.exists()
    )
    context = {
        "form": form,
        "typed": "\n".join(filter(None, [left_over.in_words(typed), left.text])),
        "lost_files": [] if form.kept else _names(request),
        "service": service if was_known else None,
        "package": package,
        "is_live": is_live,
        "again": _fields_again(form),
    }
    had_requests = package is not None and package.requests.exists()
    status = 410 if was_known or had_requests else 404
    return render(request, "services_catalog/cases/gone.html", context, status=status)


def _names(request: HttpRequest) -> list[str]:
    """The names of all files that came with the request."""
    uploads: Any = request.FILES
    return [file.name for name in uploads for file in uploads.getlist(name)]


def _fields_again(form: RequestForm) -> list[tuple[str, str]]:
    """Everything that was sent, for a button that sends it once more."""
    data: Any = form.data
    return [
        (name, value)
        for name, values in data.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
