"""What the core adds to the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from core.audit.admin import AuditViewSet
from core.models import SharedText
from core.outbox.admin import FailedMailSummary, MailViewSet
from core.search.admin import PromotedResultViewSet, SearchMissViewSet


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[ModelViewSet]:
    return [MailViewSet(), AuditViewSet(), PromotedResultViewSet(), SearchMissViewSet()]


class SharedTextViewSet(SnippetViewSet):
    """Words for many pages; its page of use says which ones."""

    model = SharedText
    icon = "snippet"
    menu_label = _("Shared texts")
    menu_order = 320
    add_to_admin_menu = True
    list_display = ["name", "title_pl", "phone"]
    search_fields = ["name", "title_pl"]
    search_backend_name = None


register_snippet(SharedTextViewSet)


@hooks.register("construct_homepage_summary_items")
def add_failed_mail(request: HttpRequest, items: list[Any]) -> None:
    items.append(FailedMailSummary(request))
