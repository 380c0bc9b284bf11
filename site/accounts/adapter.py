"""How allauth fits in: our words, our mail, our limits, our rules for staff."""

from __future__ import annotations

from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, Login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import limits, mail, proof, sealing, second_factor
from accounts.addresses import forget_unverified
from accounts.models import User
from accounts.permissions import can_enter_admin
from core.throttle import visitor_key

TOO_MANY = _("There were too many tries. Wait a few minutes and try again.")
WRONG_CODE = _("This code is not right. Check it and type it again.")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts: sign-up, signing in, addresses and passwords."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "cannot_remove_primary_email": _("The address that you sign in with has to stay."),
        "duplicate_email": _("This is already the address of your account."),
        "email_password_mismatch": _(
            "The address or the password is not right. If you do not remember the password, "
            "sign in with a code sent by e-mail."
        ),
        "email_taken": _("This address cannot be used."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("This is not your password."),
        "invalid_or_expired_key": _("This link no longer works."),
        "invalid_login": _("Signing in did not work. Try again."),
        "invalid_password_reset": _("This link no longer works."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "unverified_primary_email": _("First confirm your e-mail address."),
        "same_as_current": _("This is the same as before. Give another one."),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Checks a password. Tries are counted by address, known to us or not."""
        if not limits.take("password", User.objects.normalize_email(credentials.get("email"))):
            raise self.validation_error("too_many_login_attempts")
        return super().authenticate(request, **credentials)

    def get_client_ip(self, request: HttpRequest) -> str:
        """For the list of devices: the network that the visitor came from."""
        network = visitor_key(request).partition("/")[0]
        return "0.0.0.0" if network == "unknown" else network  # noqa: S104 - listens to nothing

    def is_login_by_code_required(self, login: Login) -> bool:
        """Staff who have no second factor yet show that the mailbox is theirs as well."""
        if second_factor.is_required_of(login.user or AnonymousUser()):
            return not second_factor.has_factor(login.user) and not _came_by_code(login.user)
        return super().is_login_by_code_required(login)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff go to work, everybody else to their account."""
        if can_enter_admin(request.user):
            return reverse("wagtailadmin_home")
        return super().get_login_redirect_url(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not proof.is_fresh(context.request)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, str]]:
        """A mailed code always works: some accounts have neither password nor authenticator."""
        methods = super().get_reauthentication_methods(user)
        texts = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code from the app or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey or a security key"),
        }
        for method in methods:
            method["description"] = texts.get(method["id"], method["description"])
        if user.is_authenticated:
            methods.append(
                {
                    "id": "mailed_code",
                    "description": _("Use a code sent by e-mail"),
                    "url": reverse("account_prove_by_code"),
                }
            )
        return methods

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Whoever shows that an address is theirs takes it from an account that never did."""
        forget_unverified(email_address.email, keep=email_address.user_id)
        return super().confirm_email(request, email_address)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """All of allauth's mail leaves through `accounts.mail`."""
        if template_prefix == "account/email/account_already_exists":
            context = {**context, "code_url": reverse("account_request_login_code")}
        mail.send(template_prefix, email, context)


def _came_by_code(user: User | None) -> bool:
    from allauth.account.authentication import get_authentication_records

    records = get_authentication_records(context.request, user)
    return any(record["method"] == "code" for record in records)


class MFAAdapter(DefaultMFAAdapter):
    """The second factor: our words, a QR code for the strict policy, secrets kept encrypted."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("Switch the second factor off before you change the address."),
        "cannot_delete_authenticator": _("This second factor has to stay."),
        "cannot_generate_recovery_codes": _("First set up an app or a key."),
        "incorrect_code": WRONG_CODE,
        "unverified_email": _("First confirm your e-mail address."),
    }

    def get_totp_issuer(self) -> str:
        return settings.WAGTAIL_SITE_NAME

    def build_totp_svg(self, url: str) -> SafeString:
        """The QR code as an element of the page: the policy allows no `data:` addresses."""
        code, label = segno.make(url, error="m"), gettext("QR code")
        # Made by segno from its own numbers: nothing of the address gets into the markup.
        return mark_safe(  # noqa: S308
            code.svg_inline(
                omitsize=True,
                scale=5,
                border=4,
                dark="#000",
                light="#fff",
                svgclass="qr-code",
                lineclass=None,
            ).replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
        )

    def encrypt(self, text: str) -> str:
        return sealing.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("My key") if number == 1 else gettext("My key %d") % number

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Keys belong to the host's name; see `accounts.passkeys` for what a host may be."""
        return {
            "id": context.request.get_host().partition(":")[0],
            "name": settings.WAGTAIL_SITE_NAME,
        }
