"""How the incubator goes, on the first page of the admin, below what waits for each person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component

from accounts.permissions import has_role
from accounts.roles import Role
from core.clock import database_now
from core.i18n.dates import hour, long_date
from incubator.models import Application, Call, Clarification
from incubator.states import UNNUMBERED, State

WORKERS = (Role.INCUBATOR_COORDINATOR, Role.APPROVER, Role.ADMINISTRATOR)


def is_shown_to(user: Any) -> bool:
    """Whether the person has something to do in the incubator."""
    return has_role(user, *WORKERS)


class IncubatorPanel(Component):
    """Checks that are late, clarifications that wait, and open calls."""

    order = 70
    template_name = "incubator/admin/panel.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {
            "heading": _("Incubator: calls and deadlines"),
            "waiting": list(self._waiting()),
            "calls": list(self._calls()),
        }

    def _waiting(self) -> Iterator[tuple[str, str, bool]]:
        """Words, address, and whether it is urgent."""
        mine = Application.objects.visible_to(self.request.user).submitted()
        late = mine.check_late(database_now()).count()
        if late:
            words = ngettext(
                "%(number)d formal check is late", "%(number)d formal checks are late", late
            )
            yield words % {"number": late}, _list(check_late="true"), True
        asked = Clarification.objects.filter(
            state=Clarification.State.OPEN, application__in=mine
        ).aggregate(number=Count("pk"), first=Min("due_at"))
        if asked["number"]:
            words = ngettext(
                "%(number)d clarification waits for its applicant, until %(day)s",
                "%(number)d clarifications wait for their applicants, the first until %(day)s",
                asked["number"],
            )
            values = {"number": asked["number"], "day": long_date(asked["first"])}
            yield words % values, _list(state=State.CLARIFICATION), False

    def _calls(self) -> Iterator[tuple[Call, str, int, int]]:
        """Open calls, the first to close first: until when, sent, and being written."""
        is_draft = Q(applications__state=State.DRAFT)
        is_sent = Q(applications__isnull=False) & ~Q(applications__state__in=UNNUMBERED)
        calls = Call.objects.open_now().order_by("closes_at")
        for call in calls.annotate(
            sent=Count("applications", filter=is_sent),
            written=Count("applications", filter=is_draft),
        ):
            until = f"{long_date(call.closes_at)}, {hour(call.closes_at)}"
            yield call, until, call.sent, call.written


def _list(**query: str) -> str:
    return f"{reverse('incubator_applications:index')}?{urlencode(query)}"
