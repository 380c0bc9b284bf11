"""What waits for the commission, on the first page of the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from core.transitions import SYSTEM_ONLY, available
from plebiscite import clock
from plebiscite.models import Plebiscite
from plebiscite.phases import PlebisciteState
from plebiscite.selectors.waiting import what_waits

_OVER = (PlebisciteState.CERTIFIED, PlebisciteState.VOID)
_HIDDEN = frozenset({"rehearse", "draw"})


class CommissionPanel(Component):
    """Proposals and objections that wait, and the next step of every plebiscite that goes on."""

    order = 60
    template_name = "plebiscite/admin/panel.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        now = clock.now()
        waiting = what_waits(now)
        return {
            "heading": _("Plebiscites: what waits"),
            "proposals": waiting.proposals + waiting.rejections + waiting.appeals,
            "objections": waiting.objections,
            "overdue": waiting.overdue,
            "rows": [
                (one, one.machine.label(one.state_at(now), staff=True), self._next(one))
                for one in Plebiscite.objects.real().exclude(state__in=_OVER)
            ],
        }

    def _next(self, plebiscite: Plebiscite) -> str:
        """What the commission can do next; empty while the plan goes on by itself."""
        hidden = {*_HIDDEN, "take_over" if plebiscite.rerun_of_id is None else "announce"}
        rows = available(plebiscite, self.request.user)
        moves = [
            str(row.label_staff)
            for row in rows
            if row.who is not SYSTEM_ONLY and row.verb not in hidden and "reason" not in row.takes
        ]
        return "; ".join(moves)
