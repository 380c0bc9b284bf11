"""Every option against every other one: information beside an instant-runoff.

The table reads ballots as they were filled in, whatever the rules of the instant-runoff say about
their edges: options in one rank are equal, the first mention of an option counts, and options that
a ballot does not name stand together behind all that it names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plebiscite.tally.model import Ballot

Table = dict[str, dict[str, int]]


def compare(ballots: Mapping[Ballot, int], codes: Sequence[str]) -> Table:
    """`table[a][b]`: how many ballots put a before b."""
    size = len(codes)
    place = {code: number for number, code in enumerate(codes)}
    named = [0] * size
    # Of the ballots that name both a and b, those that put b behind a or level with it.
    not_before = [0] * (size * size)
    alone: dict[tuple[str, ...], int] = {
        (code,): number * size for number, code in enumerate(codes)
    }
    for ballot, number in ballots.items():
        try:
            # Nearly all: one option on each rank, none of them twice.
            rows = [alone[rank] for rank in ballot]
        except KeyError:
            rows = []
        if rows and len(set(rows)) == len(rows):
            seen: list[int] = []
            for row in rows:
                for other in seen:
                    not_before[row + other] += number
                one = row // size
                named[one] += number
                seen.append(one)
            continue
        above: list[int] = []
        for rank in ballot:
            here = []
            for code in rank:
                one = place.get(code, -1)
                if one < 0:
                    continue  # an over-vote that does not say for whom
                if one not in above and one not in here:
                    here.append(one)
                    named[one] += number
            for one in here:
                row = one * size
                for other in above:
                    not_before[row + other] += number
                for other in here:
                    not_before[row + other] += number
            above += here
    # Whoever names a puts it before b, unless b stands before it or level with it.
    return {
        code: {
            other: named[number] - not_before[number * size + place[other]]
            for other in codes
            if other != code
        }
        for number, code in enumerate(codes)
    }


def condorcet_winner(table: Table) -> str:
    """Who beats every other one, "" for nobody."""
    for one, others in table.items():
        if all(number > table[other][one] for other, number in others.items()):
            return one if others else ""
    return ""


def schulze_order(table: Table) -> tuple[tuple[str, ...], ...]:
    """All options by their strongest paths (winning votes), equals together."""
    codes = sorted(table)
    paths = [
        [table[a][b] if a != b and table[a][b] > table[b][a] else 0 for b in codes] for a in codes
    ]
    size = len(codes)
    for through in range(size):
        onward = paths[through]
        for start in range(size):
            reach = paths[start][through]
            if start == through or not reach:
                continue
            row = paths[start]
            for end in range(size):
                if end != start:
                    way = reach if reach < onward[end] else onward[end]
                    if way > row[end]:
                        row[end] = way
    # "Beats by the strongest path" is transitive, so how many one loses to puts all in order.
    losses = {
        code: sum(paths[other][number] > paths[number][other] for other in range(size))
        for number, code in enumerate(codes)
    }
    return tuple(
        tuple(code for code in codes if losses[code] == lost)
        for lost in sorted(set(losses.values()))
    )
