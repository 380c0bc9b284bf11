"""What may become of a proposal, when, and by whom: the table.

A transition changes its own row alone. What belongs to it besides (a revision, published
pictures) is written by `plebiscite.services.proposals` in the same transaction, which is why
nobody else calls `core.transitions.transition` on proposals.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.transitions import (
    Machine,
    Notice,
    Recipient,
    State,
    Step,
    Transition,
    Who,
    advisory_lock,
    lock_row,
)
from plebiscite import addresses, clock
from plebiscite.contest_guards import (
    appeals_are_heard,
    is_before_the_freeze,
    is_complete,
    is_no_juror,
    is_not_own,
    is_within_limit,
    may_be_sent,
    nothing_is_joined_with_it,
    other_can_be_joined,
    somebody_else_proposed,
    took_no_part_in_the_rejection,
)
from plebiscite.permissions import is_author, may_propose
from plebiscite.phases import ProposalState as S
from plebiscite.states import COMMISSION, STATE_LOCK, reason_is_given

AUTHOR = Who(
    lambda actor, proposal: is_author(actor, proposal) and may_propose(actor), _("the author")
)


def lock_proposal(obj: Any) -> Any:
    """Keeps the plebiscite where it is while something becomes of one of its proposals."""
    advisory_lock(STATE_LOCK, obj.plebiscite_id, shared=True)
    return lock_row(obj)


# --- Effects --------------------------------------------------------------------------------------


def _note_sending(step: Step) -> None:
    step.obj.submitted_at = clock.moved(step.now)
    step.obj.reason = ""


def _note_acceptance(step: Step) -> None:
    step.obj.accepted_revision = step.obj.latest_revision
    step.obj.reason = ""


def _note_reason(step: Step) -> None:
    step.obj.reason = str(step["reason"]).strip()


def _note_proposed_reason(step: Step) -> None:
    step.obj.proposed_reason = str(step["reason"]).strip()


def _forget_proposed_reason(step: Step) -> None:
    step.obj.proposed_reason = ""


def _note_rejection(step: Step) -> None:
    proposal = step.obj
    proposal.reason, proposal.proposed_reason = proposal.proposed_reason, ""
    days = timedelta(days=proposal.plebiscite.appeal_days)
    proposal.appeal_until = clock.moved(step.now) + days


def _note_appeal(step: Step) -> None:
    step.obj.appeal_text = str(step["reason"]).strip()


def _note_answer(step: Step) -> None:
    step.obj.appeal_answer = str(step["reason"]).strip()


def _note_granted_appeal(step: Step) -> None:
    _note_acceptance(step)
    _note_answer(step)


def _note_other(step: Step) -> None:
    # Whatever was joined with this one before goes where it goes.
    step.obj.joined.update(merged_into=step["into"])
    step.obj.merged_into = step["into"]


# --- Mail -----------------------------------------------------------------------------------------


def _to_author(step: Step) -> Iterable[Recipient]:
    yield from _author_of(step.obj)


def _to_other_author(step: Step) -> Iterable[Recipient]:
    if step["into"].author_id != step.obj.author_id:
        yield from _author_of(step["into"])


def _author_of(proposal: Any) -> Iterable[Recipient]:
    author = proposal.author
    if author is not None and author.is_active:
        yield Recipient(author.email, proposal.language)


def _about(step: Step) -> dict[str, Any]:
    proposal, slug = step.obj, step.obj.plebiscite.slug
    return {
        "proposal": proposal,
        "plebiscite": proposal.plebiscite,
        "reason": proposal.reason,
        "path": addresses.own_proposal(slug, proposal.pk, proposal.language),
    }


def _about_other(step: Step) -> dict[str, Any]:
    other, slug = step["into"], step.obj.plebiscite.slug
    return {
        "proposal": other,
        "plebiscite": step.obj.plebiscite,
        "joined": step.obj,
        "path": addresses.own_proposal(slug, other.pk, other.language),
    }


def _notice(template: str) -> Notice:
    return Notice(template=f"plebiscite/{template}", to=_to_author, context=_about)


PROPOSAL = Machine(
    "proposal",
    states=[
        State(S.DRAFT, _("Draft"), pgettext_lazy("proposal", "draft")),
        State(S.SUBMITTED, _("Sent"), pgettext_lazy("proposal", "sent")),
        State(S.IN_REVIEW, _("Being checked"), pgettext_lazy("proposal", "being checked")),
        State(
            S.CHANGES_REQUESTED, _("With the author"), pgettext_lazy("proposal", "to be corrected")
        ),
        # Until a second person has confirmed it, nobody outside learns of it.
        State(
            S.REJECTION_PROPOSED,
            _("Rejection to be confirmed"),
            pgettext_lazy("proposal", "being checked"),
        ),
        State(S.ACCEPTED, _("Accepted"), pgettext_lazy("proposal", "accepted")),
        State(S.REJECTED, _("Rejected"), pgettext_lazy("proposal", "rejected")),
        State(S.APPEALED, _("Appeal"), pgettext_lazy("proposal", "appeal being considered")),
        State(S.UPHELD, _("Rejected for good"), pgettext_lazy("proposal", "rejected for good")),
        State(S.WITHDRAWN, _("Withdrawn"), pgettext_lazy("proposal", "withdrawn")),
        State(S.MERGED, _("Joined with another"), pgettext_lazy("proposal", "joined with another")),
    ],
    transitions=[
        Transition(
            "submit",
            (S.DRAFT, S.CHANGES_REQUESTED),
            S.SUBMITTED,
            who=AUTHOR,
            guard=(may_be_sent, is_no_juror, is_complete, is_within_limit),
            effect=_note_sending,
            fields=["submitted_at", "reason"],
            mail=_notice("proposal_received"),
            label_staff=_("Send"),
            label_public=_("Send the work"),
        ),
        Transition(
            "take_up",
            S.SUBMITTED,
            S.IN_REVIEW,
            who=COMMISSION,
            guard=is_not_own,
            label_staff=_("Begin checking"),
        ),
        Transition(
            "request_changes",
            S.IN_REVIEW,
            S.CHANGES_REQUESTED,
            who=COMMISSION,
            guard=(is_not_own, reason_is_given, is_before_the_freeze),
            effect=_note_reason,
            fields=["reason"],
            takes=["reason"],
            mail=_notice("proposal_changes_requested"),
            label_staff=_("Ask the author to correct it"),
        ),
        Transition(
            "accept",
            S.IN_REVIEW,
            S.ACCEPTED,
            who=COMMISSION,
            guard=(is_not_own, is_before_the_freeze),
            effect=_note_acceptance,
            fields=["accepted_revision", "reason"],
            mail=_notice("proposal_accepted"),
            label_staff=_("Accept"),
        ),
        Transition(
            "propose_rejection",
            S.IN_REVIEW,
            S.REJECTION_PROPOSED,
            who=COMMISSION,
            guard=(is_not_own, reason_is_given, is_before_the_freeze),
            effect=_note_proposed_reason,
            fields=["proposed_reason"],
            takes=["reason"],
            label_staff=_("Propose to reject, with a public reason"),
        ),
        Transition(
            "reject",
            S.REJECTION_PROPOSED,
            S.REJECTED,
            who=COMMISSION,
            guard=(is_not_own, is_before_the_freeze, somebody_else_proposed),
            effect=_note_rejection,
            fields=["reason", "proposed_reason", "appeal_until"],
            mail=_notice("proposal_rejected"),
            label_staff=_("Confirm the rejection"),
        ),
        Transition(
            "keep",
            S.REJECTION_PROPOSED,
            S.IN_REVIEW,
            who=COMMISSION,
            guard=is_not_own,
            effect=_forget_proposed_reason,
            fields=["proposed_reason"],
            label_staff=_("Do not reject, go on checking"),
        ),
        Transition(
            "merge",
            (S.SUBMITTED, S.IN_REVIEW),
            S.MERGED,
            who=COMMISSION,
            guard=(is_not_own, is_before_the_freeze, other_can_be_joined),
            effect=_note_other,
            fields=["merged_into"],
            takes=["into"],
            mail=(
                _notice("proposal_merged"),
                Notice(
                    template="plebiscite/proposal_joined",
                    to=_to_other_author,
                    context=_about_other,
                ),
            ),
            label_staff=_("Join with another proposal"),
        ),
        Transition(
            "appeal",
            S.REJECTED,
            S.APPEALED,
            who=AUTHOR,
            guard=(reason_is_given, appeals_are_heard),
            effect=_note_appeal,
            fields=["appeal_text"],
            takes=["reason"],
            mail=_notice("proposal_appealed"),
            label_staff=_("Appeal"),
            label_public=_("Appeal against the rejection"),
        ),
        Transition(
            "grant",
            S.APPEALED,
            S.ACCEPTED,
            who=COMMISSION,
            guard=(
                is_not_own,
                reason_is_given,
                is_before_the_freeze,
                took_no_part_in_the_rejection,
            ),
            effect=_note_granted_appeal,
            fields=["accepted_revision", "reason", "appeal_answer"],
            takes=["reason"],
            mail=_notice("proposal_accepted"),
            label_staff=_("Grant the appeal and accept"),
        ),
        Transition(
            "uphold",
            S.APPEALED,
            S.UPHELD,
            who=COMMISSION,
            guard=(is_not_own, reason_is_given, took_no_part_in_the_rejection),
            effect=_note_answer,
            fields=["appeal_answer"],
            takes=["reason"],
            mail=_notice("proposal_upheld"),
            label_staff=_("Uphold the rejection"),
        ),
        Transition(
            "withdraw",
            (
                S.DRAFT,
                S.SUBMITTED,
                S.IN_REVIEW,
                S.CHANGES_REQUESTED,
                S.REJECTION_PROPOSED,
                S.ACCEPTED,
            ),
            S.WITHDRAWN,
            who=AUTHOR,
            guard=(is_before_the_freeze, nothing_is_joined_with_it),
            mail=_notice("proposal_withdrawn"),
            label_staff=_("Withdraw"),
            label_public=_("Withdraw the work"),
        ),
    ],
    initial=S.DRAFT,
    lock=lock_proposal,
)

#: Verbs of the author, on the public side.
AUTHORS_OWN = frozenset({"submit", "withdraw", "appeal"})
