"""When a question is asked. Pure; conditions look at answers as they are typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Condition:
    """A comparison with one answer, or several conditions joined.

    `operator` is `in` (one of `values` is, or is among, the answers to `field`), `filled`, or
    `all`, `any`, `not` with `parts`.
    """

    operator: str
    field: str = ""
    values: tuple[str, ...] = ()
    parts: tuple[Condition, ...] = ()

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Whether the condition holds for `answers` (of fields that are asked)."""
        match self.operator:
            case "all":
                return all(part.holds(answers) for part in self.parts)
            case "any":
                return any(part.holds(answers) for part in self.parts)
            case "not":
                return not self.parts[0].holds(answers)
            case "filled":
                return any(_given(answers, self.field))
        return not set(self.values).isdisjoint(_given(answers, self.field))

    def fields(self) -> Iterator[str]:
        """Keys of all the fields it looks at."""
        if self.field:
            yield self.field
        for part in self.parts:
            yield from part.fields()

    def as_json(self) -> dict[str, Any]:
        """For the script that shows and hides questions while somebody types."""
        if self.operator in {"all", "any", "not"}:
            return {self.operator: [part.as_json() for part in self.parts]}
        if self.operator == "filled":
            return {"filled": self.field}
        return {"field": self.field, "in": list(self.values)}


def _given(answers: Mapping[str, Any], field: str) -> list[str]:
    value = answers.get(field) or []
    return [value] if isinstance(value, str) else list(value)
