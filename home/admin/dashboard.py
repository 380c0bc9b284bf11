"""The first page of the admin: what waits for this person, and the way to what they do most."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component
from wagtail.models import Page

from accounts.permissions import has_role
from accounts.roles import Role
from core import ports
from core.models import SearchMiss
from home.admin.attention import counted, due_pages, open_comments
from home.admin.reports import broken_links, stale_translations, unsigned_translations
from home.models import EventIndexPage, Letter, NewsIndexPage, NewsletterIssue
from home.states import DESK, DRAFT

EDITORS = (Role.EDITOR, Role.CHIEF_EDITOR)


class WaitingPanel(Component):
    """What waits for this person in any part, the soonest deadline first."""

    order = 40
    template_name = "home/admin/waiting.html"

    def __init__(self, matters: list[Any]) -> None:
        self.matters = matters

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"matters": self.matters}


class EditorPanel(Component):
    """For editors: what to begin, and what is open."""

    order = 30
    template_name = "home/admin/editor_panel.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"begin": list(self._begin()), "open": [row for row in self._open() if row[0]]}

    def _begin(self) -> Any:
        polish = {"locale__language_code": "pl"}
        for label, index, model in (
            (_("Write news"), NewsIndexPage, "newspage"),
            (_("Add an event"), EventIndexPage, "eventpage"),
        ):
            parent = index.objects.filter(**polish).first()
            if parent and parent.permissions_for_user(self.request.user).can_add_subpage():
                yield label, reverse("wagtailadmin_pages:add", args=["home", model, parent.pk])
        yield _("Add a picture"), reverse("wagtailimages:add_multiple")
        yield _("Compose a newsletter"), reverse("home_newsletter:add")

    def _open(self) -> list[tuple[int, str, str]]:
        """Number, what, and where; nothing is listed twice with Wagtail's own panels."""
        user = self.request.user
        drafts = Page.objects.filter(has_unpublished_changes=True, owner=user).count()
        stale = counted("stale", stale_translations)
        unsigned = counted("unsigned", unsigned_translations)
        broken = counted("broken", lambda: len(list(broken_links())))
        due = counted("due", lambda: len(due_pages()))
        found = [
            (drafts, _("pages of yours with changes that are not published"),
             reverse("wagtailadmin_reports:workflow")),
            (stale, _("translations that need an update"),
             reverse("home_report", args=["tlumaczenia"])),
            (unsigned, _("translations that nobody has signed off"),
             reverse("home_report", args=["tlumaczenia"])),
            (len(open_comments(user)), _("remarks on your pages"),
             reverse("home_report", args=["uwagi"])),
            (due, _("pages due for review"), reverse("home_report", args=["przeglad"])),
            (broken, _("links that lead nowhere"), reverse("home_report", args=["odnosniki"])),
            (SearchMiss.objects.count(), _("searches without results"),
             reverse("core_misses:index")),
            (NewsletterIssue.objects.filter(state=DRAFT).count(),
             _("newsletters being written"), reverse("home_newsletter:index")),
        ]  # fmt: skip
        if DESK(user, None):
            letters = Letter.objects.open().count()
            url = reverse("home_letters:index")
            found.append((letters, _("messages and demands to be answered"), url))
        return found


def panels(request: HttpRequest) -> list[Component]:
    """The panels for this person."""
    matters = [
        matter
        for source in ports.activity
        for matter in source.waiting_for(user=request.user, language="pl")
    ]
    matters.sort(key=lambda one: (one.due is None, one.due.timestamp() if one.due else 0.0))
    found: list[Component] = [WaitingPanel(matters)] if matters else []
    if has_role(request.user, *EDITORS):
        found.append(EditorPanel(request))
    return found
