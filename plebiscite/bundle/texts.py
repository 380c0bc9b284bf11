"""The lines of each text file of a bundle, from plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain as chain_of
from typing import Any

from plebiscite import chain
from plebiscite.tally import Method, canonical_json

PAPER_COLUMNS = (
    "batch", "point", "day", "issued", "returned", "unused", "missing", "valid", "void", "reasons",
)  # fmt: skip

#: Ballots as `read_ballot` gives them, each with how often it was cast. A vote may have as many
#: different ones as voters: what is read one by one is never held as a whole.
Ballots = Iterable[tuple[Any, int]]


@dataclass(frozen=True)
class Opening:
    """One ballot with what opens its commitment."""

    commitment: bytes
    ballot: str
    nonce: bytes
    channel: str


def log_line(position: int, commitment: bytes, previous: bytes, digest: bytes) -> str:
    """A line of the public log."""
    return canonical_json(
        {
            "position": position,
            "commitment": commitment.hex(),
            "previous": previous.hex(),
            "digest": digest.hex(),
        }
    )


def log(plebiscite: str, manifest_hash: bytes, commitments: Iterable[bytes]) -> Iterator[str]:
    """The whole log: what stands in it follows from the commitments and their order."""
    previous = chain.start(plebiscite, manifest_hash)
    for position, commitment in enumerate(commitments, start=1):
        digest = chain.link(previous, position, commitment)
        yield log_line(position, commitment, previous, digest)
        previous = digest


def openings(rows: Iterable[Opening], *, is_merged: bool) -> Iterator[str]:
    """Ballots in the order of their commitments; where a channel is small, without channels."""
    for row in rows:
        yield canonical_json(
            {
                "c": row.commitment.hex(),
                "ballot": row.ballot,
                "nonce": row.nonce.hex(),
                "channel": "merged" if is_merged else row.channel,
            }
        )


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """CSV with LF, quotation marks only where they are needed; row by row."""
    for row in chain_of([columns], rows):
        yield ",".join(map(_cell, row)) + "\n"


def _cell(value: Any) -> str:
    # Not by Python's own writer: what it does with a CR has changed between versions. What was
    # typed into a form has CRs where its lines end.
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    if any(sign in text for sign in ',"\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def toi(codes: Sequence[str], titles: dict[str, str], ballots: Ballots, method: Method,
        *, title: str) -> Iterator[str]:  # fmt: skip
    """PrefLib's orders with ties. Blank ballots have no place in it; edges of paper neither."""
    number = {code: str(place) for place, code in enumerate(codes, start=1)}
    found: Counter[str] = Counter()
    for ballot, times in ballots:
        pieces = [",".join(number[code] for code in rank) for rank in _ranks(ballot, method)]
        if pieces:
            found[",".join(one if "," not in one else f"{{{one}}}" for one in pieces)] += times
    yield "# FILE NAME: ballots.toi\n"
    yield f"# TITLE: {title}\n"
    yield "# DATA TYPE: toi\n"
    yield f"# NUMBER ALTERNATIVES: {len(codes)}\n"
    yield f"# NUMBER VOTERS: {sum(found.values())}\n"
    yield f"# NUMBER UNIQUE ORDERS: {len(found)}\n"
    for code in codes:
        yield f"# ALTERNATIVE NAME {number[code]}: {code} {titles[code]}\n"
    for text, times in _by_number(found):
        yield f"{times}: {text}\n"


def abif(codes: Sequence[str], titles: dict[str, str], ballots: Ballots, method: Method,
         *, title: str) -> Iterator[str]:  # fmt: skip
    """ABIF: ranks, approved options as equals, points as scores; blank ballots with nothing."""
    found: Counter[str] = Counter()
    for ballot, times in ballots:
        if method == Method.POINTS:
            text = ",".join(f"{code}/{points}" for code, points in ballot)
        else:
            text = ">".join("=".join(rank) for rank in _ranks(ballot, method))
        found[text] += times
    yield f"{{title: {canonical_json(title).strip()}}}\n"
    for code in codes:
        yield f"={code}:[{titles[code].replace('[', '(').replace(']', ')')}]\n"
    for text, times in _by_number(found):
        yield f"{times}:{text}\n"


def _ranks(ballot: Any, method: Method) -> list[list[str]]:
    """Ranks without empty ones, each option where it is first named."""
    if method == Method.POINTS:
        steps = sorted({points for _code, points in ballot}, reverse=True)
        return [[code for code, points in ballot if points == step] for step in steps]
    if method != Method.RANKED:
        return [[code for rank in ballot for code in rank]] if ballot else []
    ranks: list[list[str]] = []
    seen: set[str] = set()
    for rank in ballot:
        fresh = [code for code in rank if code not in seen]
        seen.update(fresh)
        if fresh:
            ranks.append(fresh)
    return ranks


def _by_number(found: Counter[str]) -> Iterator[tuple[str, int]]:
    """The most frequent first, equals by their text; without a pair for each while sorting."""
    order = sorted(found)
    order.sort(key=found.__getitem__, reverse=True)
    return ((text, found[text]) for text in order)
