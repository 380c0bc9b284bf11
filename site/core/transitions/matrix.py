"""Every combination of state, verb and role, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core.transitions.machine import Machine, Transition


class Cell(NamedTuple):
    """One combination. `row` is None where the table has no such transition from the state."""

    state: str
    verb: str
    role: str
    row: Transition | None

    @property
    def is_allowed(self) -> bool:
        """Whether holding the role alone is enough, as far as the table says it in roles."""
        return self.row is not None and self.role in self.row.who.roles

    def __str__(self) -> str:
        return f"{self.state}-{self.verb}-{self.role}"


def matrix(machine: Machine, roles: Iterable[str]) -> Iterator[Cell]:
    """All cells of the table, in its order: for `pytest.mark.parametrize(..., ids=str)`.

    `roles` are whatever the test can make an actor of: names of groups, “owner”, “stranger”.
    """
    for state in machine.states:
        for verb in machine.verbs:
            for role in roles:
                yield Cell(state, verb, role, machine.row(state, verb))
