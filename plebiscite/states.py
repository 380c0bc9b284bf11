"""What may become of plebiscites and proposals, when, and by whom: tables, and their guards.

A transition changes its own row alone. What belongs to it besides (a revision, a ballot paper,
published pictures, emptying the box) is written by `plebiscite.services` in the same transaction,
which is why nobody else calls `core.transitions.transition` on these two.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from core.audit import history
from core.transitions import (
    SYSTEM_ONLY,
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
    roles,
)
from plebiscite import addresses, clock
from plebiscite.permissions import is_author, may_propose
from plebiscite.phases import ORDER, due, last_vote_at, takes_proposals
from plebiscite.phases import PlebisciteState as P
from plebiscite.phases import ProposalState as S

#: The name of the lock that votes share and changes of state hold alone.
STATE_LOCK = "plebiscite.state"
#: The fewest options that make a choice.
FEWEST_OPTIONS = 2


# --- Plebiscites ----------------------------------------------------------------------------------


def lock_plebiscite(obj: Any) -> Any:
    """Waits for the votes that are being written, keeps later ones out, and gives the fresh row.

    Every vote holds this lock shared. It is an advisory lock, as those queue fairly: with a lock
    on the row alone a steady stream of voters would starve whoever wants to close the vote.
    """
    advisory_lock(STATE_LOCK, obj.pk)
    return lock_row(obj)


def _plan_says_so(step: Step) -> None:
    if due(step.obj, clock.moved(step.now)) != step.transition.verb:
        raise Refused(_("Its time has not come yet."))


def _contest_is_ahead(step: Step) -> None:
    if step.obj.contest_closes_at <= clock.moved(step.now):
        raise Refused(
            _("The time for proposals is over already: set later dates first."),
            field="contest_closes_at",
        )


def _has_keys(step: Step) -> None:
    if not step.obj.has_keys:
        raise Refused(
            _("The worker has not made the keys of this vote yet. Check that it is running.")
        )


def _nothing_waits(step: Step) -> None:
    if step.obj.proposals.waiting().exists():
        raise Refused(_("Some proposals still wait for a decision of the commission."))


def _is_a_choice(step: Step) -> None:
    if step.obj.contest.proposals.accepted().count() < FEWEST_OPTIONS:
        raise Refused(_("A vote needs at least two accepted proposals."))


def _voting_is_ahead(step: Step) -> None:
    if step.obj.voting_opens_at <= clock.moved(step.now):
        raise Refused(
            _("The time of voting has begun already: set later dates first."),
            field="voting_opens_at",
        )


def _grace_is_over(step: Step) -> None:
    if clock.moved(step.now) < last_vote_at(step.obj):
        raise Refused(_("Whoever opened the ballot in time may still send it."))


def _rule_draws_lots(step: Step) -> None:
    if not step.obj.ruleset.draws_lots:
        raise Refused(_("By the rules of this vote no lots are drawn: a tie is published."))


def _lots_are_drawn(step: Step) -> None:
    if step.obj.ruleset.draws_lots and step.source != P.DRAWN:
        raise Refused(_("By the rules of this vote lots are drawn before counting."))


def _objections_are_over(step: Step) -> None:
    if clock.moved(step.now) < step.obj.objections_until:
        raise Refused(_("Residents may still raise objections."))


def _reason_is_given(step: Step) -> None:
    if not str(step.get("reason", "")).strip():
        raise Refused(_("Give the reason."), field="reason")


def two_people(step: Step) -> None:
    """Guard: one person of the commission begins a step, another one confirms it."""
    first = step.get("first")
    if first is None or first.pk == getattr(step.actor, "pk", None):
        raise Refused(_("This step is confirmed by another person than the one who began it."))
    if not COMMISSION(first, step.obj):
        raise Refused(_("Whoever began this step is no longer of the commission: begin it anew."))


def _no_rehearsal_is_left(step: Step) -> None:
    if step.obj.rehearsals.exists():
        raise Refused(_("A test run is still there: remove it before the ballot paper is frozen."))


def _is_a_rehearsal(step: Step) -> None:
    if not step.obj.is_rehearsal:
        raise Refused(_("This is no test run: freeze the ballot paper instead."))


def _is_no_rehearsal(step: Step) -> None:
    if step.obj.is_rehearsal:
        raise Refused(_("A test run is not published. Remove it when you have seen enough."))


def _set_up_is_complete(step: Step) -> None:
    missing = step.get("missing")
    if missing:
        raise Refused(_("The set-up is not complete: %(what)s.") % {"what": missing})


def _paper_adds_up(step: Step) -> None:
    if step.get("unreconciled"):
        raise Refused(
            _("The account of the paper cards does not close: %(what)s")
            % {"what": step["unreconciled"]}
        )


def _note_publication(step: Step) -> None:
    step.obj.published_at = clock.moved(step.now)


def _note_void_reason(step: Step) -> None:
    step.obj.void_reason = str(step["reason"]).strip()


COMMISSION = roles(Role.PLEBISCITE_COMMISSION)

PLEBISCITE = Machine(
    "plebiscite",
    states=[
        State(P.DRAFT, _("Being prepared"), _("in preparation")),
        State(P.CALL, _("Call for proposals"), _("call for proposals")),
        State(P.REVIEW, _("Proposals are being checked"), _("proposals are being checked")),
        State(P.APPEALS, _("Appeals"), _("appeals against rejections")),
        State(P.FROZEN, _("Ballot paper frozen"), _("the ballot paper is ready")),
        State(P.VOTING, _("Voting"), _("voting")),
        State(P.CLOSING, _("Voting has ended"), _("voting has ended")),
        State(P.SEALED, _("Box sealed"), _("the ballot box is sealed")),
        State(P.DRAWN, _("Lots drawn"), _("lots are drawn")),
        State(P.TALLIED, _("Counted"), _("the votes are being counted")),
        State(P.OBJECTIONS, _("Result published, objections"), _("result published")),
        State(P.CERTIFIED, _("Result final"), _("result final")),
        State(P.VOID, _("Declared void"), _("declared void")),
    ],
    # From `freeze` on each step of the commission is begun by one person and confirmed by another
    # (`plebiscite.services.confirming`).
    transitions=[
        Transition(
            "announce",
            P.DRAFT,
            P.CALL,
            who=COMMISSION,
            guard=_contest_is_ahead,
            label_staff=_("Announce the call for proposals"),
        ),
        Transition(
            "end_call",
            P.CALL,
            P.REVIEW,
            who=SYSTEM_ONLY,
            guard=_plan_says_so,
            label_staff=_("The time for proposals ends"),
        ),
        Transition(
            "open_appeals",
            P.REVIEW,
            P.APPEALS,
            who=COMMISSION,
            guard=_nothing_waits,
            label_staff=_("End the checking, open appeals"),
        ),
        Transition(
            "freeze",
            P.APPEALS,
            P.FROZEN,
            who=COMMISSION,
            guard=(
                two_people,
                _nothing_waits,
                _is_a_choice,
                _has_keys,
                _voting_is_ahead,
                _no_rehearsal_is_left,
                _set_up_is_complete,
            ),
            takes=["first", "missing"],
            label_staff=_("Freeze the ballot paper"),
        ),
        Transition(
            "rehearse",
            P.APPEALS,
            P.FROZEN,
            who=COMMISSION,
            guard=(_is_a_rehearsal, _has_keys, _is_a_choice),
            label_staff=_("Begin the test run"),
        ),
        Transition(
            "open",
            P.FROZEN,
            P.VOTING,
            who=SYSTEM_ONLY,
            guard=_plan_says_so,
            label_staff=_("Voting begins"),
        ),
        Transition(
            "close",
            P.VOTING,
            P.CLOSING,
            who=SYSTEM_ONLY,
            guard=_plan_says_so,
            label_staff=_("Voting ends"),
        ),
        Transition(
            "seal",
            P.CLOSING,
            P.SEALED,
            who=SYSTEM_ONLY,
            guard=_grace_is_over,
            label_staff=_("The box is emptied and sealed"),
        ),
        Transition(
            "draw",
            P.SEALED,
            P.DRAWN,
            who=COMMISSION,
            guard=(two_people, _rule_draws_lots, _paper_adds_up),
            takes=["first", "unreconciled"],
            label_staff=_("Draw lots for ties"),
        ),
        Transition(
            "count",
            (P.SEALED, P.DRAWN),
            P.TALLIED,
            who=COMMISSION,
            guard=(two_people, _lots_are_drawn, _paper_adds_up),
            takes=["first", "unreconciled"],
            label_staff=_("Count the votes"),
        ),
        Transition(
            "publish",
            P.TALLIED,
            P.OBJECTIONS,
            who=COMMISSION,
            guard=(two_people, _is_no_rehearsal),
            takes=["first"],
            effect=_note_publication,
            fields=["published_at"],
            label_staff=_("Publish the result"),
        ),
        Transition(
            "certify",
            P.OBJECTIONS,
            P.CERTIFIED,
            who=COMMISSION,
            guard=(two_people, _objections_are_over),
            takes=["first"],
            label_staff=_("Declare the result final"),
        ),
        Transition(
            "void",
            ORDER,
            P.VOID,
            who=COMMISSION,
            guard=(_reason_is_given, two_people),
            effect=_note_void_reason,
            fields=["void_reason"],
            takes=["reason", "first"],
            label_staff=_("Declare the plebiscite void"),
        ),
    ],
    initial=P.DRAFT,
    lock=lock_plebiscite,
)


# --- Proposals ------------------------------------------------------------------------------------


AUTHOR = Who(
    lambda actor, proposal: is_author(actor, proposal) and may_propose(actor), _("the author")
)


def lock_proposal(obj: Any) -> Any:
    """Keeps the plebiscite where it is while something becomes of one of its proposals."""
    advisory_lock(STATE_LOCK, obj.plebiscite_id, shared=True)
    return lock_row(obj)


def _is_not_own(step: Step) -> None:
    if step.obj.author_id is not None and step.obj.author_id == getattr(step.actor, "pk", None):
        raise Refused(_("Nobody decides about their own work."))


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
    if step.obj.plebiscite.state not in {P.CALL, P.REVIEW, P.APPEALS}:
        raise Refused(_("The ballot paper is ready; nothing on it can change any more."))


def _appeals_are_heard(step: Step) -> None:
    if step.obj.plebiscite.state not in {P.CALL, P.REVIEW, P.APPEALS}:
        raise Refused(_("The time for appeals is over."))


def _somebody_else_rejected(step: Step) -> None:
    last = history(step.obj).filter(verb="reject").last()
    if last is not None and last.actor_id == getattr(step.actor, "pk", None):
        raise Refused(_("An appeal is decided by somebody else than the person who rejected."))


def _other_is_of_the_same_contest(step: Step) -> None:
    other = step.get("into")
    if other is None or other.pk == step.obj.pk:
        raise Refused(_("Choose the proposal that it is joined with."), field="into")
    if other.plebiscite_id != step.obj.plebiscite_id:
        raise Refused(_("The other proposal belongs to another contest."), field="into")


def _note_sending(step: Step) -> None:
    step.obj.submitted_at = clock.moved(step.now)
    step.obj.reason = ""


def _note_acceptance(step: Step) -> None:
    step.obj.accepted_revision = step.obj.latest_revision
    step.obj.reason = ""


def _note_reason(step: Step) -> None:
    step.obj.reason = str(step["reason"]).strip()


def _note_other(step: Step) -> None:
    step.obj.merged_into = step["into"]


def _to_author(step: Step) -> Iterable[Recipient]:
    author = step.obj.author
    if author is not None and author.is_active:
        yield Recipient(author.email, step.obj.language)


def _about(step: Step) -> dict[str, Any]:
    proposal, slug = step.obj, step.obj.plebiscite.slug
    return {
        "proposal": proposal,
        "plebiscite": proposal.plebiscite,
        "reason": proposal.reason,
        "path": addresses.own_proposal(slug, proposal.pk, proposal.language),
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
            guard=(_may_be_sent, _is_complete, _is_within_limit),
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
        # Rejecting is to be confirmed by a second person; until then an appeal has to be decided
        # by another one than who rejected.
        Transition(
            "reject",
            S.IN_REVIEW,
            S.REJECTED,
            who=COMMISSION,
            guard=(_is_not_own, _reason_is_given, _is_before_the_freeze),
            effect=_note_reason,
            fields=["reason"],
            takes=["reason"],
            mail=_notice("proposal_rejected"),
            label_staff=_("Reject, with a public reason"),
        ),
        Transition(
            "merge",
            (S.SUBMITTED, S.IN_REVIEW),
            S.MERGED,
            who=COMMISSION,
            guard=(_is_not_own, _is_before_the_freeze, _other_is_of_the_same_contest),
            effect=_note_other,
            fields=["merged_into"],
            takes=["into"],
            mail=_notice("proposal_merged"),
            label_staff=_("Join with another proposal"),
        ),
        Transition(
            "appeal",
            S.REJECTED,
            S.APPEALED,
            who=AUTHOR,
            guard=(_reason_is_given, _appeals_are_heard),
            takes=["reason"],
            label_staff=_("Appeal"),
            label_public=_("Appeal against the rejection"),
        ),
        Transition(
            "grant",
            S.APPEALED,
            S.ACCEPTED,
            who=COMMISSION,
            guard=(_is_not_own, _is_before_the_freeze, _somebody_else_rejected),
            effect=_note_acceptance,
            fields=["accepted_revision", "reason"],
            mail=_notice("proposal_accepted"),
            label_staff=_("Grant the appeal and accept"),
        ),
        Transition(
            "uphold",
            S.APPEALED,
            S.UPHELD,
            who=COMMISSION,
            guard=(_is_not_own, _reason_is_given, _somebody_else_rejected),
            effect=_note_reason,
            fields=["reason"],
            takes=["reason"],
            mail=_notice("proposal_rejected"),
            label_staff=_("Uphold the rejection"),
        ),
        Transition(
            "withdraw",
            (S.DRAFT, S.SUBMITTED, S.IN_REVIEW, S.CHANGES_REQUESTED, S.ACCEPTED),
            S.WITHDRAWN,
            who=AUTHOR,
            guard=_is_before_the_freeze,
            label_staff=_("Withdraw"),
            label_public=_("Withdraw the work"),
        ),
    ],
    initial=S.DRAFT,
    lock=lock_proposal,
)
