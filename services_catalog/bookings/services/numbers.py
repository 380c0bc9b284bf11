"""The numbers of bookings, as people read them out and type them."""

from __future__ import annotations

from core.numbers import BadNumber, Scheme
from services_catalog.bookings.models import DIGITS, SERIES

NUMBERS = Scheme(SERIES, "-", (4, DIGITS))


def normal_number(number: str) -> str:
    """A typed number as it is stored; empty for what is none."""
    try:
        return NUMBERS.normalise(number)
    except BadNumber:
        return ""
