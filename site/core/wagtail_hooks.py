"""What the core adds to the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet

from core.audit.admin import AuditViewSet
from core.outbox.admin import FailedMailSummary, MailViewSet
from core.search.admin import PromotedResultViewSet, SearchMissViewSet


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[ModelViewSet]:
    return [MailViewSet(), AuditViewSet(), PromotedResultViewSet(), SearchMissViewSet()]


@hooks.register("construct_homepage_summary_items")
def add_failed_mail(request: HttpRequest, items: list[Any]) -> None:
    items.append(FailedMailSummary(request))
