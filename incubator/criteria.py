"""What the formal check asks about every application: yes, no, or does not apply."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

CRITERIA = {
    "in_time": _("It arrived in time."),
    "right_form": _("It was made on the form of this call."),
    "complete": _("It is complete."),
    "eligible": _("The applicant is one of those the call is for."),
    "seat": _("The applicant has its seat or works in the area of the call."),
    "period": _("The time of the task lies within that of the call."),
    "amount": _("The amount lies between the least and the most."),
    "own_share": _("The applicant’s own contribution is large enough."),
    "patron": _("An informal group has the consent of its patron."),
    "statute": _("The statute or rules are attached."),
    "extract": _("The extract from the register is attached, or the applicant is in the KRS."),
    "representation": _("Whoever declared to act for the applicant may do so."),
}


def criteria_of(call: Any) -> dict[str, Any]:
    """The points of the check of applications in a call: those of all calls, then its own."""
    own = {row.check_key: row.text for row in call.criteria.all() if row.kind == "formal"}
    return {**CRITERIA, **own}
