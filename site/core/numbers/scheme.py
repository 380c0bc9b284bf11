"""How the numbers of one kind are written and read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.numbers.damm import check_digit, fits

#: What people type for a separator, or nothing at all.
_BETWEEN = r"[\s\-\xad\u2010-\u2015\u2212/.]*"


class BadNumber(ValueError):
    """What was typed is not a number of this scheme; `is_mistyped` when only the check fails."""

    def __init__(self, *, is_mistyped: bool) -> None:
        super().__init__("the check digit does not fit" if is_mistyped else "not such a number")
        self.is_mistyped = is_mistyped


@dataclass(frozen=True)
class Scheme:
    """`Scheme("HAJ", "-", (4, 6))` writes HAJ-2026-004211-7, `Scheme("INK", "/", (4, 2, 3))`
    INK/2026/01/007-4.

    `widths` are the least digits of each part; the last part is the one that counts and may grow
    longer, the others have exactly their width. The check digit covers all parts. It does not
    cover the prefix, which has to match anyway.
    """

    prefix: str
    separator: str
    widths: tuple[int, ...]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z]+", self.prefix) or not self.widths or min(self.widths) < 1:
            raise ValueError("a scheme has a prefix of letters A to Z and parts of digits")

    def series(self, *leading: int) -> str:
        """The name of the series with these leading parts, as `HAJ/2026`."""
        self._check(leading)
        return "/".join([self.prefix, *(str(part) for part in leading)])

    def write(self, *parts: int) -> str:
        """The number with these parts. Raises ValueError where one does not fit its width."""
        self._check(parts[:-1])
        if len(parts) != len(self.widths) or parts[-1] < 0:
            raise ValueError(f"{self.prefix} numbers have {len(self.widths)} parts")
        digits = [f"{part:0{width}d}" for part, width in zip(parts, self.widths, strict=True)]
        number = self.separator.join([self.prefix, *digits])
        return f"{number}-{check_digit(''.join(digits))}"

    def read(self, text: str) -> tuple[int, ...]:
        """The parts of a number as somebody typed it, in any case and with any separators.

        Raises BadNumber.
        """
        *leading, last = self.widths
        parts = [rf"([0-9]{{{width}}})" for width in leading] + [rf"([0-9]{{{last},18}})"]
        pattern = _BETWEEN.join([re.escape(self.prefix), *parts, r"([0-9])"])
        match = re.fullmatch(pattern, text.strip().upper())
        if match is None:
            raise BadNumber(is_mistyped=False)
        if not fits("".join(match.groups())):
            raise BadNumber(is_mistyped=True)
        return tuple(int(part) for part in match.groups()[:-1])

    def normalise(self, text: str) -> str:
        """A typed number as it is stored. Raises BadNumber."""
        return self.write(*self.read(text))

    def _check(self, leading: tuple[int, ...]) -> None:
        widths = self.widths[:-1]
        if len(leading) != len(widths) or any(
            not 0 <= part < 10**width for part, width in zip(leading, widths, strict=False)
        ):
            raise ValueError(f"{self.prefix} numbers begin with parts of {widths} digits")
