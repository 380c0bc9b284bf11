"""Cases on the first page of the admin: what is new, late, waiting, and mine."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.components import Component

from services_catalog.cases import figures
from services_catalog.cases.permissions import may_enter


class CaseSummary(SummaryItem):
    """The figures on top."""

    order = 300
    template_name = "services_catalog/admin/summary.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        free = [("state", state) for state in figures.free_states(self.request.user)]
        return {"figures": figures.due_figures(self.request.user), "free": urlencode(free)}

    def is_shown(self) -> bool:
        return may_enter(self.request.user)


class CasePanel(Component):
    """What to look at first."""

    order = 50
    template_name = "services_catalog/admin/panel.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"cases": list(figures.due_soon(self.request.user))}
