"""The directory's lists in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.views import snippets
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from accounts.permissions import has_role
from accounts.roles import Role
from directory import services
from directory.admin import OrganisationIndexView
from directory.models import ClosedDay, Membership, Organisation, Room, RoomUse, TargetGroup
from directory.permissions import KEEPERS, READERS


class KeeperPolicy(ModelPermissionPolicy):
    """Besides whom the groups allow it: those who keep the directory, and who audit it."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        allowed = READERS if action == "view" else KEEPERS
        return has_role(user, *allowed) or super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class OrganisationViewSet(SnippetViewSet):
    model = Organisation
    index_view_class = OrganisationIndexView
    icon = "group"
    menu_label = _("Organisations")
    list_display = ["name", "kind", "legal_form", "nip_text", "town", "is_verified", "archived_at"]
    list_filter = {
        "kind": ["exact"], "legal_form": ["exact"], "pes_category": ["exact"],
        "is_verified": ["exact"], "is_example": ["exact"], "archived_at": ["isnull"],
    }  # fmt: skip
    list_export = [
        "name_pl", "kind", "legal_form", "pes_category", "ps_status", "ps_decision",
        "opp_status", "register_text", "nip", "regon", "town", "website", "is_verified",
    ]  # fmt: skip
    search_fields = ["name_pl", "nip", "krs", "regon"]
    search_backend_name = None

    @cached_property
    def permission_policy(self) -> KeeperPolicy:
        return KeeperPolicy(self.model)


class AddMember(snippets.CreateView):
    """Staff put somebody into a team, for example where nobody leads it any more."""

    def save_instance(self) -> Membership:
        row = self.form.instance
        return services.add_member(
            row.organisation, user=row.user, role=row.role, actor=self.request.user
        )


class ChangeMember(snippets.EditView):
    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)
        except ValidationError as error:
            form.add_error("role", error)
            return self.form_invalid(form)

    def save_instance(self) -> Membership:
        self.has_content_changes = self.form.has_changed()
        return services.change_role(
            Membership.objects.get(pk=self.object.pk),
            role=self.form.cleaned_data["role"],
            actor=self.request.user,
        )


class RemoveMember(snippets.DeleteView):
    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)
        except ValidationError as error:
            messages.error(self.request, error.messages[0])
            return redirect(self.get_success_url())

    def delete_action(self) -> None:
        services.remove_member(self.object, actor=self.request.user)


class MembershipViewSet(SnippetViewSet):
    model = Membership
    icon = "user"
    menu_label = _("Teams")
    list_display = ["user", "organisation", "role", "created_at"]
    list_filter = ["role"]
    search_fields = ["organisation__name_pl", "user__email", "user__last_name"]
    search_backend_name = None
    panels = [FieldPanel("organisation"), FieldPanel("user"), FieldPanel("role")]
    add_view_class = AddMember
    edit_view_class = ChangeMember
    delete_view_class = RemoveMember
    copy_view_enabled = False

    @cached_property
    def permission_policy(self) -> KeeperPolicy:
        return KeeperPolicy(self.model)


class RoomViewSet(SnippetViewSet):
    model = Room
    icon = "home"
    menu_label = _("Rooms")
    list_display = ["number", "name", "seats", "floor"]
    list_export = ["number", "name_pl", "seats", "floor", "area"]
    search_fields = ["name_pl"]
    search_backend_name = None


class RoomUsePolicy(KeeperPolicy):
    """Uses of rooms are read here; services take and release rooms."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and super().user_has_permission(user, action)


class RoomUseViewSet(SnippetViewSet):
    model = RoomUse
    icon = "calendar-alt"
    menu_label = _("Uses of rooms")
    list_display = ["room", "period", "purpose", "party", "is_shared", "cancelled_at"]
    list_filter = ["room", "is_shared"]
    list_export = ["room", "period", "purpose", "party", "is_shared", "cancelled_at"]
    inspect_view_enabled = True

    @cached_property
    def permission_policy(self) -> RoomUsePolicy:
        return RoomUsePolicy(self.model)


class ClosedDayPolicy(KeeperPolicy):
    """Coordinators of services close days too: the timetable follows them."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return has_role(user, Role.SERVICE_COORDINATOR) or super().user_has_permission(user, action)


class ClosedDayViewSet(SnippetViewSet):
    model = ClosedDay
    icon = "calendar-alt"
    menu_label = _("Closed days")
    list_display = ["starts_on", "ends_on", "name", "room"]
    list_filter = ["room"]
    list_export = ["starts_on", "ends_on", "name_pl", "room"]
    search_fields = ["name_pl"]
    search_backend_name = None

    @cached_property
    def permission_policy(self) -> ClosedDayPolicy:
        return ClosedDayPolicy(self.model)


class TargetGroupViewSet(SnippetViewSet):
    model = TargetGroup
    icon = "user"
    menu_label = _("Target groups")
    list_display = ["name", "slug", "sort_order"]


class DirectoryGroup(SnippetViewSetGroup):
    menu_label = _("Directory")
    menu_icon = "folder-open-inverse"
    menu_order = 320
    items = (
        OrganisationViewSet,
        MembershipViewSet,
        RoomViewSet,
        RoomUseViewSet,
        ClosedDayViewSet,
        TargetGroupViewSet,
    )
