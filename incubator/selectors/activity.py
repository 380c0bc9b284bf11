"""The incubator on the station board, among a person's matters, and on the staff's dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from core.clock import database_now
from core.ports import Activity, ActivitySource, Matter, Platform
from incubator import permissions
from incubator.models import Application, Call
from incubator.states import CHECKERS, GIVEN_UP, State

URGENT = timedelta(days=7)
OVER = (*GIVEN_UP, State.FORMAL_REJECTED)


class IncubatorActivity(ActivitySource):
    """Open calls; applications of a person's teams; what coordinators have to check."""

    def open_now(self, *, language: str, now: datetime) -> Iterable[Activity]:
        with override(language):
            for call in Call.objects.published().filter(opens_at__lte=now, closes_at__gt=now):
                yield Activity(
                    platform=Platform.INCUBATOR,
                    title=call.name,
                    url=call.url_in(language),
                    summary=call.summary,
                    closes_at=call.closes_at,
                    capacity=ngettext("%(count)d place", "%(count)d places", call.seats)
                    % {"count": call.seats},
                    action=_("Apply"),
                    is_urgent=call.closes_at - now < URGENT,
                    is_example=call.is_example,
                )

    def mine(self, *, user: Any, language: str) -> Iterable[Matter]:
        now = database_now()
        with override(language):
            for application in Application.objects.of_teams_of(user).with_lists():
                yield self._matter(application, now)

    def _matter(self, application: Application, now: datetime) -> Matter:
        call = application.call
        is_draft = application.state == State.DRAFT
        can_be_sent = is_draft and now < call.closes_at
        return Matter(
            platform=Platform.INCUBATOR,
            kind=_("application"),
            title=f"{call.name} – {application.organisation.name_pl}",
            url=reverse("incubator:application", args=[application.uuid]),
            state=application.state_label,
            number=application.number or "",
            action=_("Go on writing") if can_be_sent else "",
            due=call.closes_at if can_be_sent else None,
            updated_at=(application.draft.saved_at if is_draft else application.submitted_at)
            or application.created_at,
            waits_for_me=can_be_sent,
            is_closed=application.state in OVER or (is_draft and not can_be_sent),
        )

    def waiting_for(self, *, user: Any, language: str) -> Iterable[Matter]:
        if not permissions.reads_all(user):
            return
        waiting = Application.objects.visible_to(user).with_lists().with_check_clock()
        states = [State.REFUSAL_PROPOSED]
        if CHECKERS(user, None):
            states += [State.SUBMITTED, State.FORMAL_CHECK]
        own = {"state": State.REFUSAL_PROPOSED, "refusal_proposed_by": user.pk}
        with override(language):
            for application in waiting.filter(state__in=states).exclude(**own):
                due = application.check_due_at
                if due is None:
                    continue  # the call is still open
                yield Matter(
                    platform=Platform.INCUBATOR,
                    kind=_("application"),
                    title=application.organisation.name_pl,
                    url=reverse("incubator_applications:inspect", args=[application.pk]),
                    state=application.staff_label,
                    number=application.number or "",
                    due=due,
                    updated_at=application.submitted_at,
                    waits_for_me=True,
                )
