"""One case for staff: what was asked, what was written, the next moves as buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.views import generic

from core.clock import database_now
from core.files import serve
from core.transitions import Transition, TransitionError, available
from services_catalog.cases import answers, erasing, permissions, selectors, services, states
from services_catalog.cases.admin import words
from services_catalog.cases.admin.forms import (
    AnswerForm,
    AssignForm,
    DuplicateForm,
    OfferForm,
    PriorityForm,
)
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.uploads import take_files

#: Moves that carry a message; they share one form, each with its own button.
WRITTEN = ("answer", "ask", "write", "note", "hand_over", "decline", "reject")
#: Moves with a small form of their own, by verb.
WITH_FORM: dict[str, Callable[..., forms.Form]] = {
    "offer": OfferForm,
    "assign": AssignForm,
    "set_priority": PriorityForm,
    "mark_duplicate": DuplicateForm,
}
#: The first of these that is possible is the big button.
FIRST = ("take", "accept_offer", "start", "triage", "confirm_for", "close_for")


def visible_case(request: HttpRequest, pk: UUID) -> ServiceRequest:
    """A case that the person may see, else 404."""
    rows = ServiceRequest.objects.visible_to(request.user).select_related(
        "service",
        "contact",
        "assigned_to",
        "assigned_org",
        "duplicate_of",
        "feedback",
        "package",
        "parent",
    )
    return get_object_or_404(rows, pk=pk)


def refusal(error: TransitionError) -> str:
    """What to tell the person."""
    return str(getattr(error, "sentence", "") or error)


class CaseInspectView(generic.InspectView):
    """The screen of a case."""

    template_name = "services_catalog/admin/case.html"
    page_title = _("Case")

    def get_object(self) -> ServiceRequest:
        return visible_case(self.request, self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context.update(case_context(self.request, self.object, template=self._template()))
        if context["may_see_contact"] and self.request.method == "GET":
            services.note_view(self.object, actor=self.request.user, what="screen")
        return context

    def _template(self) -> str:
        """The words of the chosen template; choosing only fills the field."""
        chosen = self.request.GET.get("szablon", "")
        if not chosen.isdecimal():
            return ""
        found = selectors.reply_templates(self.object).filter(pk=chosen[:9]).first()
        return found.text if found else ""


def case_context(
    request: HttpRequest,
    case: ServiceRequest,
    *,
    template: str = "",
    form: AnswerForm | None = None,
    failed: tuple[str, forms.Form] | None = None,
) -> dict[str, Any]:
    """What the screen of a case shows to this person."""
    rows = [
        row
        for row in available(case, request.user)
        if not (case.erased_at and row.verb in states.WRITING)
    ]
    written = sorted(
        (row for row in rows if row.verb in WRITTEN), key=lambda row: WRITTEN.index(row.verb)
    )
    form_moves = [row for row in rows if row.verb in WITH_FORM]
    plain = [row for row in rows if row.verb not in (*WRITTEN, *WITH_FORM) and _fits(row, case)]
    return {
        "case": case,
        "timeline": selectors.timeline(case, for_staff=True),
        "files": selectors.request_files(case),
        "answers": answers.shown(case, audiences=permissions.audiences_of(request.user, case)),
        "overdue": selectors.is_overdue(case, database_now()),
        "may_see_contact": permissions.may_see_contact(request.user, case),
        "may_export": permissions.may_work(request.user) and case.erased_at is None,
        "main_moves": [_helped(row) for row in plain if row.verb in FIRST],
        "plain_moves": [_helped(row) for row in plain if row.verb not in FIRST],
        "written_moves": [_helped(row) for row in written],
        "may_answer": any(row.verb == "answer" for row in written),
        "form_moves": [
            (
                *_helped(row),
                failed[1] if failed and failed[0] == row.verb else _small_form(row, case),
            )
            for row in form_moves
        ],
        "form": form or AnswerForm(initial={"text": template} if template else None),
        "reply_templates": selectors.reply_templates(case) if written else [],
        "duplicates": case.duplicates.all()[:20],
        "parts": ServiceRequest.objects.visible_to(request.user).filter(parent=case)[:20],
    }


def _helped(row: Transition) -> tuple[Transition, Any]:
    """A move with the line that stands beside its button."""
    return row, words.HELP.get(row.verb, "")


def _fits(row: Transition, case: ServiceRequest) -> bool:
    """Whether a button makes sense for the case as it is; the guards decide in any case."""
    match row.verb:
        case "hold":
            return not case.legal_hold and case.erased_at is None
        case "release":
            return case.legal_hold
        case "erase":
            return not case.legal_hold and case.erased_at is None
        case "new_pin":
            return hasattr(case, "contact")
    return True


def _small_form(row: Transition, case: ServiceRequest) -> forms.Form:
    made = WITH_FORM[row.verb]
    if row.verb == "assign":
        return made(case=case, prefix=row.verb)
    if row.verb == "set_priority":
        return made(initial={"priority": case.priority}, prefix=row.verb)
    return made(prefix=row.verb)


def move_view(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """A button of the case's screen; only POST acts."""
    case = visible_case(request, pk)
    back = redirect("services_catalog_cases:inspect", case.pk)
    if request.method != "POST":
        return back
    seen = request.POST.get("version", "")
    if verb == "new_pin":
        return _print_pin(request, case)
    if verb == "erase" and request.POST.get("sure") != "yes":
        return render(request, "services_catalog/admin/erase.html", {"case": case})
    values: dict[str, Any] = {}
    if verb in WRITTEN:
        written = AnswerForm(request.POST, request.FILES)
        written.is_valid()
        files = take_files(request, written, actor=request.user)
        if not written.is_valid():
            return _again(request, case, form=written)
        values = {
            "text": written.cleaned_data["text"],
            "submission_key": written.cleaned_data["submission_key"],
            "files": files,
        }
        if verb == "answer":
            values["outcome"] = written.cleaned_data["outcome"]
    elif verb in WITH_FORM:
        extra = {"case": case} if verb == "assign" else {}
        small = WITH_FORM[verb](request.POST, prefix=verb, **extra)
        if not small.is_valid():
            return _again(request, case, failed=(verb, small))
        values = small.cleaned_data
    try:
        number = int(seen) if seen.isdecimal() and len(seen) < 10 else None
        services.move(case, verb, actor=request.user, seen=number, **values)
    except TransitionError as error:
        messages.error(request, refusal(error))
        status = 409 if isinstance(error, services.Outdated) else 422
        # What was typed is kept: the case may have moved on while they were writing.
        if verb in WRITTEN:
            written = _unsent(case, written)
            return _again(request, visible_case(request, pk), status=status, form=written)
        if verb in WITH_FORM:
            return _again(request, visible_case(request, pk), status=status, failed=(verb, small))
        return back
    except LookupError as error:
        raise Http404 from error
    case.refresh_from_db()
    messages.success(request, words.done(case, verb))
    if not ServiceRequest.objects.visible_to(request.user).filter(pk=case.pk).exists():
        return redirect("services_catalog_cases:index")
    return back


