"""A result as tables of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plebiscite.tally.model import Method, Result, Round

_WHAT = {
    Method.SINGLE: "votes",
    Method.APPROVAL: "marks",
    Method.POINTS: "points",
    Method.RANKED: "first choices",
}


def report(result: Result, *, title: str = "") -> str:
    """Everything about a result that is worth reading, as lines."""
    return "\n".join(_lines(result, title)) + "\n"


def _lines(result: Result, title: str) -> Iterator[str]:
    if title:
        yield title
    yield (
        f"{result.cast} ballots cast, {result.valid} valid, {result.blank} of them blank"
        + "".join(f", {number} invalid ({why})" for why, number in sorted(result.invalid.items()))
    )
    if result.quorum:
        reached = "reached" if result.is_binding else "not reached"
        yield f"quorum of {result.quorum} {reached}"
    yield ""
    if result.method == Method.RANKED:
        yield from _rounds(result)
    else:
        yield from _totals(result)
    if result.tied:
        yield f"tied: {', '.join(result.tied)}"
    yield f"winner: {', '.join(result.winners) or 'nobody'}"
    if result.pairwise:
        yield ""
        yield "For information (decides nothing):"
        yield from _pairwise(result)


def _totals(result: Result) -> Iterator[str]:
    rows = sorted(result.totals.items(), key=lambda pair: (-pair[1], pair[0]))
    yield from _table(["option", _WHAT[result.method]], [[code, str(n)] for code, n in rows])
    by_lot = result.rounds[0].by_lot if result.rounds else ()
    if by_lot:
        yield f"lots decided among: {', '.join(by_lot)}"


def _rounds(result: Result) -> Iterator[str]:
    for place in sorted({step.place for step in result.rounds}):
        steps = [step for step in result.rounds if step.place == place]
        if len(result.winners) > 1 or place > 1:
            yield f"Place {place}"
        # The last to leave stands first.
        codes = sorted(
            {code for step in steps for code in step.totals},
            key=lambda code: [-step.totals.get(code, -1) for step in reversed(steps)] + [code],
        )
        rows = [[code, *(str(step.totals.get(code, "")) for step in steps)] for code in codes]
        rows.append(["(exhausted)", *(str(step.exhausted) for step in steps)])
        yield from _table(["option", *(f"round {step.number}" for step in steps)], rows)
        for step in steps:
            yield from _decision(step)
        yield ""


def _decision(step: Round) -> Iterator[str]:
    head = f"round {step.number}: "
    if step.eliminated:
        lots = f" (by lot among {', '.join(step.by_lot)})" if step.by_lot else ""
        yield f"{head}out: {', '.join(step.eliminated)}{lots}"
    if step.elected:
        yield f"{head}elected: {', '.join(step.elected)}"
    if step.tied:
        yield f"{head}tied: {', '.join(step.tied)}"


def _pairwise(result: Result) -> Iterator[str]:
    codes = sorted(result.pairwise)
    rows = [
        [one, *("·" if one == other else str(result.pairwise[one][other]) for other in codes)]
        for one in codes
    ]
    yield from _table(["row before column", *codes], rows)
    yield f"Condorcet winner: {result.condorcet or 'none'}"
    yield f"Schulze order: {' > '.join(' = '.join(equals) for equals in result.schulze)}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in [header, *rows]) for place in range(len(header))]
    for number, row in enumerate([header, *rows]):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join(cells).rstrip()
        if number == 0:
            yield "  ".join("-" * width for width in widths)
    yield ""
