"""Numbers that people read out over the phone: consecutive in their series, with a check digit.

A feature declares a `Scheme` and takes numbers with `take_number()` in the transaction that
writes the row. A number is a name, never a key: knowing it opens nothing.
"""

from core.numbers.scheme import BadNumber, Scheme
from core.numbers.sequence import take_number

__all__ = ["BadNumber", "Scheme", "take_number"]
