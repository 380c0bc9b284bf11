"""The directory in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from directory import admin, services
from directory.models import Membership
from directory.viewsets import DirectoryGroup

register_snippet(DirectoryGroup)


@hooks.register("register_admin_urls")
def admin_urls() -> list[URLPattern]:
    return admin.admin_urls()


@hooks.register("construct_main_menu")
def hide_generic_snippets(request: object, menu_items: list[MenuItem]) -> None:
    """Every snippet of ours has a menu of its own; the generic list only confuses editors."""
    menu_items[:] = [item for item in menu_items if item.name != "snippets"]


@hooks.register("before_bulk_action")
def remove_members_one_by_one(
    request: HttpRequest, action: str, rows: list[Any], view: Any
) -> HttpResponse | None:
    """Ticked team members leave through the service, which keeps somebody in the lead."""
    if action != "delete" or not rows or not isinstance(rows[0], Membership):
        return None
    for row in rows:
        try:
            services.remove_member(row, actor=request.user)
        except ValidationError as error:
            messages.error(request, f"{row}: {error.messages[0]}")
    return redirect(view.next_url)
