"""The list of bookings: filters, search, export."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button, HeaderButton

from core.admin import MomentColumn, ReadOnlyPolicy, ReadOnlyViewSet, SafeExport
from services_catalog.bookings import states
from services_catalog.bookings.admin.calls import calls_view
from services_catalog.bookings.admin.screen import (
    date_view,
    dates_view,
    move_view,
    take_down_view,
    write_view,
)
from services_catalog.bookings.models import Booking
from services_catalog.cases.permissions import may_enter
from services_catalog.models.service import Service


class BookingPolicy(ReadOnlyPolicy):
    """Roles decide who sees bookings; every list, export and page goes through `visible_to`."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and may_enter(user)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Booking]:
        return Booking.objects.visible_to(user)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        rows = Booking.objects.visible_to(user)
        return action == "view" and rows.filter(pk=instance.pk).exists()


def _services(request: HttpRequest | None) -> QuerySet[Service]:
    return Service.objects.canonical()


class BookingFilterSet(WagtailFilterSet):
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=lambda: states.MACHINE.choices()
    )
    slot__service = django_filters.ModelChoiceFilter(label=_("Service"), queryset=_services)

    class Meta:
        model = Booking
        fields = ["state", "slot__service", "channel"]


class BookingIndexView(SafeExport, generic.IndexView):
    """The list; names stand on the page of the date, where opening them is written down."""

    def get_base_queryset(self) -> QuerySet[Booking]:
        rows = Booking.objects.visible_to(self.request.user)
        return rows.select_related("slot__service__locale", "slot__room")

    def search_queryset(self, queryset: Any) -> Any:
        return queryset.found_by(self.search_query) if self.is_searching else queryset

    @cached_property
    def header_buttons(self) -> list[Button]:
        url = reverse("services_catalog_bookings:dates")
        button = HeaderButton(_("Dates and their people"), url=url, icon_name="date")
        return [*super().header_buttons, button]


class BookingViewSet(ReadOnlyViewSet):
    """Bookings."""

    model = Booking
    name = "services_catalog_bookings"
    url_prefix = "rezerwacje"
    icon = "date"
    menu_label = _("Bookings")
    menu_order = 306
    add_to_settings_menu = False
    add_to_admin_menu = True
    inspect_view_enabled = False
    pk_path_converter = "uuid"
    index_view_class = BookingIndexView
    filterset_class = BookingFilterSet
    list_display = [
        TitleColumn(
            "number",
            label=_("Number"),
            sort_key="number",
            get_url=lambda one: reverse("services_catalog_bookings:date", args=[one.slot_id]),
        ),
        Column("service", label=_("Service"), accessor="slot.service.name"),
        MomentColumn("starts_at", label=_("Date"), accessor="slot.starts_at"),
        Column("party_size", label=_("People"), sort_key="party_size"),
        Column("state", label=_("State"), accessor="staff_state_label"),
        MomentColumn("created_at", label=_("Made"), sort_key="created_at"),
    ]
    list_export = [
        "number", "slot.service.name", "slot.starts_at", "slot.ends_at", "party_size",
        "staff_state_label", "channel", "created_at",
    ]  # fmt: skip
    export_headings = {
        "number": _("Number"),
        "slot.service.name": _("Service"),
        "slot.starts_at": _("From"),
        "slot.ends_at": _("To"),
        "party_size": _("People"),
        "staff_state_label": _("State"),
        "channel": _("Channel"),
        "created_at": _("Made"),
    }
    search_fields = ["number", "slot__service__name"]
    search_backend_name = None
    ordering = ["-created_at", "id"]

    @property
    def permission_policy(self) -> BookingPolicy:
        return BookingPolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        # The list stays first: the menu leads to the first address.
        patterns = [one for one in super().get_urlpatterns() if one.name != "inspect"]
        return [
            *patterns,
            path("terminy/", dates_view, name="dates"),
            path("zadzwon/", calls_view, name="calls"),
            path("termin/<int:pk>/", date_view, name="date"),
            path("termin/<int:pk>/zapisz/", take_down_view, name="take_down"),
            path("termin/<int:pk>/napisz/", write_view, name="write"),
            path("<uuid:pk>/<slug:verb>/", move_view, name="move"),
        ]
