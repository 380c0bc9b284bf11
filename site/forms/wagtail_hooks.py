"""The builder of forms in the admin's menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from forms import permissions
from forms.admin import urls


class FormsMenuItem(MenuItem):
    """For whoever reads forms."""

    def is_shown(self, request: HttpRequest) -> bool:
        return permissions.may_read(request.user)


@hooks.register("register_admin_urls")
def builder_urls() -> list[Any]:
    return [path("formularze/", include(urls))]


@hooks.register("register_admin_menu_item")
def builder_menu() -> MenuItem:
    return FormsMenuItem(
        _("Form builder"), reverse("forms_builder:index"), name="forms", icon_name="form", order=308
    )
