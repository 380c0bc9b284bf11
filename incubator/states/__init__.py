"""The life of an application, as a table.

names.py    the states and the sets of them that matter
who.py      who may do what
guards.py   what has to hold before a move
effects.py  what else changes, and who is told
table.py    the moves
"""

from incubator.states.guards import Incomplete, Late
from incubator.states.names import GIVEN_UP, NUMBERS, UNNUMBERED, WITH_STAFF, WRITABLE, State
from incubator.states.table import MACHINE
from incubator.states.who import CHECKERS

__all__ = [
    "CHECKERS",
    "GIVEN_UP",
    "MACHINE",
    "NUMBERS",
    "UNNUMBERED",
    "WITH_STAFF",
    "WRITABLE",
    "Incomplete",
    "Late",
    "State",
]
