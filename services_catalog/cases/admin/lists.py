"""The list of cases: filters, also saved ones, search, export, several at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

import django_filters
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import (
    BulkActionsCheckboxColumn,
    Column,
    DateColumn,
    TitleColumn,
)
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button, HeaderButton

from accounts.models import User
from accounts.permissions import has_role, people_with, signed_in
from accounts.roles import Role
from core.admin import ReadOnlyPolicy, ReadOnlyViewSet, SafeExport
from core.clock import database_now
from core.i18n.dates import hour, long_date
from directory.models import Organisation
from services_catalog.cases import states
from services_catalog.cases.admin.desk import take_down_view
from services_catalog.cases.admin.reports import reports_view, states_view
from services_catalog.cases.admin.screen import (
    CaseInspectView,
    archive_view,
    file_view,
    move_view,
)
from services_catalog.cases.models import PersonalDataView, SavedFilter, ServiceRequest
from services_catalog.cases.models.case import ServiceRequestQuerySet
from services_catalog.cases.permissions import may_enter, may_work
from services_catalog.models.service import Service

FILTERS_KEPT = 20


def deadline(case: Any) -> str:
    """Day and hour of the deadline that runs; said when it has passed."""
    if case.state not in states.OURS:
        return "–"
    text = f"{long_date(case.due_at)}, {hour(case.due_at)}"
    late = gettext("overdue")
    return f"{text} – {late}" if case.is_late else text


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


def _workers(request: HttpRequest | None) -> QuerySet[User]:
    return people_with(Role.SERVICE_COORDINATOR, Role.CONSORTIUM_MEMBER, Role.CONSORTIUM_LEAD)


def _holders(request: HttpRequest | None) -> QuerySet[Organisation]:
    return Organisation.objects.of_project()


def _services(request: HttpRequest | None) -> QuerySet[Service]:
    return Service.objects.canonical()


class CaseFilterSet(WagtailFilterSet):
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=lambda: states.MACHINE.choices(), distinct=False
    )
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="filter_overdue")
    service = django_filters.ModelChoiceFilter(label=_("Service"), queryset=_services)
    assigned_org = django_filters.ModelChoiceFilter(label=_("Handled by"), queryset=_holders)
    assigned_to = django_filters.ModelChoiceFilter(label=_("Assigned to"), queryset=_workers)

    class Meta:
        model = ServiceRequest
        fields = [
            "state", "overdue", "service", "assigned_org", "assigned_to", "priority", "channel",
            "outcome",
        ]  # fmt: skip

    def filter_overdue(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        late = {"state__in": states.OURS, "due_at__lt": database_now()}
        return rows.filter(**late) if value else rows.exclude(**late)


class CaseIndexView(SafeExport, generic.IndexView):
    """The list, with taking down a request, saved filters and acts on several cases."""

    template_name = "services_catalog/admin/cases.html"
    results_template_name = "services_catalog/admin/cases_results.html"

    def get_base_queryset(self) -> QuerySet[ServiceRequest]:
        return (
            ServiceRequest.objects.visible_to(self.request.user)
            .with_overdue()
            .with_urgency()
            .select_related("service__locale", "assigned_to", "assigned_org")
        )

    def search_queryset(self, queryset: ServiceRequestQuerySet) -> ServiceRequestQuerySet:
        return queryset.found_by(self.search_query) if self.is_searching else queryset

    @cached_property
    def columns(self) -> list[Column]:
        columns = super().columns
        if not may_work(self.request.user):
            return columns
        return [BulkActionsCheckboxColumn("bulk_actions", obj_type="case"), *columns]

    @cached_property
    def header_buttons(self) -> list[Button]:
        buttons = list(super().header_buttons)
        if may_work(self.request.user):
            url = reverse("services_catalog_cases:take_down")
            buttons.append(HeaderButton(_("Take down a request"), url=url, icon_name="plus"))
        return buttons

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        query = clean_query(self.request.GET.urlencode())
        context.update(
            saved_filters=SavedFilter.objects.filter(user=signed_in(self.request)),
            current_query=query,
            may_work=may_work(self.request.user),
        )
        return context


def clean_query(query: str) -> str:
    """The part of a list's address that is a filter: no page, no export."""
    pairs = [
        (name, value)
        for name, value in parse_qsl(query)
        if value and name not in {"p", "export", "_w_filter_fragment"}
    ]
    return urlencode(pairs)


