"""The staff's side of cases in Wagtail's admin."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
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
from core.transitions import TransitionError, available
from services_catalog.cases import selectors, services, states
from services_catalog.cases.forms import DeskRequestForm, MessageForm
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.permissions import may_read_all, may_work
from services_catalog.models.service import Service

WITHOUT_TEXT = frozenset({"take", "confirm_for"})


class CasePolicy(ReadOnlyPolicy):
    """Roles decide who sees cases; every list, export and page goes through `visible_to`."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and may_read_all(user)

    def instances_user_has_any_permission_for(
        self, user: Any, actions: Any
    ) -> QuerySet[ServiceRequest]:
        return ServiceRequest.objects.visible_to(user)


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
        return ServiceRequest.objects.visible_to(self.request.user).select_related(
            "service__locale", "assigned_to", "contact"
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
        from core.references import Reference

        target = Reference("services_catalog.servicerequest", "export")
        record(target, "export", actor=self.request.user)


class CaseInspectView(generic.InspectView):
    """One case: what was asked, what was written, the next moves as buttons."""

    template_name = "services_catalog/admin/case.html"

    def get_object(self) -> ServiceRequest:
        rows = ServiceRequest.objects.visible_to(self.request.user)
        case = rows.select_related("service", "contact", "assigned_to").filter(
            pk=self.kwargs["pk"]
        ).first()  # fmt: skip
        if case is None:
            raise Http404
        return case

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = available(self.object, self.request.user)
        context.update(
            case=self.object,
            timeline=selectors.timeline(self.object, for_staff=True),
            overdue=selectors.is_overdue(self.object, database_now()),
            quick_moves=[row for row in rows if row.verb in WITHOUT_TEXT],
            written_moves=[row for row in rows if row.verb not in WITHOUT_TEXT],
            form=kwargs.get("form") or MessageForm(),
        )
        return context


def move_view(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """A button of the case's page; only POST acts."""
    case = get_object_or_404(ServiceRequest.objects.visible_to(request.user), pk=pk)
    back = redirect("services_catalog_cases:inspect", case.pk)
    if request.method != "POST":
        return back
    values: dict[str, Any] = {}
    if verb not in WITHOUT_TEXT:
        form = MessageForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Write the message first."))
            return back
        values = form.cleaned_data
    try:
        services.move(case, verb, actor=request.user, **values)
    except TransitionError as error:
        messages.error(request, str(error))
    except LookupError as error:
        raise Http404 from error
    else:
        messages.success(request, _("Done."))
    return back


def take_down_view(request: HttpRequest) -> HttpResponse:
    """A request by telephone or at the desk: choose the service, write it down, give the number."""
    if not may_work(request.user):
        raise PermissionDenied
    options = Service.objects.canonical().live()
    form = DeskRequestForm(request.POST or None)
    chosen = options.filter(pk=request.POST.get("service") or None).first()
    if request.method == "POST" and form.is_valid() and chosen:
        case = services.open_case(chosen, actor=request.user, language="pl", **form.cleaned_data)
        messages.success(
            request, _("The number of the case is %(number)s.") % {"number": case.number}
        )
        return redirect("services_catalog_cases:inspect", case.pk)
    context = {
        "form": form,
        "services": options,
        "chosen": chosen,
        "service_missing": request.method == "POST" and chosen is None,
    }
    return render(request, "services_catalog/admin/take_down.html", context)


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
        BooleanColumn(
            "overdue",
            label=_("Overdue"),
            accessor=lambda case: selectors.is_overdue(case, database_now()),
        ),
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
            path("<uuid:pk>/<slug:verb>/", move_view, name="move"),
        ]
