"""allauth's forms in our words: one password field, no placeholders, hints before errors."""

from __future__ import annotations

import struct
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.fields import SetPasswordField
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import limits
from accounts.addresses import account_of, open_account_of
from accounts.models import User

EMAIL = _("E-mail address")
EMAIL_LENGTH = 254
PASSWORD = _("Password")
NEW_PASSWORD = _("New password")
PASSWORD_HINT = _(
    "At least 10 characters. A few words that you will remember are better than one odd one."
)
CODE = _("Code")


class PlainWidgets:
    """Labels and hints stand beside the fields; nothing stands in them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            if not isinstance(field.widget, forms.CheckboxInput | forms.HiddenInput):
                field.widget.attrs["class"] = "input"
        if "email" in self.fields:  # type: ignore[attr-defined]
            self._email(self.fields["email"])  # type: ignore[attr-defined]

    @staticmethod
    def _email(field: forms.Field) -> None:
        field.label = EMAIL
        field.validators.append(MaxLengthValidator(EMAIL_LENGTH))
        field.widget.attrs.update(
            autocomplete="email",
            autocapitalize="none",
            spellcheck="false",
            maxlength=EMAIL_LENGTH,
        )
        field.error_messages["required"] = _("Give your e-mail address.")
        field.error_messages["invalid"] = _("An e-mail address looks like this: name@example.pl.")

    @staticmethod
    def _code(field: forms.Field, *, digits: bool = True) -> None:
        field.label = CODE
        field.error_messages["required"] = _("Type the code.")
        field.widget.attrs.update(
            {"class": "input input--code", "autocomplete": "one-time-code", "spellcheck": "false"}
        )
        if digits:
            field.widget.attrs["inputmode"] = "numeric"


class LoginForm(PlainWidgets, account.LoginForm):
    """Signing in with a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email(self.fields["login"])
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        password = self.fields["password"]
        password.label, password.help_text = PASSWORD, ""
        password.error_messages["required"] = _(
            "Type your password. If you have none, sign in with a code sent by e-mail."
        )
        remember = self.fields["remember"]
        remember.label = _("Keep me signed in on this device")
        remember.help_text = _("Not on a computer that others use too.")


class SignupForm(PlainWidgets, account.SignupForm):
    """A new account: an address, and a password if one is wanted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("We will send a link to it, to check that it is yours.")
        password = self.fields["password1"]
        password.label = PASSWORD
        password.help_text = _(
            "At least 10 characters. Leave it empty if you would rather sign in with a code that "
            "we send by e-mail each time."
        )

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if not limits.take("mail", email):
            raise get_adapter().validation_error("too_many_login_attempts")
        self.account_already_exists = account_of(email) is not None
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Makes the account; for a taken address does what takes as long and looks the same."""
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    return super().try_save(request)
            except IntegrityError:
                if account_of(self.cleaned_data["email"]) is None:
                    raise
                # Somebody else was a moment faster with the same address.
        # As slow as the password of a new account.
        make_password(self.cleaned_data.get("password1") or None)
        return None, prevent_enumeration(request, email=self.cleaned_data["email"])


class ResetPasswordForm(PlainWidgets, account.ResetPasswordForm):
    """Asking for a link to set a new password."""

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if not limits.take("mail", email):
            raise get_adapter().validation_error("too_many_login_attempts")
        user = open_account_of(email)
        self.users = [user] if user else []
        return email


class ResetPasswordKeyForm(PlainWidgets, account.ResetPasswordKeyForm):
    """Setting a new password after following the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_password(self)


class RequestLoginCodeForm(PlainWidgets, account.RequestLoginCodeForm):
    """Asking for a code to sign in with."""

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if not limits.take("mail", email):
            raise get_adapter().validation_error("too_many_login_attempts")
        self._user = open_account_of(email)
        return email


class ConfirmLoginCodeForm(PlainWidgets, account.ConfirmLoginCodeForm):
    """Typing the mailed code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._code(self.fields["code"])
        self.fields["code"].help_text = _("Eight digits, for example 1234-5678.")


