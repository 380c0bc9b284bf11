"""Names of the states, and the sets of them that matter."""

from __future__ import annotations

from django.db.models import TextChoices

from core.numbers import Scheme

#: Numbers of applications: year of the call, its number in the year, number in the call, check.
NUMBERS = Scheme("INK", "/", (4, 2, 3))


class State(TextChoices):
    """Names of the states."""

    DRAFT = "draft"
    ABANDONED = "abandoned"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    FORMAL_CHECK = "formal_check"
    CLARIFICATION = "clarification"
    REFUSAL_PROPOSED = "refusal_proposed"
    FORMAL_OK = "formal_ok"
    FORMAL_REJECTED = "formal_rejected"
    ANNULLED = "annulled"


#: States without a number.
UNNUMBERED = (State.DRAFT, State.ABANDONED)
#: States after which the organisation may begin another application in the same call.
GIVEN_UP = (State.ABANDONED, State.WITHDRAWN, State.ANNULLED)
#: States in which staff have something to do.
WITH_STAFF = (State.SUBMITTED, State.FORMAL_CHECK, State.REFUSAL_PROPOSED)
#: States in which the answers may be written, each within its own limits.
WRITABLE = (State.DRAFT, State.SUBMITTED, State.CLARIFICATION)
