"""The catalogue in the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

from services_catalog.bookings.admin import BookingViewSet
from services_catalog.cases.admin import CaseViewSet, PersonalDataViewSet
from services_catalog.cases.admin.bulk import AssignAction, MergeAction, PriorityAction
from services_catalog.cases.admin.dashboard import CasePanel, CaseSummary
from services_catalog.cases.permissions import may_enter
from services_catalog.models import IdeaGroup, Package, ReplyTemplate, Service
from services_catalog.place.admin import IdeaViewSet
from services_catalog.staff_calendar import urls as calendar_urls
from services_catalog.timetable.permissions import may_enter as may_enter_calendar


class ServiceEditView(EditView):
    """The form of a service; whoever approves it unchanged approves what was sent for a check.

    Wagtail would save a revision all the same, and as what was edited has to be approved anew, the
    check would never end.
    """

    def save_instance(self) -> Service:
        if self.action == "workflow-action" and not self.form.has_changed():
            self.has_content_changes, self.new_revision = False, None
            unchanged: Service = self.object
            return unchanged
        saved: Service = super().save_instance()
        return saved


class ServiceViewSet(SnippetViewSet):
    model = Service
    edit_view_class = ServiceEditView
    icon = "list-ul"
    menu_label = _("Services")
    menu_order = 310
    add_to_admin_menu = True
    list_display = ["name", "code", "mode", "place", "is_free", UpdatedAtColumn()]
    list_filter = ["mode", "place", "is_free", "target_groups", "rooms", "is_example"]
    list_export = ["code", "name", "summary", "mode", "place", "is_free", "cost"]
    search_fields = ["name", "summary", "code"]
    search_backend_name = None
    copy_view_enabled = True


class ReplyTemplateViewSet(SnippetViewSet):
    model = ReplyTemplate
    icon = "mail"
    menu_label = _("Reply templates")
    menu_order = 311
    add_to_admin_menu = True
    list_display = ["title", "service"]
    list_filter = ["service"]
    search_fields = ["title", "text"]
    search_backend_name = None


class PackageViewSet(SnippetViewSet):
    model = Package
    icon = "folder-open-inverse"
    menu_label = _("Packages of services")
    menu_order = 312
    add_to_admin_menu = True
    list_display = ["name_pl", "coordination", "is_live"]
    list_filter = ["is_live"]
    search_fields = ["name_pl", "slug"]
    search_backend_name = None


class IdeaGroupViewSet(SnippetViewSet):
    model = IdeaGroup
    icon = "comment"
    menu_label = _("Answers to ideas")
    menu_order = 307
    add_to_admin_menu = True
    list_display = ["title", "stage"]
    list_filter = ["stage"]
    search_fields = ["title", "answer"]
    search_backend_name = None


register_snippet(ServiceViewSet)
register_snippet(PackageViewSet)
register_snippet(IdeaGroupViewSet)
register_snippet(ReplyTemplateViewSet)


@hooks.register("register_admin_viewset")
def register_cases() -> Any:
    return [CaseViewSet(), BookingViewSet(), PersonalDataViewSet(), IdeaViewSet()]


for action in (AssignAction, PriorityAction, MergeAction):
    hooks.register("register_bulk_action", action)


@hooks.register("construct_homepage_summary_items")
def add_case_figures(request: HttpRequest, items: list[Any]) -> None:
    items.append(CaseSummary(request))


@hooks.register("construct_homepage_panels")
def add_case_panel(request: HttpRequest, panels: list[Any]) -> None:
    if may_enter(request.user):
        panels.append(CasePanel(request))


class CaseReportsItem(MenuItem):
    """In the menu of reports, for those who have cases."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_enter(request.user)


@hooks.register("register_reports_menu_item")
def add_case_reports() -> MenuItem:
    url = reverse("services_catalog_cases:reports")
    return CaseReportsItem(_("Cases"), url, icon_name="tasks", order=600)


@hooks.register("register_admin_urls")
def add_calendar() -> list[URLPattern | URLResolver]:
    return [path("harmonogram/", include(calendar_urls))]


class CalendarItem(MenuItem):
    """In the menu, for those who have slots."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_enter_calendar(request.user)


@hooks.register("register_admin_menu_item")
def add_calendar_item() -> MenuItem:
    url = reverse("staff_calendar:week")
    return CalendarItem(_("Timetable"), url, icon_name="calendar-alt", order=308)


@hooks.register("register_reports_menu_item")
def add_calendar_reports() -> MenuItem:
    url = reverse("staff_calendar:reports")
    return CalendarItem(_("Slots and rooms"), url, icon_name="calendar-alt", order=601)
