"""The table: states, transitions, and what can be asked about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise

from core.locks import lock_row
from core.transitions.who import Who, roles

Text = str | Promise


@dataclass(frozen=True)
class State:
    """A state, with what staff call it and the softer words for everybody else."""

    name: str
    label_staff: Text
    label_public: Text


@dataclass(frozen=True, kw_only=True)
class Step:
    """One transition on its way: what guards, effects and notices look at.

    `obj` is the locked row, `now` the database's clock after the lock was had, `context` what the
    caller gave besides, limited to what the transition says it takes.
    """

    obj: Any
    actor: Any
    transition: Transition
    source: str
    now: datetime
    context: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.context[name]

    def get(self, name: str, default: Any = None) -> Any:
        """One value of the context."""
        return self.context.get(name, default)


@dataclass(frozen=True)
class Recipient:
    """Whom a notice goes to, and in which language."""

    address: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A mail that a transition writes: `templates/notifications/<template>.*`, to whom, with what.

    `order_key` gives the case whose mail keeps its order, by default the object.
    """

    template: str
    to: Callable[[Step], Iterable[Recipient]]
    context: Callable[[Step], Mapping[str, Any]] = lambda step: {}
    order_key: Callable[[Step], str] | None = None
    is_secret: bool = False


Guard = Callable[[Step], None]
Effect = Callable[[Step], None]


@dataclass(frozen=True, init=False, eq=False)
class Transition:
    """A row of the table: who may go from which states to which, and what that brings about.

    `who` is a `Who` or a set of roles. A `guard` raises `Refused`; several are asked in order.
    The `effect` changes the object in memory, in nothing but the `fields` named here, and may
    write other rows. `takes` are the names of what a caller may pass on. Without a `target` the
    state stays as it is, for acts that are to go through the same door.
    """

    verb: str
    sources: frozenset[str]
    target: str | None
    who: Who
    label_staff: Text
    label_public: Text
    guard: tuple[Guard, ...]
    effect: Effect | None
    fields: frozenset[str]
    takes: frozenset[str]
    mail: tuple[Notice, ...]

    def __init__(
        self,
        verb: str,
        sources: str | Iterable[str],
        target: str | None,
        *,
        who: Who | Iterable[str],
        label_staff: Text,
        label_public: Text = "",
        guard: Guard | Iterable[Guard] = (),
        effect: Effect | None = None,
        fields: Iterable[str] = (),
        takes: Iterable[str] = (),
        mail: Notice | Iterable[Notice] = (),
    ) -> None:
        values = {
            "verb": verb,
            "sources": frozenset([sources] if isinstance(sources, str) else sources),
            "target": target,
            "who": who if isinstance(who, Who) else roles(*who),
            "label_staff": label_staff,
            "label_public": label_public,
            "guard": (guard,) if callable(guard) else tuple(guard),
            "effect": effect,
            "fields": frozenset(fields),
            "takes": frozenset(takes),
            "mail": (mail,) if isinstance(mail, Notice) else tuple(mail),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def leads_to(self, source: str) -> str:
        """The state after it, from `source`."""
        return self.target or source

    def allows(self, actor: Any, obj: Any) -> bool:
        """Whether this actor may do this with this object, its state aside."""
        return self.who(actor, obj)


class Machine:
    """The states and transitions of one model, checked when it is made.

    `lock` is called first in every transaction that changes state and gives the fresh object; a
    feature whose changes need more than its row's lock passes its own.
    """

    def __init__(
        self,
        name: str,
        states: Iterable[State],
        transitions: Iterable[Transition],
        *,
        initial: str,
        field: str = "state",
        lock: Callable[[Any], Any] = lock_row,
    ) -> None:
        self.name = name
        self.states = {state.name: state for state in states}
        self.transitions = tuple(transitions)
        self.initial = initial
        self.field = field
        self.lock = lock
        self._rows = self._index()

    def _index(self) -> dict[tuple[str, str], Transition]:
        rows: dict[tuple[str, str], Transition] = {}
        named = {self.initial}
        for row in self.transitions:
            named |= row.sources | ({row.target} if row.target else set())
            for source in row.sources:
                if (source, row.verb) in rows:
                    raise ValueError(f"{self.name}: {row.verb!r} from {source!r} twice")
                rows[source, row.verb] = row
            if self.field in row.fields:
                raise ValueError(f"{self.name}: {row.verb!r} names the state's own field")
        if unknown := named - set(self.states):
            raise ValueError(f"{self.name}: no such states: {sorted(unknown)}")
        if unreachable := set(self.states) - self.reachable():
            raise ValueError(f"{self.name}: nothing leads to {sorted(unreachable)}")
        return rows

    def row(self, state: str, verb: str) -> Transition | None:
        """The transition `verb` from `state`, if there is one."""
        return self._rows.get((state, verb))

    def rows(self, verb: str) -> list[Transition]:
        """All transitions of this name. Raises LookupError if the table has none."""
        found = [row for row in self.transitions if row.verb == verb]
        if not found:
            raise LookupError(f"{self.name} has no transition {verb!r}")
        return found

    def rows_from(self, state: str) -> list[Transition]:
        """What leads out of a state, in the order of the table."""
        return [row for row in self.transitions if state in row.sources]

    @property
    def verbs(self) -> list[str]:
        """The names of all transitions, in the order of the table."""
        return list(dict.fromkeys(row.verb for row in self.transitions))

    @property
    def final(self) -> frozenset[str]:
        """The states that nothing leads out of."""
        return frozenset(
            state
            for state in self.states
            if all(row.leads_to(state) == state for row in self.rows_from(state))
        )

    def reachable(self) -> set[str]:
        """The states that can be reached from the initial one."""
        found, open_ones = {self.initial}, [self.initial]
        while open_ones:
            source = open_ones.pop()
            targets = {row.leads_to(source) for row in self.transitions if source in row.sources}
            open_ones += targets - found
            found |= targets
        return found

    def label(self, state: str, *, staff: bool = False) -> Text:
        """What a state is called."""
        found = self.states[state]
        return found.label_staff if staff else found.label_public

    def choices(self, *, staff: bool = True) -> list[tuple[str, Text]]:
        """The states for filters of lists."""
        return [(name, self.label(name, staff=staff)) for name in self.states]

    def state_field(self) -> models.CharField:
        """The column for the state. Labels are not in it, so new words need no migration."""
        return models.CharField(max_length=40, default=self.initial, editable=False, db_index=True)

    def constraint(self, name: str) -> models.CheckConstraint:
        """Lets the database know which states there are."""
        known = models.Q(**{f"{self.field}__in": sorted(self.states)})
        return models.CheckConstraint(condition=known, name=name)
