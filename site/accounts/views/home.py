"""The account's first page, the person's name, and the page that asks staff for a second factor."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import passkeys, second_factor
from accounts.forms import NameForm
from accounts.permissions import can_enter_admin, roles_of, signed_in


@require_safe
@login_required
def account_home(request: HttpRequest) -> HttpResponse:
    """Everything that can be done with the account."""
    user = signed_in(request)
    return render(
        request,
        "account/home.html",
        {
            "roles": sorted(roles_of(user)),
            "can_enter_admin": can_enter_admin(user),
            "has_second_factor": second_factor.has_factor(user),
            "needs_second_factor": second_factor.is_missing(request),
            "new_address": EmailAddress.objects.filter(user=user, verified=False)
            .exclude(email=user.email)
            .first(),
            "device_count": UserSession.objects.filter(user=user).count(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def name(request: HttpRequest) -> HttpResponse:
    """The person's name."""
    form = NameForm(request.POST if request.method == "POST" else None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your name has been saved."))
        return redirect("account_home")
    return render(request, "account/name.html", {"form": form})


@require_safe
@login_required
def second_factor_needed(request: HttpRequest) -> HttpResponse:
    """Where staff land who want to enter the admin without a second factor."""
    following = request.GET.get(REDIRECT_FIELD_NAME, "")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()}):
        following = reverse("wagtailadmin_home")
    if not second_factor.is_missing(request):
        return redirect(following)
    kinds = set(
        Authenticator.objects.filter(user=request.user, type__in=second_factor.FACTORS).values_list(
            "type", flat=True
        )
    )
    query = urlencode({REDIRECT_FIELD_NAME: following})
    ways = [
        {**way, "url": f"{way['url']}?{query}"}
        for way in get_adapter().get_reauthentication_methods(request.user)
        if way["id"].startswith(second_factor.WAYS)
    ]
    return render(
        request,
        "account/second_factor_needed.html",
        {
            "ways": ways if kinds else [],
            "passkeys_possible": passkeys.are_possible(request),
        },
    )
