"""The list of cases: filters, search, export."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button

from core.admin import ReadOnlyPolicy, ReadOnlyViewSet
from core.audit import record
from core.clock import database_now
from core.references import Reference
from services_catalog.cases import states
from services_catalog.cases.admin.desk import take_down_view
from services_catalog.cases.admin.screen import CaseInspectView, file_view, move_view
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.permissions import may_enter, may_work


class CasePolicy(ReadOnlyPolicy):
    """Roles decide who sees cases; every list, export and page goes through `visible_to`."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and may_enter(user)

    def instances_user_has_any_permission_for(
        self, user: Any, actions: Any
    ) -> QuerySet[ServiceRequest]:
        return ServiceRequest.objects.visible_to(user)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        rows = ServiceRequest.objects.visible_to(user)
        return action == "view" and rows.filter(pk=instance.pk).exists()


class CaseFilterSet(WagtailFilterSet):
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=lambda: states.MACHINE.choices()
    )
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="filter_overdue")

    class Meta:
        model = ServiceRequest
        fields = ["state", "overdue", "service", "channel", "priority", "assigned_to"]

    def filter_overdue(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        late = {"state__in": states.OURS, "due_at__lt": database_now()}
        return rows.filter(**late) if value else rows.exclude(**late)


class OwnRowsMixin:
    """Lists and pages give only what the person may see."""

    request: HttpRequest

    def get_base_queryset(self) -> QuerySet[ServiceRequest]:
        return (
            ServiceRequest.objects.visible_to(self.request.user)
            .with_overdue()
            .select_related("service__locale", "assigned_to", "contact")
        )


class CaseIndexView(OwnRowsMixin, generic.IndexView):
    """The list, with taking down a request by telephone."""

    @cached_property
    def header_buttons(self) -> list[Button]:
        buttons = list(super().header_buttons)
        if may_work(self.request.user):
            url = reverse("services_catalog_cases:take_down")
            buttons.append(Button(_("Take down a request"), url=url, icon_name="plus"))
        return buttons

    def write_xlsx(self, *args: Any, **kwargs: Any) -> Any:
        self._log_export()
        return super().write_xlsx(*args, **kwargs)

    def stream_csv(self, *args: Any, **kwargs: Any) -> Any:
        self._log_export()
        return super().stream_csv(*args, **kwargs)

    def _log_export(self) -> None:
        target = Reference("services_catalog.servicerequest", "export")
        record(target, "export", actor=self.request.user)


class CaseViewSet(ReadOnlyViewSet):
    """Cases."""

    model = ServiceRequest
    name = "services_catalog_cases"
    url_prefix = "sprawy"
    icon = "tasks"
    menu_label = _("Cases")
    menu_order = 305
    add_to_settings_menu = False
    add_to_admin_menu = True
    pk_path_converter = "uuid"
    index_view_class = CaseIndexView
    inspect_view_class = CaseInspectView
    filterset_class = CaseFilterSet
    list_display = [
        TitleColumn(
            "number",
            label=_("Number"),
            sort_key="number",
            get_url=lambda case: reverse("services_catalog_cases:inspect", args=[case.pk]),
        ),
        Column("service", label=_("Service"), accessor="service.name"),
        Column("state", label=_("State"), accessor="staff_state_label"),
        Column("assigned_to", label=_("Assigned to")),
        DateColumn("due_at", label=_("Answer due"), sort_key="due_at"),
        BooleanColumn("is_late", label=_("Overdue")),
        DateColumn("created_at", label=_("Received"), sort_key="created_at"),
    ]
    list_export = ["number", "service", "staff_state_label", "channel", "created_at", "due_at"]
    search_fields = ["number", "text", "service__name"]
    search_backend_name = None
    ordering = ["due_at"]

    @property
    def permission_policy(self) -> CasePolicy:
        return CasePolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        # The list stays first: the menu leads to the first address.
        return [
            *super().get_urlpatterns(),
            path("przyjmij/", take_down_view, name="take_down"),
            path("<uuid:pk>/plik/<uuid:file>/", file_view, name="file"),
            path("<uuid:pk>/<slug:verb>/", move_view, name="move"),
        ]
