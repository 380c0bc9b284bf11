"""What may become of plebiscites, when, and by whom: the table, and its guards.

A transition changes its own row alone. What belongs to it besides (a ballot paper, emptying the
box) is written by `plebiscite.services` in the same transaction, which is why nobody else calls
`core.transitions.transition` on it. Proposals have theirs in `contest_states`.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.transitions import (
    SYSTEM_ONLY,
    Machine,
    Refused,
    State,
    Step,
    Transition,
    advisory_lock,
    lock_row,
    roles,
)
from plebiscite import clock
from plebiscite.guards import words_are_given
from plebiscite.phases import ORDER, due, last_vote_at
from plebiscite.phases import PlebisciteState as P

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


def _no_appeal_can_come(step: Step) -> None:
    if step.obj.contest.proposals.may_be_appealed(clock.moved(step.now)).exists():
        raise Refused(_("Authors of rejected works may still appeal."))


def _jury_has_closed(step: Step) -> None:
    jury = getattr(step.obj.contest, "jury", None)
    if jury is not None and not jury.is_closed:
        raise Refused(_("The jury has not finished yet."))


def _is_a_choice(step: Step) -> None:
    if step.obj.contest.proposals.on_ballot().count() < FEWEST_OPTIONS:
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


def _number_is_entered(step: Step) -> None:
    if getattr(step.obj, "beacon", None) is None:
        raise Refused(_("Two people enter the drawn number first."))


def _lots_are_drawn(step: Step) -> None:
    if step.obj.ruleset.draws_lots and step.source != P.DRAWN:
        raise Refused(_("By the rules of this vote lots are drawn before counting."))


def _objections_are_over(step: Step) -> None:
    if clock.moved(step.now) < step.obj.objections_until:
        raise Refused(_("Residents may still raise objections."))


def _objections_are_answered(step: Step) -> None:
    if step.obj.objections.filter(answered_at=None).exists():
        raise Refused(_("Some objections have not been answered yet."))


#: Guard: a decision that says why.
reason_is_given = words_are_given(_("Give the reason."))


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


def _repeats_another(step: Step) -> None:
    if step.obj.rerun_of_id is None:
        raise Refused(_("This plebiscite repeats no other: announce the call for proposals."))


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
            "take_over",
            P.DRAFT,
            P.APPEALS,
            who=COMMISSION,
            guard=(_repeats_another, _is_a_choice),
            label_staff=_("Take over the works of the void vote"),
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
                _no_appeal_can_come,
                _jury_has_closed,
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
            guard=(two_people, _rule_draws_lots, _number_is_entered, _paper_adds_up),
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
            guard=(two_people, _objections_are_over, _objections_are_answered),
            takes=["first"],
            label_staff=_("Declare the result final"),
        ),
        Transition(
            "void",
            ORDER,
            P.VOID,
            who=COMMISSION,
            guard=(reason_is_given, two_people),
            effect=_note_void_reason,
            fields=["void_reason"],
            takes=["reason", "first"],
            label_staff=_("Declare the plebiscite void"),
        ),
    ],
    initial=P.DRAFT,
    lock=lock_plebiscite,
)
