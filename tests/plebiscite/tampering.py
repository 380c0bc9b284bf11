"""Kinds of tampering with a bundle, and which check has to catch each.

All but the first ones are done by somebody who holds the key of the log and signs the changed
bundle anew: what is caught then does not rest on the signature.
"""

from __future__ import annotations

import hashlib
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

from plebiscite.ballots import commitment
from plebiscite.bundle import signing, texts
from tests.plebiscite import bundles

Files = dict[str, bytes]
Change = Callable[[Files], None]


def _lines(files: Files, name: str) -> list[dict]:
    return [json.loads(line) for line in files[name].splitlines()]


def _put_lines(files: Files, name: str, rows: list[dict]) -> None:
    files[name] = "".join(
        json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
        for row in rows
    ).encode()


def _edit(name: str, change: Callable[[dict], None]) -> Change:
    """Changes a JSON file."""

    def tamper(files: Files) -> None:
        value = json.loads(files[name])
        change(value)
        _put_lines(files, name, [value])

    return tamper


def _edit_lines(name: str, change: Callable[[list[dict]], None]) -> Change:
    """Changes the lines of a JSON lines file."""

    def tamper(files: Files) -> None:
        rows = _lines(files, name)
        change(rows)
        _put_lines(files, name, rows)

    return tamper


def _replace(name: str, before: str, after: str) -> Change:
    def tamper(files: Files) -> None:
        assert before.encode() in files[name], (name, before)
        files[name] = files[name].replace(before.encode(), after.encode(), 1)

    return tamper


def _other_ballot(row: dict) -> str:
    return "ranked:M2" if row["ballot"] != "ranked:M2" else "ranked:M3"


def _swap_log(rows: list[dict]) -> None:
    rows[2]["commitment"], rows[3]["commitment"] = rows[3]["commitment"], rows[2]["commitment"]


def _rebuild_log(files: Files, commitments: list[str]) -> None:
    """A log that is whole in itself, with other lines."""
    digest = hashlib.sha256(files["manifest.json"]).digest()
    made = texts.log(bundles.IDENT, digest, (bytes.fromhex(c) for c in commitments))
    files["log.jsonl"] = "".join(made).encode()


def _log_without_a_line(files: Files) -> None:
    commitments = [row["commitment"] for row in _lines(files, "log.jsonl")]
    _rebuild_log(files, commitments[:-1])


def _log_in_another_order(files: Files) -> None:
    commitments = [row["commitment"] for row in _lines(files, "log.jsonl")]
    commitments[0], commitments[1] = commitments[1], commitments[0]
    _rebuild_log(files, commitments)


def _sign_log_anew(files: Files) -> None:
    """Checkpoints for whatever the log says now."""
    digest = hashlib.sha256(files["manifest.json"]).digest()
    rows = _lines(files, "log.jsonl")
    point = signing.sign_checkpoint(
        plebiscite=bundles.IDENT, manifest_hash=digest, number=1, size=len(rows),
        root=bytes.fromhex(rows[-1]["digest"]), private_key=bundles.LOG_KEY,
        next_key=signing.public_half(bundles.NEXT_KEY),
    )  # fmt: skip
    _put_lines(files, "checkpoints.jsonl", [point.as_dict()])


def _reordered_and_signed(files: Files) -> None:
    _log_in_another_order(files)
    _sign_log_anew(files)


def over_the_limit(files: Files) -> None:
    """A ballot with more ranks than the paper has, committed to and logged as any other."""
    digest = hashlib.sha256(files["manifest.json"]).digest()
    openings = _lines(files, "openings.jsonl")
    row = next(row for row in openings if row["channel"] == "account")
    before, ballot = row["c"], "ranked:M1>M2>M3>M4>M1>M2"
    after = commitment(
        plebiscite=bundles.IDENT, manifest_hash=digest, ballot=ballot,
        nonce=bytes.fromhex(row["nonce"]),
    ).hex()  # fmt: skip
    row.update(c=after, ballot=ballot)
    _put_lines(files, "openings.jsonl", sorted(openings, key=lambda one: one["c"]))
    commitments = [line["commitment"] for line in _lines(files, "log.jsonl")]
    commitments[commitments.index(before)] = after
    for flush in json.loads(files["stats.json"])["flushes"]:
        place = slice(flush["after"], flush["after"] + flush["size"])
        commitments[place] = sorted(commitments[place])
    _rebuild_log(files, commitments)
    _sign_log_anew(files)


def _stuffed(files: Files) -> None:
    """One more ballot on paper that no batch knows."""
    digest = hashlib.sha256(files["manifest.json"]).hexdigest()
    lines = (
        "hajnowka-odnowa/plebiscite/commitment/1",
        bundles.IDENT,
        digest,
        "ranked:M1",
        "0" * 32,
    )
    c = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    rows = _lines(files, "openings.jsonl")
    rows.append({"ballot": "ranked:M1", "c": c, "channel": "paper", "nonce": "0" * 32})
    _put_lines(files, "openings.jsonl", sorted(rows, key=lambda row: row["c"]))


