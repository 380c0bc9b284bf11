"""Lists in the admin that staff read and nobody edits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model
from django.urls import URLPattern, path
from django.utils import timezone
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from core.audit import record
from core.i18n.dates import hour, long_date
from core.references import Reference

#: Signs by which a spreadsheet takes a text for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def no_formula(cell: Any) -> Any:
    """The value of a cell; a text that would be a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


class MomentColumn(Column):
    """Day and hour in words. Wagtail's own says how long ago, which is wrong of what lies ahead."""

    def get_value(self, instance: Any) -> str:
        value = super().get_value(instance)
        return f"{long_date(value)}, {hour(value)}" if value else "–"


class SafeExport:
    """For index views with an export: it runs no formula in a spreadsheet, and is written down.

    Stands before Wagtail's view in the list of bases.
    """

    def to_row_dict(self, item: Any) -> Any:
        row = super().to_row_dict(item)  # type: ignore[misc]
        for name, value in row.items():
            # Objects become texts here, before anybody looks whether they are formulas.
            if isinstance(value, str | Model):
                row[name] = no_formula(str(value))
        return row

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> Any:
        target = Reference(queryset.model._meta.label_lower, "export")
        record(target, "export", actor=self.request.user)  # type: ignore[attr-defined]
        return super().as_spreadsheet(queryset, spreadsheet_format)  # type: ignore[misc]


class ReadOnlyPolicy(ModelPermissionPolicy):
    """Seeing is a permission; adding, changing and deleting is nobody's, superusers included."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class ReadOnlyInspectView(InspectView):
    """One row; hours are those of the town, which Wagtail's own view would show in UTC."""

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = super().get_field_display_value(field_name, field)
        return timezone.localtime(value) if isinstance(value, datetime) else value


class ReadOnlyViewSet(ModelViewSet):
    """A list and a page per row, without the ways to change it."""

    inspect_view_enabled = True
    inspect_view_class = ReadOnlyInspectView
    copy_view_enabled = False
    exclude_form_fields: list[str] = []
    add_to_settings_menu = True

    @property
    def permission_policy(self) -> ReadOnlyPolicy:
        return ReadOnlyPolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        key = f"<{self.pk_path_converter}:pk>"
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path(f"inspect/{key}/", self.inspect_view, name="inspect"),
        ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        # The other views do not exist, so nothing may link to them.
        missing = ("add", "edit", "delete", "history", "usage")
        without = {f"{name}_url_name": None for name in missing}
        return {**super().get_common_view_kwargs(**kwargs), **without}
