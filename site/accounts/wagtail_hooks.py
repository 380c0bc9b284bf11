"""The admin's side of accounts; private pages and documents are for staff with a second factor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from accounts import second_factor
from accounts.middleware import refuse
from accounts.models import User
from accounts.permissions import is_administrator
from accounts.users_admin.second_factor import remove_view
from accounts.users_admin.viewsets import EraseAccounts

# After Wagtail's own, which deletes rows.
hooks.register("register_bulk_action", EraseAccounts, order=100)


@hooks.register("register_admin_urls")
def admin_urls() -> list[URLPattern]:
    return [
        path("konta/<int:pk>/drugi-skladnik/", remove_view, name="accounts_remove_second_factor")
    ]


@hooks.register("register_user_listing_buttons")
def listing_buttons(user: User, request_user: User) -> Iterator[Button]:
    """For people who have lost their phone."""
    if is_administrator(request_user) and Authenticator.objects.filter(user=user).exists():
        yield Button(
            _("Remove the second factor"),
            reverse("accounts_remove_second_factor", args=[user.pk]),
            icon_name="lock-open",
            priority=20,
        )


@hooks.register("before_serve_document")
def guard_document(document: Any, request: HttpRequest) -> HttpResponse | None:
    """A document that not everybody may have is refused like the admin itself."""
    if not _is_missing(request):
        return None
    return refuse(request) if document.collection.get_view_restrictions().exists() else None


@hooks.register("before_serve_page", order=-10)
def guard_page(page: Page, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse | None:
    """A page that not everybody may see is refused like the admin itself."""
    if not _is_missing(request):
        return None
    return refuse(request) if page.get_view_restrictions().exists() else None


def _is_missing(request: HttpRequest) -> bool:
    """Asked on every page: without a cookie there is no need to look for a session."""
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    return has_session and second_factor.is_missing(request)
