"""Accounts and roles in the admin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.users.views import groups, users
from wagtail.users.views.bulk_actions import DeleteBulkAction

from accounts import mail, personal_data
from accounts.models import ERASED_DOMAIN, User
from accounts.users_admin.forms import ROLE_NAMES, AccountForm, NewAccountForm, RoleForm
from core.actors import SYSTEM
from core.audit.events import record
from core.ports import CannotErase


class IndexView(users.IndexView):
    """The accounts that belong to somebody."""

    def get_base_queryset(self) -> QuerySet[User]:
        return super().get_base_queryset().exclude(email__endswith=ERASED_DOMAIN)


class CreateView(users.CreateView):
    """An account for somebody, who is told by mail."""

    @transaction.atomic
    def save_instance(self) -> User:
        user = super().save_instance()
        mail.send(
            "account/email/invitation",
            user.email,
            {"login_url": reverse("account_request_login_code")},
        )
        record(user, "add", actor=self.request.user, fields=self.form.changed_data)
        return user


class EditView(users.EditView):
    """Changes of an account."""

    @transaction.atomic
    def save_instance(self) -> User:
        user = super().save_instance()
        record(user, "change", actor=self.request.user, fields=self.form.changed_data)
        return user


class EraseView(users.DeleteView):
    """Erases somebody's account as they could do themselves: rows about them stay nameless."""

    page_title = gettext_lazy("Erase account")
    success_message = gettext_lazy("The account has been erased.")

    @property
    def confirmation_message(self) -> str:
        return _(
            "The account will be closed for good and everything about the person erased, as if "
            "they had done it themselves under “My data”."
        )

    def get_usage_url(self) -> None:
        """Nothing is deleted: the row stays, with a number and no person."""

    def delete_action(self) -> None:
        personal_data.erase(self.object, actor=self.request.user)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except CannotErase as reason:
            messages.error(self.request, str(reason))
            return redirect(self.get_success_url())


class EraseAccounts(DeleteBulkAction):
    """The same for several accounts at once."""

    display_name = gettext_lazy("Erase")
    aria_label = gettext_lazy("Erase selected accounts")

    def get_execution_context(self) -> dict[str, Any]:
        return {"actor": self.request.user}

    @classmethod
    def execute_action(
        cls, objects: list[User], actor: User | None = None, **kwargs: Any
    ) -> tuple[int, int]:
        erased = 0
        for user in objects:
            try:
                personal_data.erase(user, actor=actor or SYSTEM)
                erased += 1
            except CannotErase:
                continue
        return erased, 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "%(count)d account has been erased",
            "%(count)d accounts have been erased",
            num_parent_objects,
        ) % {"count": num_parent_objects}


class UserViewSet(users.UserViewSet):
    """Accounts."""

    index_view_class = IndexView
    add_view_class = CreateView
    edit_view_class = EditView
    delete_view_class = EraseView

    def get_form_class(self, for_update: bool = False) -> type:
        return AccountForm if for_update else NewAccountForm


class KeepRoles(groups.DeleteView):
    """Roles that the code knows cannot be deleted."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.get_object().name in ROLE_NAMES:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class GroupViewSet(groups.GroupViewSet):
    """Roles and other groups."""

    delete_view_class = KeepRoles

    def get_form_class(self, for_update: bool = False) -> type:
        return RoleForm
