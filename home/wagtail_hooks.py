"""The admin in the look of the site, and what the editors' first page tells."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.components import Component
from wagtail.models import Site

from home.admin import attention, dashboard, reports, translations
from home.admin.letters import LetterViewSet
from home.admin.newsletter import IssueViewSet
from home.law import review_due
from home.models import ContactFormPage, LegalDetails
from home.views.letters import contact


@hooks.register("insert_global_admin_css")
def admin_css() -> str:
    """Our colours in Wagtail's admin."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


def count_label(paginator: WagtailPaginator) -> str:
    """The number of things in a list, right for every number.

    Wagtail writes the plural name of the things after it, in the same form for two and for five.
    """
    return _("%(count)s in all") % {"count": paginator.count}


WagtailPaginator.items_count_label = property(count_label)


class StatementPanel(Component):
    """On the admin's first page, while the accessibility statement lacks something."""

    order = 50
    template_name = "home/admin/statement_panel.html"

    def __init__(self, details: LegalDetails, missing: list[str], due: Any) -> None:
        self.details, self.missing, self.due = details, missing, due

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {
            "heading": _("The accessibility statement"),
            "missing": self.missing,
            "due": self.due,
            "edit_url": reverse(
                "wagtailsettings:edit", args=("home", "legaldetails", self.details.site_id)
            ),
        }


@hooks.register("construct_homepage_panels")
def add_statement_panel(request: HttpRequest, panels: list[Any]) -> None:
    """For those who may complete it."""
    if not request.user.has_perm("home.change_legaldetails"):
        return
    site = Site.find_for_request(request) or Site.objects.filter(is_default_site=True).first()
    if site is None:
        return
    details = LegalDetails.for_site(site)
    missing, due = details.missing(), review_due(details, timezone.localdate())
    if missing or due:
        panels.append(StatementPanel(details, missing, due))


# Wagtail's own guide and news of its version, in English and on another server.
FOREIGN_HELP = ("editor-guide", "whats-new-in-wagtail-")


@hooks.register("construct_help_menu")
def keep_help_here(request: HttpRequest, items: list[MenuItem]) -> None:
    """Help is what is in Polish and on this server: the keyboard shortcuts."""
    items[:] = [item for item in items if not item.name.startswith(FOREIGN_HELP)]


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [LetterViewSet(), IssueViewSet()]


@hooks.register("before_serve_page")
def take_letters(
    page: Any, request: HttpRequest, serve_args: Any, serve_kwargs: Any
) -> HttpResponse | None:
    """The form of a contact page is a view's; its page type is a model and knows no forms."""
    return contact(request, page) if isinstance(page, ContactFormPage) else None


@hooks.register("before_edit_page")
def tell_of_broken_blocks(request: HttpRequest, page: Any) -> None:
    """Blocks that cannot be read are left out of the form: saving it loses them, so it says so."""
    found = attention.broken_blocks(page) if request.method == "GET" else []
    if found:
        text = _("These blocks are damaged and nobody sees them; saving removes them: %(names)s.")
        messages.warning(request, text % {"names": ", ".join(found)})


@hooks.register("register_admin_urls")
def report_urls() -> list[Any]:
    return [*reports.urlpatterns, *translations.urlpatterns]


hooks.register("register_page_header_buttons", translations.compare_button)
hooks.register("register_page_listing_more_buttons", translations.compare_button)


for item in range(len(reports.REPORTS)):
    hooks.register("register_reports_menu_item", lambda item=item: reports.menu_items()[item])


@hooks.register("construct_homepage_panels")
def add_own_panels(request: HttpRequest, panels: list[Any]) -> None:
    """What waits for this person, and what editors begin with."""
    panels.extend(dashboard.panels(request))