def _opening_removed(files: Files) -> None:
    rows = _lines(files, "openings.jsonl")
    logged = {row["commitment"] for row in _lines(files, "log.jsonl")}
    gone = next(row for row in rows if row["c"] in logged)
    rows.remove(gone)
    _put_lines(files, "openings.jsonl", rows)


def _first_of(before: str, after: str) -> Change:
    """The first opening of one channel is said to be of another."""

    def change(rows: list[dict]) -> None:
        next(row for row in rows if row["channel"] == before).update(channel=after)

    return _edit_lines("openings.jsonl", change)


def _strange_code(files: Files) -> None:
    head, *rows = files["codes_spent.csv"].decode().splitlines()
    rows[0] = f"{'ab' * 32},2026-11-03"
    files["codes_spent.csv"] = "\n".join([head, *sorted(rows), ""]).encode()


def _code_not_spent(files: Files) -> None:
    rows = files["codes_spent.csv"].decode().splitlines()
    files["codes_spent.csv"] = "\n".join([*rows[:-1], ""]).encode()


def _more_codes(files: Files) -> None:
    rows = sorted([*files["codes_printed.txt"].decode().split(), "cd" * 32])
    files["codes_printed.txt"] = "".join(f"{row}\n" for row in rows).encode()


def _rules(**changes: object) -> Change:
    return _edit("manifest.json", lambda value: value["ruleset"].update(changes))


def _swap_lots(value: dict) -> None:
    value["order"][0], value["order"][1] = value["order"][1], value["order"][0]


