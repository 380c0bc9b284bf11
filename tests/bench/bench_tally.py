"""How long the tally takes for a million ballots, and how much memory its process needs at most.

    python tests/bench/bench_tally.py [number of ballots]

Each format has one ballot a voter and nearly as many different ballots: the worst case. Fails when
a million take more than 20 seconds or 500 MB on one core, or when twice the ballots take more than
three times as long. Seconds are those of the processor: other work on the machine does not count.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing import Process
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from plebiscite.bundle import writing
from tests.plebiscite import bundles

OPTIONS = [f"Praca {number}" for number in range(1, 41)]
MOST_SECONDS, MOST_MB = 20, 500


def orders(number: int, chance: random.Random) -> Iterator[list[int]]:
    for _voter in range(number):
        yield chance.sample(range(len(OPTIONS)), 5)


def write(path: Path, number: int, chance: random.Random) -> None:
    with path.open("w") as file:
        if path.suffix == ".csv":
            file.write("rank1,rank2,rank3,rank4,rank5\n")
            for order in orders(number, chance):
                file.write(",".join(OPTIONS[place] for place in order) + "\n")
        elif path.suffix == ".abif":
            for order in orders(number, chance):
                file.write("1:" + ">".join(f"[{OPTIONS[place]}]" for place in order) + "\n")
        else:
            for place, name in enumerate(OPTIONS, start=1):
                file.write(f"# ALTERNATIVE NAME {place}: {name}\n")
            for order in orders(number, chance):
                file.write("1: " + ",".join(str(place + 1) for place in order) + "\n")


def write_bundle(path: Path, number: int, chance: random.Random) -> None:
    """The audit bundle of a vote of that size, which brings its own rules and lots."""
    ballots = [
        "ranked:" + ">".join(f"M{place + 1}" for place in order) for order in orders(number, chance)
    ]
    contents = bundles.make(
        options=len(OPTIONS), account=number - 1000, code=600, paper=400, mix_k=20, ballots=ballots
    )
    with path.open("wb") as target:
        writing.write(target, contents)


def measure(path: Path, *options: str) -> tuple[float, float]:
    code = (
        "import resource, sys; from plebiscite.tally.__main__ import main;"
        "done = main(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(done)"
    )
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), *options, "--json"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
    return seconds, int(done.stderr.split()[-1]) / 1024


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("csv", "soi", "abif", "zip"):
            half, whole = Path(folder, f"half.{suffix}"), Path(folder, f"whole.{suffix}")
            is_bundle = suffix == "zip"
            make = write_bundle if is_bundle else write
            for path, ballots in ((half, number // 2), (whole, number)):
                # In a process of its own: the peak of a child counts what its parent held.
                maker = Process(target=make, args=(path, ballots, random.Random(5)))
                maker.start()
                maker.join()
            options = ["--method", "ranked"]
            if not is_bundle:
                options += ["--lot-order", ",".join(OPTIONS)]
            half_time, _memory = measure(half, *options)
            seconds, memory = measure(whole, *options)
            is_good = seconds < MOST_SECONDS and memory < MOST_MB and seconds < 3 * half_time
            failures += not is_good
            print(
                f"tally .{suffix}: {number} ballots in {seconds:.1f} s, {memory:.0f} MB"
                f" ({number // 2}: {half_time:.1f} s){'' if is_good else '  TOO MUCH'}"
            )
    return 1 if failures else 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
