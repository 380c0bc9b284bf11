"""What may become of a proposal, when, and by whom: the table, and its guards.

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

from core.audit import history
from core.transitions import (
    Machine,
    Notice,
    Recipient,
    Refused,
    State,
    Step,
    Transition,
    Who,
    advisory_lock,
    lock_row,
)
from plebiscite import addresses, clock
from plebiscite.permissions import is_author, may_propose
from plebiscite.phases import JOINABLE, takes_proposals
from plebiscite.phases import PlebisciteState as P
from plebiscite.phases import ProposalState as S
from plebiscite.states import COMMISSION, STATE_LOCK

AUTHOR = Who(
    lambda actor, proposal: is_author(actor, proposal) and may_propose(actor), _("the author")
)
#: A decision about a proposal can still be taken.
_UNDECIDED_YET = frozenset({P.CALL, P.REVIEW, P.APPEALS})


def lock_proposal(obj: Any) -> Any:
    """Keeps the plebiscite where it is while something becomes of one of its proposals."""
    advisory_lock(STATE_LOCK, obj.plebiscite_id, shared=True)
    return lock_row(obj)


# --- Guards ---------------------------------------------------------------------------------------


def _is_not_own(step: Step) -> None:
    if step.obj.author_id is not None and step.obj.author_id == getattr(step.actor, "pk", None):
        raise Refused(_("Nobody decides about their own work."))


def _reason_is_given(step: Step) -> None:
    if not str(step.get("reason") or "").strip():
        raise Refused(_("Give the reason."), field="reason")


def _may_be_sent(step: Step) -> None:
    plebiscite = step.obj.plebiscite
    if step.source == S.CHANGES_REQUESTED:
        if plebiscite.state not in {P.CALL, P.REVIEW}:
            raise Refused(_("The proposals have been checked; nothing can be sent any more."))
    elif not takes_proposals(plebiscite, clock.moved(step.now)):
        raise Refused(_("Proposals are not accepted at this time. Your draft is kept."))


def _is_complete(step: Step) -> None:
    proposal = step.obj
    if not proposal.title.strip():
        raise Refused(_("Give your work a title."), field="title")
    if not proposal.description.strip():
        raise Refused(_("Describe your work."), field="description")
    for axis in proposal.plebiscite.contest_axes():
        if getattr(proposal, f"{axis}_id") is None:
            raise Refused(_("Choose one of these."), field=axis)
    pictures = list(proposal.pictures.all())
    if not pictures:
        raise Refused(_("Add at least one picture."), field="picture_1")
    for picture in pictures:
        if not picture.alt_text.strip():
            raise Refused(
                _("Describe the picture for people who do not see it."),
                field=f"alt_{picture.position}",
            )
    if not proposal.accepts_rules:
        raise Refused(_("Confirm the statement about rights."), field="accepts_rules")


def _is_no_juror(step: Step) -> None:
    jury = getattr(step.obj.plebiscite, "jury", None)
    if jury is not None and jury.jurors.filter(user=step.obj.author_id).exists():
        raise Refused(_("Jurors of this contest do not send works to it."))


def _is_within_limit(step: Step) -> None:
    proposal, plebiscite = step.obj, step.obj.plebiscite
    sent = (
        plebiscite.proposals.counted()
        .filter(author=proposal.author_id, submitted_at__isnull=False)
        .exclude(pk=proposal.pk)
    )
    if sent.count() >= plebiscite.proposals_per_person:
        raise Refused(
            _("You have sent as many works as one person may: %(count)d.")
            % {"count": plebiscite.proposals_per_person}
        )


def _is_before_the_freeze(step: Step) -> None:
    if step.obj.plebiscite.state not in _UNDECIDED_YET:
        raise Refused(_("The ballot paper is ready; nothing on it can change any more."))


def _somebody_else_proposed(step: Step) -> None:
    if _last_actor(step.obj, "propose_rejection") == getattr(step.actor, "pk", None):
        raise Refused(_("A rejection is confirmed by somebody else than the person who wrote it."))


def _appeals_are_heard(step: Step) -> None:
    proposal = step.obj
    is_late = proposal.appeal_until is None or clock.moved(step.now) >= proposal.appeal_until
    if is_late or proposal.plebiscite.state not in _UNDECIDED_YET:
        raise Refused(_("The time for appeals is over."))


def _took_no_part_in_the_rejection(step: Step) -> None:
    took_part = {_last_actor(step.obj, verb) for verb in ("propose_rejection", "reject")}
    if getattr(step.actor, "pk", None) in took_part - {None}:
        raise Refused(_("An appeal is decided by somebody who took no part in the rejection."))


def _last_actor(proposal: Any, verb: str) -> int | None:
    last = history(proposal).filter(verb=verb).last()
    return last.actor_id if last else None


def _other_can_be_joined(step: Step) -> None:
    other = step.get("into")
    if other is None or other.pk == step.obj.pk:
        raise Refused(_("Choose the proposal that it is joined with."), field="into")
    # Locked, so that it does not leave the contest in the same moment.
    other = lock_row(other)
    if other.plebiscite_id != step.obj.plebiscite_id:
        raise Refused(_("The other proposal belongs to another contest."), field="into")
    if other.state not in JOINABLE:
        raise Refused(_("The other proposal is not in the contest any more."), field="into")


def _nothing_is_joined_with_it(step: Step) -> None:
    if step.obj.joined.exists():
        raise Refused(
            _("Another person’s work was joined with yours. Write to the commission to withdraw.")
        )


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
            guard=(_may_be_sent, _is_no_juror, _is_complete, _is_within_limit),
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
            guard=_is_not_own,
            label_staff=_("Begin checking"),
        ),
        Transition(
            "request_changes",
            S.IN_REVIEW,
            S.CHANGES_REQUESTED,
            who=COMMISSION,
            guard=(_is_not_own, _reason_is_given, _is_before_the_freeze),
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
            guard=(_is_not_own, _is_before_the_freeze),
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
            guard=(_is_not_own, _reason_is_given, _is_before_the_freeze),
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
            guard=(_is_not_own, _is_before_the_freeze, _somebody_else_proposed),
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
            guard=_is_not_own,
            effect=_forget_proposed_reason,
            fields=["proposed_reason"],
            label_staff=_("Do not reject, go on checking"),
        ),
        Transition(
            "merge",
            (S.SUBMITTED, S.IN_REVIEW),
            S.MERGED,
            who=COMMISSION,
            guard=(_is_not_own, _is_before_the_freeze, _other_can_be_joined),
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
            guard=(_reason_is_given, _appeals_are_heard),
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
                _is_not_own,
                _reason_is_given,
                _is_before_the_freeze,
                _took_no_part_in_the_rejection,
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
            guard=(_is_not_own, _reason_is_given, _took_no_part_in_the_rejection),
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
            guard=(_is_before_the_freeze, _nothing_is_joined_with_it),
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
