"""The named states of plebiscites and of proposals, and what the plan alone decides about them.

Opening and closing come from the dates of the plan and the database's clock: a plebiscite whose
row still says “frozen” is open the moment its opening time has come, whether or not any worker
has written that down.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlebisciteState(StrEnum):
    """How far a plebiscite has come. It only ever moves forward in this order, or to `VOID`."""

    DRAFT = "draft"
    CALL = "call"
    REVIEW = "review"
    APPEALS = "appeals"
    FROZEN = "frozen"
    VOTING = "voting"
    CLOSING = "closing"
    SEALED = "sealed"
    DRAWN = "drawn"
    TALLIED = "tallied"
    OBJECTIONS = "objections"
    CERTIFIED = "certified"
    VOID = "void"


class ProposalState(StrEnum):
    """How far a proposal has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    REJECTION_PROPOSED = "rejection_proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    APPEALED = "appealed"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


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
    {
        ProposalState.SUBMITTED,
        ProposalState.IN_REVIEW,
        ProposalState.REJECTION_PROPOSED,
        ProposalState.APPEALED,
    }
)
#: Another proposal can be joined with it.
JOINABLE = frozenset({ProposalState.SUBMITTED, ProposalState.IN_REVIEW, ProposalState.ACCEPTED})
#: Everybody may read why it was not accepted.
WITH_PUBLIC_REASON = frozenset(
    {ProposalState.REJECTED, ProposalState.APPEALED, ProposalState.UPHELD}
)
#: What the plan does by itself: the state, the date that ends it, the verb, the next state.
BY_PLAN = (
    (P.CALL, "contest_closes_at", "end_call", P.REVIEW),
    (P.FROZEN, "voting_opens_at", "open", P.VOTING),
    (P.VOTING, "voting_closes_at", "close", P.CLOSING),
)


class Plan(Protocol):
    """The dates that decide. Each moment belongs to what begins with it."""

    state: str
    contest_opens_at: datetime
    contest_closes_at: datetime
    voting_opens_at: datetime
    voting_closes_at: datetime
    objections_until: datetime
    grace_s: int


def state_at(plan: Plan, now: datetime) -> PlebisciteState:
    """The state that the stored one has become by `now`."""
    state = PlebisciteState(plan.state)
    for before, date, _verb, after in BY_PLAN:
        if state == before and now >= getattr(plan, date):
            state = after
    return state


def due(plan: Plan, now: datetime) -> str | None:
    """The next thing that the plan has done by `now` and nobody has written down yet."""
    for before, date, verb, _after in BY_PLAN:
        if plan.state == before and now >= getattr(plan, date):
            return verb
    return None


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


def takes_objections(plan: Plan, now: datetime) -> bool:
    """Whether an objection to the result may be raised at `now`."""
    return plan.state == PlebisciteState.OBJECTIONS and now < plan.objections_until


def last_vote_at(plan: Plan) -> datetime:
    """The end of the grace: from this moment on nobody's vote can come in."""
    return plan.voting_closes_at + timedelta(seconds=plan.grace_s)
