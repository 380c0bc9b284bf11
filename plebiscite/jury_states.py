"""What may become of a jury and of one juror's sheet for one work: tables, and their guards.

`plebiscite.services.judging` writes what belongs to it besides, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
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
from plebiscite.guards import words_are_given
from plebiscite.phases import PlebisciteState as P
from plebiscite.states import COMMISSION, FEWEST_OPTIONS

SETUP, SCORING, CLOSING, CLOSED = "setup", "scoring", "closing", "closed"
OPEN, CONFLICT, SUBMITTED = "open", "conflict", "submitted"
#: Sheets hold it shared while they are written; whoever closes the jury has it alone.
JURY_LOCK = "plebiscite.jury"

JUROR = Who(
    lambda actor, sheet: (
        bool(getattr(actor, "is_active", False))
        and sheet.juror.user_id is not None
        and sheet.juror.user_id == actor.pk
    ),
    _("the juror"),
)


def lock_jury(obj: Any) -> Any:
    """Waits for the sheets that are being written."""
    advisory_lock(JURY_LOCK, obj.pk)
    return lock_row(obj)


def lock_sheet(obj: Any) -> Any:
    """Keeps the jury where it is while a sheet changes."""
    advisory_lock(JURY_LOCK, obj.juror.jury_id, shared=True)
    return lock_row(obj)


def _is_set_up(step: Step) -> None:
    jury = step.obj
    if not jury.criteria.exists():
        raise Refused(_("Write down at least one criterion first."))
    if jury.jurors.count() < jury.sheets_needed:
        raise Refused(_("There are fewer jurors than sheets that each work needs."))
    if jury.scores_until <= clock.moved(step.now):
        raise Refused(_("The time for scores is over already: set a later date."))


def _works_are_settled(step: Step) -> None:
    proposals = step.obj.plebiscite.proposals
    may_still_change = (
        step.obj.plebiscite.state != P.APPEALS
        or proposals.waiting().exists()
        or proposals.may_be_appealed(clock.moved(step.now)).exists()
    )
    if may_still_change:
        raise Refused(_("The jury begins when all proposals and appeals are decided."))
    if proposals.accepted().count() < FEWEST_OPTIONS:
        raise Refused(_("A vote needs at least two accepted proposals."))


def _every_work_is_judged(step: Step) -> None:
    missing = step.obj.works_short_of_sheets()
    if missing:
        numbers = ", ".join(str(number) for number in missing)
        raise Refused(
            _("These works do not have enough sheets yet: %(numbers)s.") % {"numbers": numbers}
        )


def _somebody_else_proposed(step: Step) -> None:
    last = history(step.obj).filter(verb="propose_close").last()
    if last is not None and last.actor_id == getattr(step.actor, "pk", None):
        raise Refused(_("The end is confirmed by somebody else than who proposed it."))


def _note_end(step: Step) -> None:
    step.obj.closed_at = clock.moved(step.now)


def _scores_are_awaited(step: Step) -> None:
    jury = step.obj.juror.jury
    if jury.state != SCORING or clock.moved(step.now) >= jury.scores_until:
        raise Refused(_("The time for scores is over. What you have saved is kept."))


def _is_whole(step: Step) -> None:
    given = set(step.obj.scores.filter(points__isnull=False).values_list("criterion_id", flat=True))
    if given != set(step.obj.juror.jury.criteria.values_list("pk", flat=True)):
        raise Refused(_("Give points for every criterion first."))


_reason_is_given = words_are_given(_("Say what connects you with this work."))


def _note_conflict(step: Step) -> None:
    step.obj.conflict_reason = str(step["reason"]).strip()


def _to_jurors(step: Step) -> Iterable[Recipient]:
    for juror in step.obj.jurors.select_related("user"):
        if juror.user is not None and juror.user.is_active:
            yield Recipient(juror.user.email, "pl")


def _about(step: Step) -> dict[str, Any]:
    plebiscite = step.obj.plebiscite
    return {
        "plebiscite": plebiscite,
        "jury": step.obj,
        "path": addresses.judging(plebiscite.slug, "pl"),
    }


JURY = Machine(
    "plebiscite.jury",
    states=[
        State(SETUP, _("Being set up"), pgettext_lazy("jury", "being set up")),
        State(SCORING, _("Scoring"), pgettext_lazy("jury", "judging")),
        State(CLOSING, _("End to be confirmed"), pgettext_lazy("jury", "judging")),
        State(CLOSED, _("Closed"), pgettext_lazy("jury", "finished")),
    ],
    transitions=[
        Transition(
            "open",
            SETUP,
            SCORING,
            who=COMMISSION,
            guard=(_is_set_up, _works_are_settled),
            mail=Notice(template="plebiscite/jury_opened", to=_to_jurors, context=_about),
            label_staff=_("Give the works to the jury"),
        ),
        Transition(
            "propose_close",
            SCORING,
            CLOSING,
            who=COMMISSION,
            guard=_every_work_is_judged,
            label_staff=_("Propose to end the judging"),
        ),
        Transition(
            "resume",
            CLOSING,
            SCORING,
            who=COMMISSION,
            label_staff=_("Go on judging"),
        ),
        Transition(
            "confirm_close",
            CLOSING,
            CLOSED,
            who=COMMISSION,
            guard=(_somebody_else_proposed, _every_work_is_judged),
            effect=_note_end,
            fields=["closed_at"],
            mail=Notice(template="plebiscite/jury_closed", to=_to_jurors, context=_about),
            label_staff=_("Confirm the end and add up"),
        ),
    ],
    initial=SETUP,
    lock=lock_jury,
)

SHEET = Machine(
    "plebiscite.jury_sheet",
    states=[
        State(OPEN, _("Open"), pgettext_lazy("sheet", "to be judged")),
        State(CONFLICT, _("Conflict declared"), pgettext_lazy("sheet", "conflict declared")),
        State(SUBMITTED, _("Handed in"), pgettext_lazy("sheet", "handed in")),
    ],
    transitions=[
        Transition(
            "declare_conflict",
            OPEN,
            CONFLICT,
            who=JUROR,
            guard=(_scores_are_awaited, _reason_is_given),
            effect=_note_conflict,
            fields=["conflict_reason"],
            takes=["reason"],
            label_staff=_("Declare a conflict of interest"),
        ),
        Transition(
            "submit",
            OPEN,
            SUBMITTED,
            who=JUROR,
            guard=(_scores_are_awaited, _is_whole),
            label_staff=_("Hand in"),
        ),
    ],
    initial=OPEN,
    lock=lock_sheet,
)
