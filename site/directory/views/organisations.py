"""Pages of the people of an organisation: its data and its team."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from core import tokens
from core.throttle import throttle
from core.tokens.access import TokenRefused
from core.tokens.views import hide, refusal_text
from directory import permissions, services
from directory.forms import InvitationForm, OrganisationForm, PatronForm, UnitForm
from directory.models import Invitation, Membership, Organisation, TeamRole

#: Invitations that one person may send in an hour.
INVITATIONS = 20
#: Organisations that one person may enter in a day.
ENTRIES = 10


@never_cache
@require_safe
@login_required
def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations in whose teams the person is."""
    memberships = (
        Membership.objects.filter(user=request.user.pk)
        .select_related("organisation")
        .order_by("organisation__name_pl")
    )
    return render(request, "directory/organisations.html", {"memberships": memberships})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def create(request: HttpRequest) -> HttpResponse:
    """Entering an organisation. `next` leads back to what it was needed for."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        throttle("directory.enter", str(request.user.pk), limit=ENTRIES, per=timedelta(days=1))
        try:
            organisation = services.create_organisation(actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            messages.success(request, _("The organisation has been saved."))
            return redirect(_following(request) or page_of(organisation))
    return render(
        request,
        "directory/organisation_form.html",
        {"form": form, "following": _following(request)},
        status=422 if form.errors else 200,
    )


@never_cache
@require_safe
@login_required
def detail(request: HttpRequest, uuid: Any) -> HttpResponse:
    """The organisation and its team."""
    organisation = visible(request, uuid)
    return detail_page(request, organisation)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Changing the organisation's data."""
    organisation = visible(request, uuid)
    if not permissions.may_write(request.user, organisation):
        raise Http404
    form = OrganisationForm(request.POST or None, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_organisation(organisation, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            messages.success(request, _("The organisation has been saved."))
            return redirect(page_of(organisation))
    return render(
        request,
        "directory/organisation_form.html",
        {"form": form, "organisation": organisation},
        status=422 if form.errors else 200,
    )


@never_cache
@require_POST
@login_required
def invite(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Asking somebody into the team."""
    organisation = led(request, uuid)
    form = InvitationForm(request.POST)
    if form.is_valid():
        throttle(
            "directory.invite", str(request.user.pk), limit=INVITATIONS, per=timedelta(hours=1)
        )
        try:
            services.invite(organisation, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("email", error)
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect(page_of(organisation))
    return detail_page(request, organisation, invitation=form, status=422)


@never_cache
@require_POST
@login_required
def cancel(request: HttpRequest, uuid: Any, invitation: Any) -> HttpResponse:
    """Taking an invitation back."""
    organisation = led(request, uuid)
    found = get_object_or_404(Invitation, organisation=organisation, uuid=invitation)
    services.cancel_invitation(found, actor=request.user)
    messages.success(request, _("The invitation has been taken back."))
    return redirect(page_of(organisation))


@never_cache
@require_POST
@login_required
def member(request: HttpRequest, uuid: Any, membership: int) -> HttpResponse:
    """Another role for somebody, or the end of their part in the team."""
    organisation = visible(request, uuid)
    found = get_object_or_404(Membership, organisation=organisation, pk=membership)
    is_self = found.user_id == request.user.pk
    is_leaving = request.POST.get("act") == "remove"
    if not permissions.may_lead(request.user, organisation) and not (is_self and is_leaving):
        raise Http404
    try:
        if is_leaving:
            services.remove_member(found, actor=request.user)
            messages.success(request, _("The team has changed."))
        elif request.POST.get("role") in TeamRole.values:
            services.change_role(found, role=request.POST["role"], actor=request.user)
            messages.success(request, _("The team has changed."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    if is_self and is_leaving and not permissions.role_in(request.user, organisation):
        return redirect("directory:organisations")
    return redirect(page_of(organisation))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page behind an invitation's link. Looking at it joins nothing; the button does."""
    context: dict[str, Any] = {}
    status = 200
    person = cast(User, request.user)
    try:
        if request.method == "POST":
            membership = services.accept_invitation(token, actor=person)
            messages.success(
                request,
                _("You are in the team of “%(name)s” now.")
                % {"name": membership.organisation.name_pl},
            )
            return redirect(page_of(membership.organisation))
        found = tokens.peek(token, services.INVITATION)
        context["invitation"] = Invitation.objects.select_related("organisation").get(
            pk=found.object_id
        )
        context["is_for_me"] = context["invitation"].email == person.email
    except TokenRefused as refusal:
        context["refusal"] = refusal_text(refusal.reason)
        status = 410
    except ValidationError as error:
        context["refusal"] = error.messages[0]
        status = 403
    return hide(render(request, "directory/invitation.html", context, status=status))


def detail_page(
    request: HttpRequest,
    organisation: Organisation,
    *,
    invitation: InvitationForm | None = None,
    unit: UnitForm | None = None,
    patron: PatronForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The organisation's page, with the forms as they were sent where one was refused."""
    may_lead = permissions.may_lead(request.user, organisation)
    may_write = permissions.may_write(request.user, organisation)
    asked = organisation.patronages.filter(state__in=("asked", "accepted"))
    groups = organisation.groups.filter(state__in=("asked", "accepted"))
    context = {
        "organisation": organisation,
        "team": organisation.memberships.select_related("user").order_by("created_at"),
        "may_write": may_write,
        "may_lead": may_lead,
        "is_leader": permissions.role_in(request.user, organisation) == TeamRole.OWNER,
        "roles": TeamRole.choices,
        "invitations": (
            organisation.invitations.filter(accepted_at=None, cancelled_at=None) if may_lead else []
        ),
        "form": invitation or InvitationForm(),
        "units": organisation.units.all(),
        "unit_form": unit or (UnitForm() if may_write else None),
        "patronage": asked.select_related("patron").first(),
        "patron_form": patron or PatronForm(),
        "groups": groups.select_related("group"),
    }
    return render(request, "directory/organisation.html", context, status=status)


def visible(request: HttpRequest, uuid: Any) -> Organisation:
    """The organisation, 404 for people who may not see it: they learn nothing of it."""
    organisation = get_object_or_404(Organisation, uuid=uuid)
    if not permissions.may_see(request.user, organisation):
        raise Http404
    return organisation


def led(request: HttpRequest, uuid: Any) -> Organisation:
    organisation = visible(request, uuid)
    if not permissions.may_lead(request.user, organisation):
        raise Http404
    return organisation


def page_of(organisation: Organisation) -> str:
    return reverse("directory:organisation", args=[organisation.uuid])


def _following(request: HttpRequest) -> str:
    """Where to go on, if it is a page of ours."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if is_ours else ""
