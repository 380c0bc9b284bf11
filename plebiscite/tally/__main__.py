"""The command `python -m plebiscite.tally`: counts a file of ballots."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from plebiscite.tally import (
    ENGINE,
    BadRuleset,
    Duplicates,
    Elimination,
    Method,
    Overvote,
    Ruleset,
    Skipped,
    TieRule,
    canonical_json,
    count,
)
from plebiscite.tally.printing import report
from plebiscite.tally.reading import FORMATS, BadFile, Election, read_file

BAD = 2

DESCRIPTION = """\
Counts a file of ballots with whole numbers only, and prints every round.

FILE is one of
  .soc .soi .toc .toi   orders as PrefLib publishes them
  .abif                 Aggregated Ballot Information Format
  .csv                  cast-vote records: a header, then one ballot a row, one column per rank;
                        an empty cell or "undervote" is a skipped rank, "overvote" an over-vote
  .zip                  the audit bundle of a plebiscite, which brings its own rules
"""

EXAMPLES = """\
examples:
  python -m plebiscite.tally tennessee.soc --method single
      the most first choices win
  python -m plebiscite.tally tennessee.soc --method ranked
      instant-runoff, round by round; Condorcet and Schulze for information
  python -m plebiscite.tally votes.csv --method ranked --overvote skip --skipped exhaust_after_2
      a rank with two names is passed over; two empty ranks in a row end a ballot
  python -m plebiscite.tally votes.abif --method ranked --eliminate batch
      all who cannot win any more leave at once
  python -m plebiscite.tally votes.abif --method ranked --drop-together "Write-in,Simpson"
      when one of the two is eliminated, the other one goes with it
  python -m plebiscite.tally cycle.soc --method ranked --lot-order b,c,a
      where votes are equal, who stands earlier in this order stays in
  python -m plebiscite.tally votes.csv --method approval --max-picks 3 --winners 2 --json
      up to three marks, two winners, as JSON

exit code: 0 counted, 2 the file or an option is wrong (the message says what, and in which line)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Counts; gives the exit code."""
    given = _parser().parse_args(arguments)
    try:
        election = read_file(given.file, file_format=given.format)
        rules, lots = _rules(given, election)
        result = count(_ballots(election, rules.method), election.options, rules, lots)
    except BadFile as error:
        where = f"line {error.line}: " if error.line else ""
        return _complain(f"{given.file}: {where}{error}")
    except BadRuleset as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"{given.file}: {error.strerror or error}")
    if given.json:
        extra = {"engine": ENGINE, "ruleset": rules.as_dict(), "lot_order": list(lots)}
        sys.stdout.write(canonical_json({**result.as_dict(), **extra}))
    else:
        sys.stdout.write(report(result, title=election.title))
    return 0


def _complain(text: str) -> int:
    print(f"tally: {text}", file=sys.stderr)
    return BAD


def _rules(given: argparse.Namespace, election: Election) -> tuple[Ruleset, tuple[str, ...]]:
    """The rules of the count: a bundle's own, changed by what was asked for, or the asked ones."""
    base = election.ruleset
    if base is None:
        if given.method is None:
            raise BadRuleset("say how the ballots are filled in: --method")
        base = Ruleset(max_picks=0, points_total=0, points_cap=0, max_ranks=0)
    elif given.method not in (None, base.method.value):
        raise BadRuleset(f"the ballots of this bundle are of the method {base.method.value}")
    asked: dict[str, Any] = {
        "method": given.method and Method(given.method),
        "overvote": given.overvote and Overvote(given.overvote),
        "skipped": given.skipped and Skipped(given.skipped),
        "duplicates": given.duplicates and Duplicates(given.duplicates),
        "elimination": given.eliminate and Elimination(given.eliminate),
        "drop_together": given.drop_together,
        "winners": given.winners,
        "tie": given.tie and TieRule(given.tie),
        "quorum": given.quorum,
        "max_picks": given.max_picks,
        "points_total": given.points_total,
        "points_cap": given.points_cap,
        "max_ranks": given.max_ranks,
    }
    if given.lot_order is not None:
        if given.tie not in (None, TieRule.LOT.value):
            raise BadRuleset("an order of lots is for --tie lot alone")
        asked["tie"] = TieRule.LOT
    rules = replace(base, **{name: value for name, value in asked.items() if value is not None})
    lots = given.lot_order if given.lot_order is not None else election.lot_order
    if rules.draws_lots and sorted(lots) != sorted(election.options):
        raise BadRuleset(
            "--lot-order names every option once; those of this file are: "
            + ", ".join(sorted(election.options))
        )
    for name in rules.drop_together:
        if name not in election.options:
            raise BadRuleset(
                f"--drop-together: there is no option {name!r}; those of this file are: "
                + ", ".join(sorted(election.options))
            )
    return rules, tuple(lots) if rules.draws_lots else ()


