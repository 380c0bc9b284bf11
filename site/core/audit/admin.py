"""The audit trail as auditors read it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView

from core.admin import ReadOnlyViewSet
from core.audit.models import AuditEvent


class AuditIndexView(IndexView):
    """The list; names come with the events, not one by one."""

    def get_base_queryset(self) -> QuerySet[AuditEvent]:
        return super().get_base_queryset().select_related("person")


class AuditViewSet(ReadOnlyViewSet):
    """All events, newest first."""

    model = AuditEvent
    name = "core_audit"
    url_prefix = "audit"
    icon = "history"
    menu_label = _("Audit trail")
    index_view_class = AuditIndexView
    ordering = "-id"
    list_display = [
        "id",
        "at",
        "object_type",
        "object_id",
        "verb",
        "from_state",
        "to_state",
        Column("person.label", label=_("Who")),
        "actor_id",
    ]
    list_filter = ["object_type", "verb", "actor_kind"]
    list_export = [
        "id", "at", "object_type", "object_id", "verb", "from_state", "to_state", "actor_kind",
        "actor_id",
    ]  # fmt: skip
    search_fields = ["object_id", "verb"]
    search_backend_name = None
    list_per_page = 50