def _unsent(case: ServiceRequest, form: AnswerForm) -> AnswerForm:
    """The form as typed; with a key of its own where its key has sent a message already."""
    key = form.cleaned_data["submission_key"]
    if not case.messages.filter(submission_key=key).exists():
        return form
    typed: Any = form.data
    data = typed.copy()
    data["submission_key"] = str(uuid4())
    form.data = data
    return form


def _again(
    request: HttpRequest, case: ServiceRequest, *, status: int = 422, **context: Any
) -> HttpResponse:
    shown = {"object": case, "header_title": case.number, **case_context(request, case, **context)}
    return render(request, "services_catalog/admin/case_again.html", shown, status=status)


def _print_pin(request: HttpRequest, case: ServiceRequest) -> HttpResponse:
    try:
        pin = services.renew_pin(case, actor=request.user)
    except TransitionError as error:
        messages.error(request, refusal(error))
        return redirect("services_catalog_cases:inspect", case.pk)
    return slip(request, case, pin)


def slip(request: HttpRequest, case: ServiceRequest, pin: str) -> HttpResponse:
    """The paper slip. Shown once, in the answer to the button: the PIN is stored nowhere."""
    response = render(request, "services_catalog/admin/slip.html", {"case": case, "pin": pin})
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def file_view(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    """A file of a case, for staff who see the case and whom it is for."""
    case = visible_case(request, pk)
    if not permissions.may_see_contact(request.user, case):
        raise PermissionDenied
    found = selectors.file_of(case, file, for_staff=True)
    if found is None:
        raise Http404
    services.note_view(case, actor=request.user, what="file")
    return serve(request, found, allowed=True)


@require_POST
def archive_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything about the case that its person may have, for handing it to them."""
    case = visible_case(request, pk)
    if not permissions.may_work(request.user):
        raise PermissionDenied
    services.note_view(case, actor=request.user, what="archive")
    return archive_response(case)


def archive_response(case: ServiceRequest) -> HttpResponse:
    """The ZIP as a download."""
    response = HttpResponse(erasing.archive(case), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{case.number}.zip"'
    response["Cache-Control"] = "no-store"
    return response