def _result(**changes: object) -> Change:
    def change(value: dict) -> None:
        value["result"].update(changes)
        text = json.dumps(
            value["result"], ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        value["result_sha256"] = hashlib.sha256(f"{text}\n".encode()).hexdigest()

    return _edit("tally.json", change)


def _round_changed(value: dict) -> None:
    value["result"]["rounds"][0]["exhausted"] += 1


def _counts(name: str, key: str) -> Change:
    return _edit("reconciliation.json", lambda value: value[name].update({key: 99}))


#: What is done, the check that catches it, whether the bundle is signed anew, the change.
KINDS: list[tuple[str, str, bool, Change]] = [
    (
        "a byte of a file is changed",
        "sums",
        False,
        _replace("stats.json", "2026-11-03", "2026-11-04"),
    ),
    ("a file is removed", "sums", False, lambda files: files.pop("stats.json")),
    ("a file is added", "sums", False, lambda files: files.update({"more.txt": b"x"})),
    (
        "a file and its sum are changed",
        "signature",
        False,
        lambda files: files.update(_resummed(files)),
    ),
    (
        "the signature is changed",
        "signature",
        False,
        lambda files: files.update({"SHA256SUMS.sig": b"00" * 64}),
    ),
    (
        "the manifest is written in another way",
        "manifest",
        True,
        _replace("manifest.json", ",", ", "),
    ),
    ("a rule that nobody knows", "manifest", True, _rules(coin=True)),
    ("a rule with a value that nobody knows", "manifest", True, _rules(overvote="guess")),
    (
        "two options with one code",
        "manifest",
        True,
        _edit("manifest.json", lambda value: value["options"][1].update(code="M1")),
    ),
    (
        "another title after the vote",
        "chain",
        True,
        _edit("manifest.json", lambda value: value["options"][0].update(title="Inny")),
    ),
    ("other rules after the vote", "chain", True, _rules(winners=2)),
    ("another picture", "options", True, lambda files: files.update({"options/M2.png": b"other"})),
    ("a picture is missing", "options", True, lambda files: files.pop("options/M2.png")),
    (
        "a line of the log is changed",
        "chain",
        True,
        _edit_lines("log.jsonl", lambda rows: rows[3].update(commitment="00" * 32)),
    ),
    (
        "a line of the log is removed",
        "chain",
        True,
        _edit_lines("log.jsonl", lambda rows: rows.pop(4)),
    ),
    (
        "a line of the log comes twice",
        "chain",
        True,
        _edit_lines("log.jsonl", lambda rows: rows.insert(4, rows[3])),
    ),
    ("two lines of the log are swapped", "chain", True, _edit_lines("log.jsonl", _swap_log)),
    ("the log is cut, and chained anew", "checkpoints", True, _log_without_a_line),
    ("the log is reordered, and chained anew", "checkpoints", True, _log_in_another_order),
    ("the log is reordered, chained and signed anew", "mix", True, _reordered_and_signed),
    (
        "a checkpoint is removed",
        "checkpoints",
        True,
        _edit_lines("checkpoints.jsonl", lambda rows: rows.pop(0)),
    ),
    (
        "a checkpoint of another length",
        "checkpoints",
        True,
        _edit_lines("checkpoints.jsonl", lambda rows: rows[0].update(size=1)),
    ),
    (
        "a checkpoint signed by another key",
        "checkpoints",
        True,
        _edit_lines("checkpoints.jsonl", lambda rows: rows[2].update(signature="11" * 64)),
    ),
    (
        "no checkpoint at the end",
        "checkpoints",
        True,
        _edit_lines("checkpoints.jsonl", lambda rows: rows.pop()),
    ),
    (
        "a flush of another size",
        "mix",
        True,
        _edit("stats.json", lambda value: value["flushes"][0].update(size=2)),
    ),
    (
        "a ballot is changed",
        "commitments",
        True,
        _edit_lines("openings.jsonl", lambda rows: rows[0].update(ballot=_other_ballot(rows[0]))),
    ),
    (
        "a nonce is changed",
        "commitments",
        True,
        _edit_lines("openings.jsonl", lambda rows: rows[0].update(nonce="0" * 32)),
    ),
    (
        "two openings are swapped",
        "commitments",
        True,
        _edit_lines("openings.jsonl", lambda rows: rows.insert(0, rows.pop(1))),
    ),
    (
        "a ballot comes twice",
        "commitments",
        True,
        _edit_lines("openings.jsonl", lambda rows: rows.insert(1, rows[0])),
    ),
    ("a ballot that the rules do not allow, logged and signed", "ballots", True, over_the_limit),
    ("a ballot of the log is not opened", "openings", True, _opening_removed),
    ("a ballot is stuffed in as paper", "openings", True, _stuffed),
    (
        "a ballot of paper is called one of an account",
        "openings",
        True,
        _first_of("paper", "account"),
    ),
    ("a ballot by code is called one of an account", "counts", True, _first_of("code", "account")),
    ("a channel that nobody knows", "commitments", True, _first_of("code", "phone")),
    ("a spent code that was never printed", "codes", True, _strange_code),
    ("codes printed after the freeze", "codes", True, _more_codes),
    ("a spent code is left out", "counts", True, _code_not_spent),
    ("more marks than ballots", "counts", True, _counts("account", "marks")),
    (
        "turnout of another day",
        "counts",
        True,
        _replace(
            "stats.json",
            '"channel":"code","day":"2026-11-03"',
            '"channel":"code","day":"2026-11-04"',
        ),
    ),
    (
        "turnout of another size",
        "counts",
        True,
        _edit("stats.json", lambda value: value["turnout"][0].update(number=1)),
    ),
    (
        "cards on paper that do not add up",
        "paper",
        True,
        _replace("paper_batches.csv", ",11,7,", ",12,7,"),
    ),
    (
        "void cards without a reason",
        "paper",
        True,
        _replace("paper_batches.csv", "unclear=1", "unclear=0"),
    ),
    ("more ballots on paper than cards", "paper", True, _counts("paper", "valid")),
    ("another order of lots", "lots", True, _edit("beacon.json", _swap_lots)),
    (
        "another number drawn",
        "lots",
        True,
        _edit("beacon.json", lambda value: value.update(value="1")),
    ),
    (
        "a draw by another rule",
        "lots",
        True,
        _edit("beacon.json", lambda value: value.update(rule="X")),
    ),
    (
        "a draw without a source",
        "lots",
        True,
        _edit("beacon.json", lambda value: value.update(source=" ")),
    ),
    ("another winner", "tally", True, _result(winners=["M4"])),
    ("another round", "tally", True, _edit("tally.json", _round_changed)),
    ("fewer ballots cast", "tally", True, _result(cast=19)),
    ("another table of pairs", "tally", True, _result(condorcet="M4")),
    (
        "another hash of the ballots",
        "tally",
        True,
        _edit("tally.json", lambda value: value.update(input_sha256="00" * 32)),
    ),
    (
        "the draw was used, it is said",
        "tally",
        True,
        _edit("beacon.json", lambda value: value.update(used=not value["used"])),
    ),
    (
        "other ballots for other programs",
        "exports",
        True,
        _replace("ballots.toi", "\n1: ", "\n2: "),
    ),
    (
        "a step backwards",
        "events",
        True,
        _edit_lines("events.jsonl", lambda rows: rows[6].update(to="call")),
    ),
    ("a step is left out", "events", True, _edit_lines("events.jsonl", lambda rows: rows.pop(3))),
]


#: The name of this file is in the zip twice; told by `sums`, whoever did it.
TWICE = "stats.json"


def packed_twice(whole: bytes, path: Path) -> Path:
    """A bundle to which a file was added under a name that it has already."""
    path.write_bytes(whole)
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(TWICE, archive.read(TWICE))
    return path


def _resummed(files: Files) -> Files:
    """A changed file with its new sum, and the old signature."""
    stats = files["stats.json"].replace(b"2026-11-03", b"2026-11-04", 1)
    before = hashlib.sha256(files["stats.json"]).hexdigest()
    after = hashlib.sha256(stats).hexdigest()
    sums = files["SHA256SUMS"].decode().replace(before, after)
    return {"stats.json": stats, "SHA256SUMS": sums.encode()}
