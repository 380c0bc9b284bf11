"""allauth's views where ours differ: nothing acts on GET, keys know which host they are on."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import limits, passkeys, second_factor
from accounts.adapter import TOO_MANY
from accounts.forms import ActivateAppForm, AddEmailForm, AddKeyForm
from accounts.permissions import can_enter_admin

KEY_FAILED = _("The key did not work. Try again, or choose another way.")


class KnowsPasskeys:
    """Tells the page whether a passkey can work on the host that the visitor came by."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        possible = passkeys.are_possible(self.request)
        return super().get_context_data(**kwargs) | {"passkeys_possible": possible}  # type: ignore[misc]


class LoginView(KnowsPasskeys, account.LoginView):
    """Signing in."""


class AuthenticateView(KnowsPasskeys, mfa.AuthenticateView):
    """The second step of signing in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        problem = KEY_FAILED if self.webauthn_form.errors else ""
        return super().get_context_data(**kwargs) | {"problem": problem}


@method_decorator(transaction.atomic, name="form_valid")
class SignupView(account.SignupView):
    """A new account and its mail are written together or not at all."""


class ConfirmEmailView(account.ConfirmEmailView):
    """Following the link shows a button; only the button confirms, and only it signs others out."""

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.object = self.get_object()
        except Http404:
            self.object = None
        return self.render_to_response(self.get_context_data())

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().post(*args, **kwargs)
        except Http404:
            # Pressed twice, or after another link for the same address.
            self.object = None
            return self.render_to_response(self.get_context_data())


class PasswordResetFromKeyView(account.PasswordResetFromKeyView):
    """Opening the link signs nobody out; setting the password does."""

    def logout(self) -> None:
        if self.request.method == "POST":
            super().logout()


@method_decorator(transaction.atomic, name="form_valid")
class EmailView(account.EmailView):
    """The address of the account."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "action_send" in request.POST and not limits.take("mail", request.POST.get("email", "")):
            return self.render_to_response(
                self.get_context_data(form=AddEmailForm(request.user), problem=TOO_MANY)
            )
        return super().post(request, *args, **kwargs)


class AddKeyView(KnowsPasskeys, webauthn.AddWebAuthnView):
    """A new passkey. On a bare IP address a sentence says why there can be none."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if passkeys.are_possible(self.request):
            return super().get_context_data(**kwargs)
        return {"passkeys_possible": False}

    def form_valid(self, form: AddKeyForm) -> HttpResponse:
        response = super().form_valid(form)
        second_factor.note_set_up(self.request, Authenticator.Type.WEBAUTHN)
        return response


class ReauthenticateByKeyView(KnowsPasskeys, webauthn.ReauthenticateWebAuthnView):
    """Showing again who one is, with a key."""


def admin_login(request: HttpRequest) -> HttpResponse:
    """Wagtail sends people here: the others to sign in, those who may not enter to a plain no."""
    following = request.GET.get(REDIRECT_FIELD_NAME, "")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()}):
        following = reverse("wagtailadmin_home")
    if not request.user.is_authenticated:
        query = urlencode({REDIRECT_FIELD_NAME: following})
        return redirect(f"{reverse('account_login')}?{query}")
    if can_enter_admin(request.user):
        return redirect(following)
    raise PermissionDenied


def private_page_login(request: HttpRequest) -> HttpResponse:
    """Wagtail's own login for private pages leads to ours."""
    query = urlencode({REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, "/")})
    return redirect(f"{reverse('account_login')}?{query}")


def admin_password_reset(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Wagtail's own password reset, every step of it, leads to ours."""
    return redirect("account_reset_password")


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Says that the person has been signed out."""
    return render(request, "account/signed_out.html")


class ActivateAppView(totp.ActivateTOTPView):
    """Setting up the app; for those who cannot scan, the key in groups of four."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret.rstrip("=")
        parts = [secret[start : start + 4] for start in range(0, len(secret), 4)]
        return context | {"secret_parts": parts}

    def form_valid(self, form: ActivateAppForm) -> HttpResponse:
        response = super().form_valid(form)
        second_factor.note_set_up(self.request, Authenticator.Type.TOTP)
        return response


class RecoveryCodesView(recovery.ViewRecoveryCodesView):
    """The recovery codes; staff who have just set up their second factor can go to work."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        needs_admin = can_enter_admin(self.request.user)
        return super().get_context_data(**kwargs) | {"needs_admin": needs_admin}


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For a form whose token does not fit: opened long ago, or cookies are refused."""
    return render(request, "account/form_too_old.html", status=403)
