"""Mail by the calendar: to authors before a contest closes, to the commission once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.permissions import people_with
from accounts.roles import Role
from core.i18n.dates import TOWN_TIME
from core.outbox import queue_mail
from core.transitions import lock_row
from plebiscite import addresses, clock
from plebiscite.models import Proposal
from plebiscite.phases import PlebisciteState, ProposalState
from plebiscite.selectors.waiting import what_waits

#: How long before the close whoever has not sent a work yet is reminded.
BEFORE_THE_CLOSE = (timedelta(days=7), timedelta(days=2))
#: From this hour of the town on the commission is told what waits.
MORNING = 7


def remind() -> None:
    """The worker's job. Doing it again sends nothing twice."""
    now = clock.now()
    remind_authors(now)
    tell_commission(now)


def remind_authors(now: datetime) -> None:
    """Tell whoever has begun a work and not sent it that the contest closes soon.

    Of the reminders only the next one is sent, and none that lay before the work was begun.
    """
    drafts = Proposal.objects.filter(
        state=ProposalState.DRAFT,
        author__is_active=True,
        plebiscite__state=PlebisciteState.CALL,
        plebiscite__contest_closes_at__gt=now,
        plebiscite__contest_closes_at__lte=now + max(BEFORE_THE_CLOSE),
    ).select_related("plebiscite")
    for draft in drafts:
        closes = draft.plebiscite.contest_closes_at
        before = min(one for one in BEFORE_THE_CLOSE if closes - now <= one)
        if draft.created_at <= closes - before:
            _remind(draft, before)


@transaction.atomic
def _remind(draft: Proposal, before: timedelta) -> None:
    current = lock_row(draft)
    # Sent this moment: nobody is reminded of what is done.
    author = current.author
    if current.state != ProposalState.DRAFT or author is None:
        return
    queue_mail(
        "plebiscite/proposal_unsent",
        author.email,
        {
            "proposal": current,
            "plebiscite": draft.plebiscite,
            "path": addresses.own_proposal(draft.plebiscite.slug, draft.pk, draft.language),
        },
        dedupe_key=f"plebiscite.unsent:{draft.pk}:{before.days}",
        language=draft.language,
        order_key=f"plebiscite.proposal/{draft.pk}",
    )


@transaction.atomic
def tell_commission(now: datetime) -> None:
    """One mail a day to each of the commission, if anything waits for them."""
    town = now.astimezone(TOWN_TIME)
    if town.hour < MORNING:
        return
    waiting = what_waits(now)
    if not waiting:
        return
    for member in people_with(Role.PLEBISCITE_COMMISSION):
        queue_mail(
            "plebiscite/commission_daily",
            member.email,
            {"waiting": waiting, "path": "/admin/"},
            dedupe_key=f"plebiscite.daily:{town.date().isoformat()}:{member.pk}",
            language="pl",
        )
