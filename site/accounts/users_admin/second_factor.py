"""Taking the second factor off an account whose owner has lost it."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from accounts import mail
from accounts.models import User
from accounts.permissions import is_administrator
from accounts.sessions import end_all
from core.audit.events import record


@transaction.atomic
def remove_second_factor(user: User, *, actor: object) -> None:
    """Removes app, keys and recovery codes, signs the person out and tells them by mail."""
    Authenticator.objects.filter(user=user).delete()
    end_all(user)
    record(user, "remove_second_factor", actor=actor)
    mail.send("account/email/second_factor_removed", user.email, {})


@require_http_methods(["GET", "POST"])
def remove_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, and removes when the button is pressed."""
    if not is_administrator(request.user):
        raise PermissionDenied
    user = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        remove_second_factor(user, actor=request.user)
        messages.success(request, _("The second factor has been removed."))
        return redirect("wagtailusers_users:edit", user.pk)
    return render(request, "accounts/admin/remove_second_factor.html", {"person": user})
