"""The admin in the look of the site."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks


@hooks.register("insert_global_admin_css")
def admin_css() -> str:
    """Our colours in Wagtail's admin."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))