class ReauthenticateForm(PlainWidgets, account.ReauthenticateForm):
    """Showing again who one is, with the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.label, password.help_text = PASSWORD, ""
        password.error_messages["required"] = _("Type your password.")


class AddEmailForm(PlainWidgets, account.AddEmailForm):
    """Changing the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")
        self.fields["email"].help_text = _(
            "We will send a link to the new address. Until you follow it, the present one stays."
        )

    def clean_email(self) -> str:
        if not limits.take("mail", self.cleaned_data["email"]):
            raise get_adapter().validation_error("too_many_login_attempts")
        return super().clean_email()


class ChangePasswordForm(PlainWidgets, account.ChangePasswordForm):
    """A new password for somebody who knows the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        old = self.fields["oldpassword"]
        old.label, old.help_text = _("Present password"), ""
        old.error_messages["required"] = _("Type your present password.")
        _set_password(self)


class SetPasswordForm(PlainWidgets, account.SetPasswordForm):
    """A first password for an account that had none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_password(self)


def _set_password(form: forms.Form) -> None:
    """One field: a slip is put right with a mailed code, and password managers fill one anyway."""
    field = form.fields["password1"]
    assert isinstance(field, SetPasswordField)
    field.label, field.help_text = NEW_PASSWORD, PASSWORD_HINT
    field.error_messages["required"] = _("Type a new password.")
    del form.fields["password2"]


class NameForm(PlainWidgets, forms.ModelForm):
    """How the person wants to be called."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name")


class MailedCodeForm(PlainWidgets, forms.Form):
    """The code with which a signed-in person shows again who they are."""

    code = forms.CharField(help_text=_("Eight digits, for example 1234-5678."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._code(self.fields["code"])


class EraseForm(forms.Form):
    """The last question before an account is gone."""

    understood = forms.BooleanField(
        label=_("I understand that this cannot be undone"),
        error_messages={"required": _("Tick that you understand that this cannot be undone.")},
    )


# --- The second factor -------------------------------------------------------------------------


class OnceOnly(PlainWidgets):
    """A code from the app opens once, and tries are counted.

    allauth remembers a used code for 30 seconds and in one process; a code is good for longer,
    and there are several processes.
    """

    user: User
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._code(self.fields["code"], digits=False)  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        if not limits.take("second_factor", str(self.user.pk)):
            raise get_adapter().validation_error("too_many_login_attempts")
        code = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            digits = "".join(filter(str.isdigit, code))
            if not limits.take("used_code", f"{self.user.pk} {digits}"):
                raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(OnceOnly, mfa.AuthenticateForm):
    """The second step of signing in: a code from the app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Six digits from the app, or one of your recovery codes.")


class ReauthenticateByAppForm(OnceOnly, mfa.ReauthenticateForm):
    """Showing again who one is, with the second factor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Six digits from the app, or one of your recovery codes.")


class ActivateAppForm(PlainWidgets, totp.ActivateTOTPForm):
    """The first code from the app, to check that both have the same secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._code(self.fields["code"])
        self.fields["code"].label = _("Code from the app")
        self.fields["code"].help_text = _("Six digits.")

    def clean_code(self) -> str:
        if not limits.take("second_factor", str(self.user.pk)):
            raise get_adapter().validation_error("too_many_login_attempts")
        return super().clean_code()


#: What reading a credential raises that no browser has made.
MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error)


class WellFormed:
    """allauth lets some malformed credentials through to where they become errors of ours."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None


class UseKeyForm(WellFormed, webauthn.AuthenticateWebAuthnForm):
    """The second step of signing in, with a key."""


class LoginByKeyForm(WellFormed, webauthn.LoginWebAuthnForm):
    """Signing in with a passkey alone."""


class ReauthenticateByKeyForm(WellFormed, webauthn.ReauthenticateWebAuthnForm):
    """Showing again who one is, with a key."""


class AddKeyForm(PlainWidgets, webauthn.SignupWebAuthnForm):
    """A passkey or a security key. What it can do is decided by the key, not by a question."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["name"].help_text = _("So that you know it again, for example “my phone”.")
        self.fields["name"].max_length = 60
        self.fields["name"].widget.attrs["maxlength"] = 60

    def clean_name(self) -> str:
        return super().clean_name()[:60]

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None


class RenameKeyForm(PlainWidgets, webauthn.EditWebAuthnForm):
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label = _("Name of the key")
        name.error_messages["required"] = _("Give the key a name.")
        name.widget.attrs["maxlength"] = 60

    def clean_name(self) -> str:
        return self.cleaned_data["name"][:60]
