"""Wagtail's forms for accounts and roles, for accounts that sign in by e-mail.

Nobody sets a password for somebody else: a person who is given an account gets a mail and signs
in with a code.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import GroupForm, UserCreationForm, UserEditForm

from accounts.addresses import set_address
from accounts.models import User
from accounts.roles import Role
from accounts.sessions import end_all

ROLE_NAMES = frozenset(role.value for role in Role)


class AccountFields(forms.ModelForm):
    """What adding and changing an account have in common."""

    error_messages = {
        **UserEditForm.error_messages,
        "duplicate_username": _("There already is an account with this address."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        for name, label in (("first_name", _("First name")), ("last_name", _("Last name"))):
            self.fields[name].label = label
            self.fields[name].required = False
        groups: Any = self.fields["groups"]
        # Held by everybody whose "Administrator" is ticked, and by nobody else.
        groups.queryset = Group.objects.exclude(name=Role.ADMINISTRATOR).order_by("name")

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]
        administrators = Group.objects.get(name=Role.ADMINISTRATOR)
        if self.instance.is_superuser:
            self.instance.groups.add(administrators)


class NewAccountForm(AccountFields, UserCreationForm):
    """An account for somebody else."""

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        self.instance.is_staff = self.cleaned_data["is_superuser"]
        self.instance.set_unusable_password()
        user = super().save(commit)
        if commit:
            set_address(user, user.email, verified=False)
        return user


class AccountForm(AccountFields, UserEditForm):
    """Changing somebody's account: address, name, roles, open or closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email_before = self.instance.email

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        if "is_superuser" in self.cleaned_data:
            self.instance.is_staff = self.cleaned_data["is_superuser"]
        user = super().save(commit)
        if commit and user.email != self.email_before:
            # Whoever has the new mailbox has to show it; nobody stays signed in on the old one.
            set_address(user, user.email, verified=False)
            end_all(user)
        if commit and not user.is_active:
            end_all(user)
        return user


class RoleForm(GroupForm):
    """The permissions of a role. Its name stands in the code and cannot be changed."""

    def clean_name(self) -> str:
        name = super().clean_name()
        before = Group.objects.filter(pk=self.instance.pk).values_list("name", flat=True).first()
        if before in ROLE_NAMES and name != before:
            raise forms.ValidationError(_("The name of this role cannot be changed."))
        return name
