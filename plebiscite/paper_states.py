"""What may become of a batch of paper cards, when, and by whom."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.transitions import Machine, Refused, State, Step, Transition, Who, advisory_lock, lock_row
from plebiscite import clock
from plebiscite.permissions import is_clerk_of, is_commission
from plebiscite.phases import last_vote_at

#: The name of the lock that votes share and changes of state hold alone (`plebiscite.states`).
STATE_LOCK = "plebiscite.state"

OPEN, COUNTED, CLOSED = "open", "counted", "closed"


def lock_batch(obj: Any) -> Any:
    """Keeps the plebiscite where it is while something becomes of one of its batches."""
    advisory_lock(STATE_LOCK, obj.plebiscite_id, shared=True)
    return lock_row(obj)


def _voting_is_over(step: Step) -> None:
    # An open urn tells how the vote is going, and that nobody is to know while it goes on.
    if clock.moved(step.now) < last_vote_at(step.obj.plebiscite):
        raise Refused(_("Voting goes on: urns stay sealed until it has ended."))


def _numbers_add_up(step: Step) -> None:
    batch = step.obj
    returned, unused, missing = (step[name] for name in ("returned", "unused", "missing"))
    if batch.cards_issued != returned + unused + missing:
        raise Refused(
            _("%(issued)d cards were taken from the stock, and these are %(sum)d. Count again.")
            % {"issued": batch.cards_issued, "sum": returned + unused + missing},
            field="returned",
        )
    if missing and not str(step.get("note", "")).strip():
        raise Refused(_("Explain where the missing cards are."), field="note")


def _note_numbers(step: Step) -> None:
    batch = step.obj
    batch.cards_returned = step["returned"]
    batch.cards_unused = step["unused"]
    batch.cards_missing = step["missing"]
    batch.missing_note = str(step.get("note", "")).strip()


def _nobody_has_read(step: Step) -> None:
    if step.obj.passes.exists():
        raise Refused(_("The cards are being entered already: the numbers stay."))


def _everything_is_read(step: Step) -> None:
    if step.obj.passes.filter(is_finished=True).count() != 2:
        raise Refused(_("Two clerks have to finish entering the cards first."))


def _nothing_is_open(step: Step) -> None:
    if step["unsettled"]:
        raise Refused(
            _("%(number)d cards were read in two ways and are not settled yet.")
            % {"number": step["unsettled"]}
        )


def _has_protocol(step: Step) -> None:
    if step.obj.protocol_id is None:
        raise Refused(_("Add the scan of the signed protocol first."))


CLERK = Who(
    lambda actor, batch: is_clerk_of(actor, batch.point_id), _("a clerk of the polling point")
)
COMMISSION = Who(lambda actor, batch: is_commission(actor), _("the commission"))

PAPER_BATCH = Machine(
    "paper_batch",
    states=[
        State(OPEN, _("Urn in use"), _("urn in use")),
        State(COUNTED, _("Cards being entered"), _("cards being entered")),
        State(CLOSED, _("Closed"), _("entered and closed")),
    ],
    transitions=[
        Transition(
            "open_urn",
            OPEN,
            COUNTED,
            who=CLERK,
            guard=(_voting_is_over, _numbers_add_up),
            effect=_note_numbers,
            fields=["cards_returned", "cards_unused", "cards_missing", "missing_note"],
            takes=["returned", "unused", "missing", "note"],
            label_staff=_("Open the urn and count the cards"),
        ),
        Transition(
            "count_again",
            COUNTED,
            COUNTED,
            who=CLERK,
            guard=(_nobody_has_read, _numbers_add_up),
            effect=_note_numbers,
            fields=["cards_returned", "cards_unused", "cards_missing", "missing_note"],
            takes=["returned", "unused", "missing", "note"],
            label_staff=_("Correct the numbers of cards"),
        ),
        Transition(
            "close",
            COUNTED,
            CLOSED,
            who=CLERK | COMMISSION,
            guard=(_everything_is_read, _nothing_is_open, _has_protocol),
            takes=["unsettled"],
            label_staff=_("Close the batch"),
        ),
    ],
    initial=OPEN,
    lock=lock_batch,
)
