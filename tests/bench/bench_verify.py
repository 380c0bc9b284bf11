"""How long `verify.py` takes for a million ballots, and how much memory writing their bundle needs.

    python tests/bench/bench_verify.py [number of ballots]

Fails when a million take over three minutes of one core, or the writer over 500 MB. The second
time the bundle is written from streams, as from the database, and has the same long files.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from plebiscite.bundle.texts import Opening
from plebiscite.bundle.writing import write
from tests.plebiscite import bundles

MOST_SECONDS, MOST_MB = 180, 500
VERIFY = ROOT / "plebiscite" / "verifier" / "verify.py"


def sample(number: int) -> bundles.Contents:
    """A vote of that size; everything but the two long streams."""
    return bundles.make(options=20, account=number - 1000, code=600, paper=400, mix_k=20)


def first(number: int, folder: Path) -> None:
    with (folder / "first.zip").open("wb") as target:
        write(target, sample(number))


def second(folder: Path) -> None:
    """Writes the bundle again from the files of the first one; prints the most memory it took."""
    small = sample(2000)
    with zipfile.ZipFile(folder / "first.zip") as archive:
        for name in ("openings.jsonl", "log.jsonl"):
            archive.extract(name, folder)

        def rows(name: str) -> Iterator[dict[str, str]]:
            with (folder / name).open() as file:
                yield from map(json.loads, file)

        contents = replace(
            small,
            manifest=archive.read("manifest.json").decode(),
            commitments=lambda: (bytes.fromhex(row["commitment"]) for row in rows("log.jsonl")),
            openings=lambda: (
                Opening(bytes.fromhex(r["c"]), r["ballot"], bytes.fromhex(r["nonce"]), r["channel"])
                for r in rows("openings.jsonl")
            ),
        )
        for name in ("tally", "beacon", "stats", "reconciliation"):
            setattr(contents, name, json.loads(archive.read(f"{name}.json")))
    contents.checkpoints = []
    with (folder / "second.zip").open("wb") as target:
        write(target, contents)
    with (
        zipfile.ZipFile(folder / "second.zip") as again,
        zipfile.ZipFile(folder / "first.zip") as before,
    ):
        for name in ("openings.jsonl", "log.jsonl", "ballots.toi", "ballots.abif"):
            assert again.getinfo(name).CRC == before.getinfo(name).CRC, name
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def run(*arguments: str) -> str:
    command = [sys.executable, __file__, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main(number: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        run("first", str(number), name)
        memory = int(run("second", name))
        start = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, str(VERIFY), f"{name}/first.zip", "--lang", "en"]
        checked = subprocess.run(command, capture_output=True, text=True)
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
    is_good = checked.returncode == 0 and seconds < MOST_SECONDS and memory < MOST_MB
    print(
        f"bundle of {number} ballots: written in {memory} MB, verified in {seconds:.0f} s"
        f"{'' if is_good else '  TOO MUCH'}"
    )
    if checked.returncode:
        print(checked.stdout)
    return 0 if is_good else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["first", size, place]:
            first(int(size), Path(place))
        case ["second", place]:
            second(Path(place))
        case [size]:
            sys.exit(main(int(size)))
        case _:
            sys.exit(main(1_000_000))
