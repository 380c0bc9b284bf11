"""States as a table, and the one door through which they change.

A feature writes a `Machine` (its states and the transitions between them) as data, gives it to
its model as the attribute `machine`, and changes state with `transition()` and nothing else. The
table is the documentation, the source of permissions, the diagram that staff see, and the
parameters of the tests.
"""

from core.locks import advisory_lock, lock_row
from core.transitions.doing import available, transition
from core.transitions.errors import NotAllowed, Refused, TransitionError, WrongState
from core.transitions.machine import Machine, Notice, Recipient, State, Step, Transition
from core.transitions.matrix import matrix
from core.transitions.who import ANYONE, SYSTEM_ONLY, Who, holds, role_names, roles, who

__all__ = [
    "ANYONE",
    "SYSTEM_ONLY",
    "Machine",
    "NotAllowed",
    "Notice",
    "Recipient",
    "Refused",
    "State",
    "Step",
    "Transition",
    "TransitionError",
    "Who",
    "WrongState",
    "advisory_lock",
    "available",
    "holds",
    "lock_row",
    "matrix",
    "role_names",
    "roles",
    "transition",
    "who",
]
