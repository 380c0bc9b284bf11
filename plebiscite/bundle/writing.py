"""Writing a bundle: each file is streamed to a folder, hashed, and put into the zip."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from plebiscite.ballots import ballot_reader
from plebiscite.bundle import signing, texts
from plebiscite.bundle.zipping import write_zip
from plebiscite.tally import Method, Ruleset, canonical_json

VERIFIER = Path(__file__).parent.parent / "verifier"
#: Told after each part: how many ballots and lines have been written.
Progress = Callable[[int], None]
_STEP = 10_000


@dataclass
class Contents:
    """Everything that a bundle is made of; the iterables are read once, or as often as called.

    `commitments` are those of the log in its order, `openings` those of all ballots sorted by
    commitment. `paper_batches` are rows of `texts.PAPER_COLUMNS`. `pictures` are the options'
    files by the name they get.
    """

    manifest: str
    commitments: Callable[[], Iterable[bytes]]
    openings: Callable[[], Iterable[texts.Opening]]
    tally: dict[str, Any]
    private_key: bytes
    checkpoints: list[signing.Checkpoint] = field(default_factory=list)
    codes_printed: Iterable[bytes] = ()
    codes_spent: Iterable[tuple[bytes, str]] = ()
    paper_batches: list[tuple[Any, ...]] = field(default_factory=list)
    reconciliation: dict[str, Any] = field(default_factory=dict)
    beacon: dict[str, Any] = field(default_factory=lambda: {"drawn": False})
    moderation: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, Callable[[], Iterable[bytes]]] = field(default_factory=dict)


def write(target: BinaryIO, contents: Contents, *, progress: Progress | None = None) -> str:
    """Writes the bundle; gives the SHA-256 of its list of sums, in hexadecimal digits."""
    with tempfile.TemporaryDirectory(prefix="bundle-") as folder:
        writer = _Writer(Path(folder), progress or (lambda _done: None))
        sums = writer.write(contents)
        write_zip(target, writer.files.items())
    return hashlib.sha256(sums).hexdigest()


class _Writer:
    def __init__(self, folder: Path, progress: Progress) -> None:
        self.folder = folder
        self.progress = progress
        self.done = 0
        self.files: dict[str, Path] = {}
        self.sums: dict[str, str] = {}

    def write(self, contents: Contents) -> bytes:
        manifest = json.loads(contents.manifest)
        manifest_hash = hashlib.sha256(contents.manifest.encode()).digest()
        plebiscite = manifest["plebiscite"]
        put = self._put_text
        put("manifest.json", [contents.manifest])
        for name, pieces in sorted(contents.pictures.items()):
            self._put(f"options/{name}", pieces())
        put("codes_printed.txt", (f"{digest.hex()}\n" for digest in contents.codes_printed))
        spent = ((digest.hex(), day) for digest, day in contents.codes_spent)
        put("codes_spent.csv", texts.table(("digest", "day"), spent))
        put("log.jsonl", self._told(texts.log(plebiscite, manifest_hash, contents.commitments())))
        put("checkpoints.jsonl", (canonical_json(one.as_dict()) for one in contents.checkpoints))
        self._ballots(contents, manifest)
        put("paper_batches.csv", texts.table(texts.PAPER_COLUMNS, contents.paper_batches))
        put("reconciliation.json", [canonical_json(contents.reconciliation)])
        put("beacon.json", [canonical_json(contents.beacon)])
        put("tally.json", [canonical_json(contents.tally)])
        put("moderation.csv", texts.table(("number", "state", "reason"), contents.moderation))
        put("events.jsonl", (canonical_json(event) for event in contents.events))
        put("stats.json", [canonical_json(contents.stats)])
        for name in ("verify.py", "VERIFY.md", "LICENSE.txt"):
            put(name, [(VERIFIER / name).read_text(encoding="utf-8")])
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.sums.items()))
        sums = listed.encode()
        signature = signing.sign_sums(
            plebiscite=plebiscite,
            manifest_hash=manifest_hash,
            sums=sums,
            private_key=contents.private_key,
        )
        put("SHA256SUMS", [listed])
        put("SHA256SUMS.sig", [f"{signature.hex()}\n"])
        return sums

    def _ballots(self, contents: Contents, manifest: dict[str, Any]) -> None:
        """The openings, and from the same reading the files for other programs."""
        rules = Ruleset.from_dict(manifest["ruleset"])
        codes = [option["code"] for option in manifest["options"]]
        titles = {option["code"]: option["title"] for option in manifest["options"]}
        found: Counter[str] = Counter()

        def counted() -> Iterator[texts.Opening]:
            for row in contents.openings():
                found[row.ballot] += 1
                yield row

        is_merged = merges(contents.reconciliation, manifest["mix_k"])
        lines = texts.openings(counted(), is_merged=is_merged)
        self._put_text("openings.jsonl", self._told(lines))
        method = Method(rules.method)
        title = manifest["title"].get("pl", "")
        read = ballot_reader(rules, codes)
        for name, form in (("ballots.toi", texts.toi), ("ballots.abif", texts.abif)):
            # Read anew for each file: nearly every ranking of a great vote is different.
            ballots = ((read(text), times) for text, times in found.items())
            self._put_text(name, form(codes, titles, ballots, method, title=title))

    def _told(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self.done += 1
            if self.done % _STEP == 0:
                self.progress(self.done)
            yield line
        self.progress(self.done)

    def _put_text(self, name: str, lines: Iterable[str]) -> None:
        self._put(name, (line.encode() for line in lines))

    def _put(self, name: str, pieces: Iterable[bytes]) -> None:
        path = self.folder / f"{len(self.files):03}"
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        self.files[name] = path
        if not name.startswith("SHA256SUMS"):
            self.sums[name] = digest.hexdigest()


def merges(reconciliation: dict[str, Any], mix_k: int) -> bool:
    """Whether a channel has so few ballots that openings must not tell it."""
    numbers = [reconciliation[name]["ballots"] for name in ("account", "code", "paper")]
    return any(0 < number < mix_k for number in numbers)