def _ballots(election: Election, method: Method) -> Mapping[Any, int]:
    """The ballots of the file as the method reads them."""
    if method == Method.POINTS:
        if election.unscored:
            raise BadFile("this ballot has no points (as in Nash/5)", line=election.unscored)
        if not election.scores:
            raise BadFile("this file holds orders, and no points")
        return election.scores
    if method == Method.SINGLE:
        # Of an order the first choice counts.
        first: dict[tuple[tuple[str, ...], ...], int] = {}
        for ballot, number in election.ballots.items():
            rank = next(filter(None, ballot), None)
            key = (rank,) if rank else ()
            first[key] = first.get(key, 0) + number
        return first
    return election.ballots


def _names(text: str) -> tuple[str, ...]:
    # As in a table: a name with a comma stands in quotation marks.
    try:
        rows = list(csv.reader([text], skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise argparse.ArgumentTypeError(f"is no row of names: {error}") from None
    names = tuple(name.strip() for name in rows[0]) if rows else ()
    if not names or not all(names):
        raise argparse.ArgumentTypeError("names are parted by commas, and none is empty")
    if len(set(names)) < len(names):
        raise argparse.ArgumentTypeError("a name stands there twice")
    return names


def _positive(text: str) -> int:
    value = _whole(text)
    if value < 1:
        raise argparse.ArgumentTypeError("is at least 1")
    return value


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"is a whole number, not {text!r}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m plebiscite.tally",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("file", metavar="FILE", type=Path, help="the ballots. Example: votes.abif")
    add(
        "--method",
        choices=[method.value for method in Method],
        help="how ballots are filled in: one mark, several marks, points, or an order "
        "(needed for all files but a bundle). Example: --method ranked",
    )
    add(
        "--format",
        choices=FORMATS,
        default="",
        help="the format, when the name does not tell it. Example: --format soi",
    )
    add("--winners", type=_positive, metavar="N", help="how many win (1). Example: --winners 3")
    add(
        "--lot-order",
        type=_names,
        metavar="NAME,…",
        help="every option once, as drawn: where votes are equal, the earlier one is better off. "
        "A name with a comma stands in quotation marks. Without it a tie is published as a tie. "
        "Example: --lot-order 'b,c,\"Nowak, Ewa\"'",
    )
    add(
        "--tie",
        choices=[rule.value for rule in TieRule],
        help="when votes are equal: published as a tie (open), all win (joint), by --lot-order "
        "(lot). Example: --tie joint",
    )
    add(
        "--quorum",
        type=_whole,
        metavar="N",
        help="the least number of ballots. Example: --quorum 500",
    )
    add("--json", action="store_true", help="print JSON instead of tables. Example: --json")
    ranked = parser.add_argument_group("for --method ranked")
    ranked.add_argument(
        "--overvote",
        choices=[rule.value for rule in Overvote],
        help="at a rank with several names the ballot ends (exhaust, the default) or goes on with "
        "the next rank (skip): A, B=C, D counts for A alone, or for A then D. "
        "Example: --overvote skip",
    )
    ranked.add_argument(
        "--skipped",
        choices=[rule.value for rule in Skipped],
        help="empty ranks are passed over (ignore, the default), or two in a row end the ballot "
        "(exhaust_after_2): A, –, –, B counts for A then B, or for A alone. "
        "Example: --skipped exhaust_after_2",
    )
    ranked.add_argument(
        "--duplicates",
        choices=[rule.value for rule in Duplicates],
        help="a name that comes again is passed over (skip, the default) or ends the ballot "
        "(exhaust): A, A, B counts for A then B, or for A alone. Example: --duplicates exhaust",
    )
    ranked.add_argument(
        "--eliminate",
        choices=[rule.value for rule in Elimination],
        help="the weakest leaves alone (one_by_one, the default), or all who together have fewer "
        "votes than the next one leave at once (batch). Example: --eliminate batch",
    )
    ranked.add_argument(
        "--drop-together",
        type=_names,
        metavar="NAME,NAME",
        help="when one of these is eliminated, all of them are. "
        "Example: --drop-together Write-in,Simpson",
    )
    ranked.add_argument(
        "--max-ranks",
        type=_whole,
        metavar="N",
        help="ranks below the N-th do not count (0: all). Example: --max-ranks 5",
    )
    other = parser.add_argument_group("for the other methods")
    other.add_argument(
        "--max-picks",
        type=_whole,
        metavar="N",
        help="approval: more marks are invalid (0: any). Example: --max-picks 3",
    )
    other.add_argument(
        "--points-total",
        type=_whole,
        metavar="N",
        help="points: more in all are invalid (0: any). Example: --points-total 5",
    )
    other.add_argument(
        "--points-cap",
        type=_whole,
        metavar="N",
        help="points: more for one are invalid (0: any). Example: --points-cap 3",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
