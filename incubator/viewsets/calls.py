"""Calls and versions of forms in the admin."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from core.audit import record
from core.clock import ClockTimestamp
from incubator import permissions
from incubator.models import Call
from incubator.states import UNNUMBERED


class CallPolicy(ModelPermissionPolicy):
    """Coordinators keep calls; whoever reads applications reads them. Nobody deletes one."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "view":
            return permissions.reads_all(user)
        return action in {"add", "change"} and permissions.coordinates(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class CallIndexView(generic.IndexView):
    """Calls with their phase by the database's clock, and how many applications were sent."""

    def get_base_queryset(self) -> QuerySet[Call]:
        was_sent = ~Q(applications__state__in=UNNUMBERED)
        return Call.objects.annotate(
            now=ClockTimestamp(), sent_count=Count("applications", filter=was_sent)
        )


class LoggedCreate(generic.CreateView):
    def save_instance(self) -> Call:
        call: Call = super().save_instance()
        record(call, "create", actor=self.request.user)
        return call


class LoggedEdit(generic.EditView):
    def save_instance(self) -> Call:
        call: Call = super().save_instance()
        if self.form.changed_data:
            record(call, "update", actor=self.request.user, fields=self.form.changed_data)
        return call


def _in_languages(field: str, heading: Any) -> MultiFieldPanel:
    return MultiFieldPanel(
        [FieldPanel(f"{field}_{code}") for code in ("pl", "be", "en", "it")], heading=heading
    )


class CallViewSet(ModelViewSet):
    """Calls."""

    model = Call
    name = "incubator_calls"
    url_prefix = "incubator/nabory"
    icon = "calendar-alt"
    menu_label = _("Calls")
    menu_order = 2
    index_view_class = CallIndexView
    add_view_class = LoggedCreate
    edit_view_class = LoggedEdit
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = [
        TitleColumn(
            "name",
            label=_("Name"),
            accessor="name_pl",
            get_url=lambda row: reverse("incubator_calls:edit", args=[row.pk]),
        ),
        Column("code", label=_("Number")),
        Column("phase", label=_("Phase"), accessor=lambda call: call.phase_at(call.now).label),
        DateColumn("opens_at", label=_("Opens")),
        DateColumn("closes_at", label=_("Closes"), sort_key="closes_at"),
        Column("sent", label=_("Applications"), accessor="sent_count"),
        BooleanColumn("is_published", label=_("Published")),
    ]
    list_filter = ["is_published", "year"]
    search_fields = ["name_pl", "slug"]
    search_backend_name = None
    panels = [
        _in_languages("name", _("Name")),
        FieldRowPanel([FieldPanel("slug"), FieldPanel("year"), FieldPanel("ordinal")]),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                FieldRowPanel([FieldPanel("grace_s"), FieldPanel("decision_due")]),
                FieldPanel("is_published"),
            ],
            heading=_("Time (Hajnówka’s)"),
        ),
        FieldRowPanel([FieldPanel("seats"), FieldPanel("one_per_organisation")]),
        FieldPanel("form_version"),
        MultiFieldPanel(
            [FieldPanel("contact_name"), FieldPanel("contact_phone"), FieldPanel("contact_email")],
            heading=_("Who helps applicants"),
        ),
        _in_languages("summary", _("Summary")),
        _in_languages("body", _("Text")),
        FieldPanel("is_example"),
    ]

    @property
    def permission_policy(self) -> CallPolicy:
        return CallPolicy(self.model)
