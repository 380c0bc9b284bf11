"""The named states of plebiscites and of proposals, and what the plan alone decides about them.

Opening and closing come from the dates of the plan and the database's clock: a plebiscite whose
row still says “frozen” is open the moment its opening time has come, whether or not any worker
has written that down.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PlebisciteState(models.TextChoices):
    """How far a plebiscite has come. It only ever moves forward in this order, or to `VOID`."""

    DRAFT = "draft", _("being prepared")
    CALL = "call", _("call for proposals")
    REVIEW = "review", _("proposals are being checked")
    APPEALS = "appeals", _("appeals")
    FROZEN = "frozen", _("ballot paper ready")
    VOTING = "voting", _("voting")
    CLOSING = "closing", _("voting has ended")
    SEALED = "sealed", _("ballot box sealed")
    DRAWN = "drawn", _("lots drawn")
    TALLIED = "tallied", _("counted")
    OBJECTIONS = "objections", _("result published, objections possible")
    CERTIFIED = "certified", _("result final")
    VOID = "void", _("declared void")


class ProposalState(models.TextChoices):
    """How far a proposal has come."""

    DRAFT = "draft", pgettext_lazy("proposal", "draft")
    SUBMITTED = "submitted", pgettext_lazy("proposal", "sent")
    IN_REVIEW = "in_review", pgettext_lazy("proposal", "being checked")
    CHANGES_REQUESTED = "changes_requested", pgettext_lazy("proposal", "to be corrected")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")
    REJECTED = "rejected", pgettext_lazy("proposal", "rejected")
    APPEALED = "appealed", pgettext_lazy("proposal", "appealed against")
    UPHELD = "upheld", pgettext_lazy("proposal", "rejected for good")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")
    MERGED = "merged", pgettext_lazy("proposal", "joined with another")


class Channel(models.TextChoices):
    """How somebody votes."""

    ACCOUNT = "account", _("on this site, with an account")
    CODE = "code", _("on this site, with a code")
    PAPER = "paper", _("on paper")


P = PlebisciteState

#: Forward only: every state may be left for a later one alone. A trigger holds the same list.
ORDER = (
    P.DRAFT, P.CALL, P.REVIEW, P.APPEALS, P.FROZEN, P.VOTING, P.CLOSING, P.SEALED, P.DRAWN,
    P.TALLIED, P.OBJECTIONS, P.CERTIFIED,
)  # fmt: skip
#: Visitors see it.
PUBLIC = frozenset(ORDER[1:]) | {P.VOID}
#: Everything about the vote itself stands still from here on.
FROZEN_ON = frozenset(ORDER[ORDER.index(P.FROZEN) :]) | {P.VOID}
#: A vote may still come in, if the clock says so too.
MAY_TAKE_VOTES = frozenset({P.FROZEN, P.VOTING, P.CLOSING})
#: The box has been emptied.
SEALED_ON = frozenset(ORDER[ORDER.index(P.SEALED) :])
#: Everybody may see the result.
PUBLISHED = frozenset({P.OBJECTIONS, P.CERTIFIED})

#: What its author may still change.
WITH_AUTHOR = frozenset({ProposalState.DRAFT, ProposalState.CHANGES_REQUESTED})
#: Waits for the commission.
WITH_COMMISSION = frozenset(
    {ProposalState.SUBMITTED, ProposalState.IN_REVIEW, ProposalState.APPEALED}
)
#: Moves that the plan makes by itself: state, the date that ends it, the next one.
BY_PLAN = (
    (P.CALL, "contest_closes_at", P.REVIEW),
    (P.FROZEN, "voting_opens_at", P.VOTING),
    (P.VOTING, "voting_closes_at", P.CLOSING),
)


class Plan(Protocol):
    """The dates that decide. Each moment belongs to what begins with it."""

    state: str
    contest_opens_at: datetime
    contest_closes_at: datetime
    voting_opens_at: datetime
    voting_closes_at: datetime
    grace_s: int


def state_at(plan: Plan, now: datetime) -> PlebisciteState:
    """The state that the stored one has become by `now`."""
    state = PlebisciteState(plan.state)
    for before, date, after in BY_PLAN:
        if state == before and now >= getattr(plan, date):
            state = after
    return state


def takes_proposals(plan: Plan, now: datetime) -> bool:
    """Whether a proposal may be sent at `now`."""
    return (
        plan.state == PlebisciteState.CALL and plan.contest_opens_at <= now < plan.contest_closes_at
    )


def takes_votes(plan: Plan, now: datetime, *, opened_at: datetime | None = None) -> bool:
    """Whether a vote may be cast at `now`.

    Somebody who opened the ballot at `opened_at`, before the close, has `grace_s` seconds more.
    """
    if plan.state not in MAY_TAKE_VOTES or now < plan.voting_opens_at:
        return False
    if now < plan.voting_closes_at:
        return True
    was_open = opened_at is not None and plan.voting_opens_at <= opened_at < plan.voting_closes_at
    return was_open and now < last_vote_at(plan)


def last_vote_at(plan: Plan) -> datetime:
    """The end of the grace: from this moment on nobody's vote can come in."""
    return plan.voting_closes_at + timedelta(seconds=plan.grace_s)