@require_POST
def save_filter_view(request: HttpRequest) -> HttpResponse:
    """Keeps the present filter under a name; the same name is written over."""
    name = request.POST.get("name", "").strip()[:60]
    query = clean_query(request.POST.get("query", ""))
    mine = SavedFilter.objects.filter(user=signed_in(request))
    if not name:
        messages.error(request, _("Give the filter a name."))
    elif len(query) > 1000 or (
        mine.count() >= FILTERS_KEPT and not mine.filter(name=name).exists()
    ):
        messages.error(request, _("There is no room for another filter. Remove one first."))
    else:
        SavedFilter.objects.update_or_create(
            user=signed_in(request), name=name, defaults={"query": query}
        )
        messages.success(request, _("The filter is saved."))
    return redirect(f"{reverse('services_catalog_cases:index')}?{query}")


@require_POST
def remove_filter_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Removes one's own filter."""
    SavedFilter.objects.filter(user=signed_in(request), pk=pk).delete()
    return redirect("services_catalog_cases:index")


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
    index_template_name = "services_catalog/admin/cases.html"
    index_results_template_name = "services_catalog/admin/cases_results.html"
    inspect_template_name = "services_catalog/admin/case.html"
    list_display = [
        TitleColumn(
            "number",
            label=_("Number"),
            sort_key="number",
            get_url=lambda case: reverse("services_catalog_cases:inspect", args=[case.pk]),
            get_title_id=lambda case: f"case_{case.pk}_title",
        ),
        Column("service", label=_("Service"), accessor="service.name"),
        Column("state", label=_("State"), accessor="staff_state_label"),
        Column(
            "priority", label=_("Priority"), accessor="get_priority_display", sort_key="priority"
        ),
        Column("assigned_org", label=_("Handled by")),
        Column("assigned_to", label=_("Assigned to")),
        # Wagtail's own column says how long ago, and deadlines lie ahead.
        Column("due_at", label=_("Deadline"), accessor=deadline, sort_key="due_at"),
        DateColumn("created_at", label=_("Received"), sort_key="created_at"),
    ]
    list_export = [
        "number", "service", "staff_state_label", "get_priority_display", "assigned_org",
        "channel", "get_outcome_display", "created_at", "due_at", "closed_at",
    ]  # fmt: skip
    export_headings = {
        "number": _("Number"),
        "service": _("Service"),
        "staff_state_label": _("State"),
        "get_priority_display": _("Priority"),
        "assigned_org": _("Handled by"),
        "channel": _("Channel"),
        "get_outcome_display": _("Outcome"),
        "created_at": _("Received"),
        "due_at": _("Deadline"),
        "closed_at": _("Finished"),
    }
    search_fields = ["number", "text", "service__name"]
    search_backend_name = None
    # What the office has to move first, by deadline; then what waits for others; then what is over.
    ordering = ["urgency", "due_at", "id"]

    @property
    def permission_policy(self) -> CasePolicy:
        return CasePolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        # The list stays first: the menu leads to the first address.
        return [
            *super().get_urlpatterns(),
            path("przyjmij/", take_down_view, name="take_down"),
            path("filtry/", save_filter_view, name="save_filter"),
            path("filtry/<int:pk>/usun/", remove_filter_view, name="remove_filter"),
            path("raporty/", reports_view, name="reports"),
            path("stany/", states_view, name="states"),
            path("<uuid:pk>/plik/<uuid:file>/", file_view, name="file"),
            path("<uuid:pk>/dane.zip", archive_view, name="archive"),
            path("<uuid:pk>/<slug:verb>/", move_view, name="move"),
        ]


class ViewsPolicy(ReadOnlyPolicy):
    """Auditors and administrators see who has opened personal data."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and has_role(user, Role.AUDITOR, Role.ADMINISTRATOR)


class PersonalDataViewSet(ReadOnlyViewSet):
    """Who has opened personal data of cases."""

    model = PersonalDataView
    name = "services_catalog_views"
    url_prefix = "wglady"
    icon = "view"
    menu_label = _("Looks at personal data")
    inspect_view_enabled = False
    list_display = ["case", "user", "what", DateColumn("at", label=_("When"), sort_key="at")]
    list_filter = ["user", "what"]
    list_export = ["case", "user", "what", "at"]
    list_per_page = 50
    ordering = ["-at"]

    @property
    def permission_policy(self) -> ViewsPolicy:
        return ViewsPolicy(self.model)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PersonalDataView]:
        return PersonalDataView.objects.select_related("case", "user")
