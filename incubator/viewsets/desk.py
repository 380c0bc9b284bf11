"""What waits for those who run the incubator, on the first page of the admin."""

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
    """Checks to be begun and those that are late, refusals to be confirmed, and open calls."""

    order = 70
    template_name = "incubator/admin/panel.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {
            "heading": _("Incubator: what waits"),
            "waiting": list(self._waiting()),
            "calls": list(self._calls()),
        }

    def _waiting(self) -> Iterator[tuple[str, str, str]]:
        """Words, address, and what is urgent about it."""
        now = database_now()
        mine = Application.objects.visible_to(self.request.user).submitted()
        rows = mine.to_be_checked(now)
        late = mine.check_late(now).count()
        begun = rows.filter(state=State.SUBMITTED).count()
        if begun:
            words = ngettext(
                "%(number)d application waits for its formal check",
                "%(number)d applications wait for their formal check",
                begun,
            )
            yield words % {"number": begun}, _list(state=State.SUBMITTED), ""
        checked = rows.filter(state=State.FORMAL_CHECK).count()
        if checked:
            words = ngettext(
                "%(number)d application is being checked",
                "%(number)d applications are being checked",
                checked,
            )
            yield words % {"number": checked}, _list(state=State.FORMAL_CHECK), ""
        if late:
            words = ngettext(
                "%(number)d formal check is late", "%(number)d formal checks are late", late
            )
            yield words % {"number": late}, _list(check_late="true"), _("overdue")
        refusals = mine.filter(state=State.REFUSAL_PROPOSED).exclude(
            refusal_proposed_by=self.request.user.pk
        )
        number = refusals.count()
        if number:
            words = ngettext(
                "%(number)d refusal waits for a second person",
                "%(number)d refusals wait for a second person",
                number,
            )
            yield words % {"number": number}, _list(state=State.REFUSAL_PROPOSED), ""
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
            yield words % values, _list(state=State.CLARIFICATION), ""

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
