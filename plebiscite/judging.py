"""Adding up what a jury has given: fractions all the way, so that nothing is rounded into a tie.

One sheet is worth, in hundredths of the best possible: the sum of weight × points / highest points
over all criteria, divided by the sum of the weights. A work is worth the mean of its sheets; who
declared a conflict has no sheet for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Scale:
    """One criterion: its weight and the highest number of points."""

    weight: int
    top: int


@dataclass(frozen=True)
class Standing:
    """What a work has got. Works with equal totals share a place."""

    work: int
    total: Fraction
    sheets: int
    place: int
    is_chosen: bool


def worth(points: Mapping[int, int], scales: Mapping[int, Scale]) -> Fraction:
    """One sheet, from 0 to 100. Raises ValueError for missing points and such beyond the scale."""
    if set(points) != set(scales):
        raise ValueError("a sheet has points for every criterion and for nothing else")
    total = Fraction(0)
    for key, scale in scales.items():
        if not 0 <= points[key] <= scale.top:
            raise ValueError("points beyond their scale")
        total += Fraction(scale.weight * points[key], scale.top)
    return 100 * total / sum(scale.weight for scale in scales.values())


def standings(
    sheets: Mapping[int, Sequence[Mapping[int, int]]], scales: Mapping[int, Scale], *, places: int
) -> list[Standing]:
    """All works, the best first; `places` are chosen, and all that share the last of them."""
    totals = {
        work: sum((worth(points, scales) for points in of_work), Fraction(0)) / len(of_work)
        for work, of_work in sheets.items()
    }
    found = []
    for work, total in sorted(totals.items(), key=lambda item: (-item[1], item[0])):
        place = 1 + sum(other > total for other in totals.values())
        found.append(Standing(work, total, len(sheets[work]), place, place <= places))
    return found
