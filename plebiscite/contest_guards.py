"""What has to hold before something becomes of a proposal: the guards of `contest_states`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.audit import history
from core.transitions import Refused, Step, lock_row
from plebiscite import clock
from plebiscite.phases import JOINABLE, takes_proposals
from plebiscite.phases import PlebisciteState as P
from plebiscite.phases import ProposalState as S

#: A decision about a proposal can still be taken.
_UNDECIDED_YET = frozenset({P.CALL, P.REVIEW, P.APPEALS})


def is_not_own(step: Step) -> None:
    """Nobody decides about their own work."""
    if step.obj.author_id is not None and step.obj.author_id == getattr(step.actor, "pk", None):
        raise Refused(_("Nobody decides about their own work."))


def may_be_sent(step: Step) -> None:
    """Works are taken in, or this one was sent back to be corrected."""
    plebiscite = step.obj.plebiscite
    if step.source == S.CHANGES_REQUESTED:
        if plebiscite.state not in {P.CALL, P.REVIEW}:
            raise Refused(_("The proposals have been checked; nothing can be sent any more."))
    elif not takes_proposals(plebiscite, clock.moved(step.now)):
        raise Refused(_("Proposals are not accepted at this time. Your draft is kept."))


def is_complete(step: Step) -> None:
    """Nothing that a work needs is missing."""
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


def is_no_juror(step: Step) -> None:
    """Whoever judges does not take part."""
    jury = getattr(step.obj.plebiscite, "jury", None)
    if jury is not None and jury.jurors.filter(user=step.obj.author_id).exists():
        raise Refused(_("Jurors of this contest do not send works to it."))


def is_within_limit(step: Step) -> None:
    """The author has sent fewer works than one person may."""
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


def is_before_the_freeze(step: Step) -> None:
    """The ballot paper can still change."""
    if step.obj.plebiscite.state not in _UNDECIDED_YET:
        raise Refused(_("The ballot paper is ready; nothing on it can change any more."))


def somebody_else_proposed(step: Step) -> None:
    """A rejection is confirmed by a second person."""
    if _last_actor(step.obj, "propose_rejection") == getattr(step.actor, "pk", None):
        raise Refused(_("A rejection is confirmed by somebody else than the person who wrote it."))


def appeals_are_heard(step: Step) -> None:
    """The time for appeals is not over."""
    proposal = step.obj
    is_late = proposal.appeal_until is None or clock.moved(step.now) >= proposal.appeal_until
    if is_late or proposal.plebiscite.state not in _UNDECIDED_YET:
        raise Refused(_("The time for appeals is over."))


def took_no_part_in_the_rejection(step: Step) -> None:
    """An appeal is decided by somebody else than those who rejected."""
    took_part = {_last_actor(step.obj, verb) for verb in ("propose_rejection", "reject")}
    if getattr(step.actor, "pk", None) in took_part - {None}:
        raise Refused(_("An appeal is decided by somebody who took no part in the rejection."))


def _last_actor(proposal: Any, verb: str) -> int | None:
    last = history(proposal).filter(verb=verb).last()
    return last.actor_id if last else None


def other_can_be_joined(step: Step) -> None:
    """The work that this one is joined with is in the same contest."""
    other = step.get("into")
    if other is None or other.pk == step.obj.pk:
        raise Refused(_("Choose the proposal that it is joined with."), field="into")
    # Locked, so that it does not leave the contest in the same moment.
    other = lock_row(other)
    if other.plebiscite_id != step.obj.plebiscite_id:
        raise Refused(_("The other proposal belongs to another contest."), field="into")
    if other.state not in JOINABLE:
        raise Refused(_("The other proposal is not in the contest any more."), field="into")


def nothing_is_joined_with_it(step: Step) -> None:
    """Nobody else would leave the contest with this work."""
    if step.obj.joined.exists():
        raise Refused(
            _("Another person’s work was joined with yours. Write to the commission to withdraw.")
        )
