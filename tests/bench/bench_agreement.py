"""Ten thousand more generated elections, with a seed that nobody has tried, counted in three ways.

python tests/bench/bench_agreement.py [number of elections] [seed]
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.plebiscite.test_tally_agreement import check_agreement


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else secrets.randbelow(10**9)
    judged = check_agreement(number, seed)
    print(
        f"agreement: {number} elections with the seed {seed}, {judged.total()} judged from outside"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
