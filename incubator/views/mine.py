"""“My applications”, beginning one, and the page of one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import database_now
from core.throttle import throttle
from directory.models import WRITING_ROLES, Organisation
from incubator import permissions, selectors, services
from incubator.confirmation import code_of
from incubator.models import Call
from incubator.selectors.calls import CallView, moment
from incubator.services import AlreadyApplying
from incubator.states import State
from incubator.views.common import for_people, head, visible
from incubator.views.uploads import with_links

#: What the page of an application says about what comes next.
STAGES = {
    State.SUBMITTED: "submitted",
    State.FORMAL_CHECK: "checking",
    State.REFUSAL_PROPOSED: "checking",
    State.FORMAL_OK: "correct",
    State.FORMAL_REJECTED: "refused",
    State.WITHDRAWN: "withdrawn",
    State.CLARIFICATION: "clarification",
    State.ANNULLED: "annulled",
}


@require_safe
@for_people
def applications(request: HttpRequest) -> HttpResponse:
    """Everything the person's teams have applied for."""
    now = database_now()
    rows = [
        {
            "application": item,
            "call": CallView(item.call, now, item.organisation_id),
            "is_draft": is_draft(item),
        }
        for item in selectors.my_applications(request.user)
    ]
    return render(
        request,
        "incubator/applications.html",
        {"rows": rows, **selectors.calls_context(), **head(_("My applications"))},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """For which organisation? Then an empty draft."""
    call = get_object_or_404(Call.objects.published(), slug=slug)
    now = database_now()
    view = CallView(call, now)
    if view.is_annulled:
        return redirect(call.url)
    mine = Organisation.objects.in_use().with_member(request.user, *WRITING_ROLES)
    organisations = mine.order_by("name_pl")
    longer = call.extensions.filter(organisation__in=mine, closes_at__gt=now)
    if view.is_closed and (extension := longer.order_by("-closes_at").first()):
        # Closed for everybody else: only those that were given more time can be chosen.
        view = CallView(call, now, extension.organisation_id)
        its_own = longer.filter(organisation=OuterRef("pk")).values("closes_at")
        organisations = organisations.annotate(open_until=Subquery(its_own)).exclude(
            open_until=None
        )
    if request.method == "POST":
        organisation = _chosen(organisations, request.POST.get("organisation", ""))
        if organisation is None:
            return _begin_page(request, view, organisations, is_missing=True)
        try:
            found = services.begin_application(call, organisation, actor=request.user)
        except AlreadyApplying as error:
            messages.info(request, error.messages[0])
            return redirect("incubator:application", error.application.uuid)
        except PermissionDenied:
            raise Http404 from None
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect(call.url)
        return redirect(selectors.wizard_steps(found)[0].url)
    return _begin_page(request, view, organisations)


def _begin_page(
    request: HttpRequest, view: CallView, organisations: Any, *, is_missing: bool = False
) -> HttpResponse:
    here = reverse("incubator:begin", args=[view.call.slug])
    context = {
        **head(view.call.name, lead=_("Application"), is_example=view.call.is_example),
        "call": view.call,
        "view": view,
        "organisations": organisations,
        "is_missing": is_missing,
        "is_extended": view.is_extended,
        "create_url": f"{reverse('directory:create')}?{urlencode({'next': here})}",
    }
    return render(request, "incubator/begin.html", context, status=422 if is_missing else 200)


@require_safe
@for_people
def application(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Where the application stands, what was sent, and what can be done next."""
    found = visible(request, uuid)
    snapshot = found.latest_snapshot
    clarification = found.open_clarification
    is_open = is_draft(found) or permissions.may_write(request.user, found)
    context = {
        **head(found.call.name, is_example=found.call.is_example),
        "application": found,
        "call": found.call,
        "call_view": CallView(found.call, database_now(), found.organisation_id),
        "is_draft": is_draft(found),
        "is_correcting": found.is_correcting,
        "can_correct": found.can_be_corrected and permissions.writes_for(request.user, found),
        "clarification": clarification,
        "clarification_due": moment(clarification.due_at) if clarification else "",
        "differences": selectors.differences(found),
        "may_write": permissions.may_write(request.user, found),
        "may_lead": permissions.may_lead(request.user, found),
        "is_of_team": permissions.is_of_team(request.user, found),
        "can_be_withdrawn": found.machine.row(found.state, "withdraw") is not None,
        "snapshot": snapshot,
        "answers": with_links(found, selectors.sent_answers(snapshot)) if snapshot else [],
        "arrived": moment(snapshot.arrived_at) if snapshot else "",
        "stage": STAGES.get(found.state, ""),
        "is_refused": found.state == State.FORMAL_REJECTED,
        "summary": selectors.summary_of(found) if is_draft(found) else None,
        "steps": selectors.wizard_steps(found) if is_open else [],
        "code": code_of(snapshot.sha256) if snapshot else "",
        "team": found.organisation.memberships.select_related("user").order_by("created_at"),
    }
    return render(request, "incubator/application.html", context)


def is_draft(application: Any) -> bool:
    """Whether it is still being written."""
    return application.state == State.DRAFT


def _chosen(organisations: Any, text: str) -> Organisation | None:
    """The organisation that was ticked, if it is one of those that were offered."""
    return next((row for row in organisations if str(row.uuid) == text), None)


class QuestionForm(forms.Form):
    """A question about a call."""

    use_required_attribute = False

    question = forms.CharField(
        label=gettext_lazy("Your question"),
        help_text=gettext_lazy(
            "Question and answer are published for everybody, without your name. Write nothing "
            "that tells who you are."
        ),
        max_length=1000,
        widget=forms.Textarea({"class": "input", "rows": 5}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """A question about a call, to be answered for everybody."""
    call = get_object_or_404(Call.objects.published(), slug=slug)
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        throttle("incubator.ask", f"user:{request.user.pk}", limit=10, per=timedelta(hours=1))
        try:
            services.ask_about(call, question=form.cleaned_data["question"], actor=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(
                request, _("Thank you. The answer will stand on the call’s page; you get a mail.")
            )
        return redirect(call.url)
    context = {
        **head(_("Ask about the call"), lead=call.name, is_example=call.is_example),
        "call": call,
        "form": form,
        "has_errors": bool(form.errors),
    }
    return render(request, "incubator/ask.html", context, status=422 if form.errors else 200)
