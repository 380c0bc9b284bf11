"""What each button of a case does, in one line beside it, and what is said when it was done."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

#: What happens, and who sees it.
HELP: dict[str, Any] = {
    "answer": _(
        "Settles the matter: the resident gets your text by mail and may still write back. "
        "After 14 days of silence the case closes."
    ),
    "ask": _("The resident gets your question by mail. Until they reply, the deadline stands."),
    "write": _(
        "A message on the way: the resident gets it by mail, the case stays open and the deadline "
        "runs on."
    ),
    "note": _("Only staff see it. The resident gets nothing."),
    "hand_over": _(
        "The resident gets your reason by mail; the coordinator looks for somebody else."
    ),
    "decline": _("Your reason is for the coordinator alone; the resident does not see it."),
    "reject": _("Ends the case. The resident gets your reason by mail."),
    "triage": _("Afterwards it can be offered to an organisation. The resident gets no mail."),
    "take": _(
        "Your office handles it, and it is assigned to you. The resident gets a mail only where "
        "somebody else had it before."
    ),
    "accept_offer": _("The case is yours, and you see the contact. The resident learns who helps."),
    "start": _("The resident sees that somebody works on it, and gets no mail."),
    "confirm_for": _("When you have spoken with the person: the deadline begins to run."),
    "close_for": _("The resident told you that it is settled: the case is closed."),
    "offer": _("The organisation gets a mail and three working days to answer."),
    "assign": _("The case appears among this person’s own. The resident does not see it."),
    "set_priority": _("Only staff see it."),
    "mark_duplicate": _("Closes this case. The resident learns by mail which one goes on."),
    "take_back": _("The organisation is no longer asked; the case returns to the coordinator."),
    "go_on": _("The deadline runs again. The resident gets no mail."),
    "new_pin": _("The old PIN no longer works. The new one is shown once, to be printed."),
    "withdraw_for": _("The resident no longer needs it: the case ends."),
    "hold": _("Its personal data are not erased until this is taken back."),
    "release": _("Its personal data are erased when their time is over."),
    "erase": _("Cannot be undone. First you are asked once more."),
}

DONE: dict[str, Any] = {
    "answer": _("The answer is on its way to the resident."),
    "ask": _("The question is on its way to the resident; the deadline stands."),
    "write": _("The message is on its way to the resident."),
    "note": _("The note is written down."),
    "hand_over": _("The case is handed over; the resident has been told."),
    "decline": _("The case is back with the coordinator."),
    "reject": _("The case is refused; the resident has been told why."),
    "triage": _("The case is sorted."),
    "take": _("The case is yours now."),
    "accept_offer": _("The case is yours now; the resident has been told."),
    "start": _("Work on the case has begun."),
    "offer": _("The organisation has been asked."),
    "assign": _("The case is assigned."),
    "set_priority": _("The priority is set."),
    "mark_duplicate": _("The two cases are joined."),
    "erase": _("The personal data are erased."),
}


def done(case: Any, verb: str) -> str:
    """What to say after a move."""
    if verb in DONE:
        return str(DONE[verb])
    return gettext("Done. The state of the case: %(state)s.") % {"state": case.staff_state_label}
