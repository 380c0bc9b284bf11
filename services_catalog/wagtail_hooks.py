"""The catalogue in the admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from services_catalog.cases.admin import CaseViewSet
from services_catalog.models import ReplyTemplate, Service


class ServiceViewSet(SnippetViewSet):
    model = Service
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


register_snippet(ServiceViewSet)
register_snippet(ReplyTemplateViewSet)


@hooks.register("register_admin_viewset")
def register_cases() -> Any:
    return CaseViewSet()
