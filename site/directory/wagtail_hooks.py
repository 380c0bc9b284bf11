"""The directory in the admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from directory.models import Organisation, Room, TargetGroup


class OrganisationViewSet(SnippetViewSet):
    model = Organisation
    icon = "group"
    menu_label = _("Organisations")
    list_display = ["name", "kind", "legal_form", "town", "is_example"]
    list_filter = ["kind", "legal_form", "is_example"]
    list_export = ["name_pl", "kind", "legal_form", "town", "website"]
    search_fields = ["name_pl"]
    search_backend_name = None


class RoomViewSet(SnippetViewSet):
    model = Room
    icon = "home"
    menu_label = _("Rooms")
    list_display = ["number", "name", "seats", "floor"]
    list_export = ["number", "name_pl", "seats", "floor", "area"]
    search_fields = ["name_pl"]
    search_backend_name = None


class TargetGroupViewSet(SnippetViewSet):
    model = TargetGroup
    icon = "user"
    menu_label = _("Target groups")
    list_display = ["name", "slug", "sort_order"]


class DirectoryGroup(SnippetViewSetGroup):
    menu_label = _("Directory")
    menu_icon = "folder-open-inverse"
    menu_order = 320
    items = (OrganisationViewSet, RoomViewSet, TargetGroupViewSet)


register_snippet(DirectoryGroup)


@hooks.register("construct_main_menu")
def hide_generic_snippets(request: object, menu_items: list[MenuItem]) -> None:
    """Every snippet of ours has a menu of its own; the generic list only confuses editors."""
    menu_items[:] = [item for item in menu_items if item.name != "snippets"]
