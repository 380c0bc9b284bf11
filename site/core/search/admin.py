"""The search in the admin: promoted results, and the report of searches without results."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from core.admin import ReadOnlyViewSet
from core.search.models import PromotedResult, SearchMiss


class PromotedResultViewSet(ModelViewSet):
    """What stands on top of the results."""

    model = PromotedResult
    name = "core_promoted"
    url_prefix = "search/promoted"
    icon = "pick"
    menu_label = _("Promoted results")
    add_to_settings_menu = True
    list_display = ["phrases", "language", "title", "url"]
    list_filter = ["language"]
    search_fields = ["phrases", "title"]
    search_backend_name = None
    form_fields = ["language", "phrases", "title", "url", "summary"]


class SearchMissViewSet(ReadOnlyViewSet):
    """What people look for and do not find."""

    model = SearchMiss
    name = "core_misses"
    url_prefix = "search/misses"
    icon = "search"
    menu_label = _("Searches without results")
    ordering = "-times"
    list_display = ["query", "language", "times", "last_at"]
    list_filter = ["language"]
    list_export = ["query", "language", "times", "last_at"]
    search_fields = ["query"]
    search_backend_name = None
    list_per_page = 50
