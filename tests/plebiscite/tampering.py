"""Kinds of tampering with a bundle, and which check has to catch each.

All but the first ones are done by somebody who holds the key of the log and signs the changed
bundle anew: what is caught then does not rest on the signature.
"""

from __future__ import annotations

import hashlib
import io
import json
import warnings
import zipfile
from collections.abc import Callable

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


def _signed_by_another(files: Files) -> None:
    """The genuine list of sums, signed by somebody who has a key of their own."""
    signature = signing.sign_sums(
        plebiscite=bundles.IDENT,
        manifest_hash=hashlib.sha256(files["manifest.json"]).digest(),
        sums=files["SHA256SUMS"],
        private_key=b"\5" * 32,
    )
    files["SHA256SUMS.sig"] = f"{signature.hex()}\n".encode()


def _swap_checkpoints(rows: list[dict]) -> None:
    rows[0], rows[1] = rows[1], rows[0]


def _same_rows(name: str, change: Callable[[bytes], bytes]) -> Change:
    """A file that says the same to a reader who is not strict."""

    def tamper(files: Files) -> None:
        before = files[name]
        files[name] = change(before)
        assert files[name] != before

    return tamper


def _field_twice(raw: bytes) -> bytes:
    """One reader takes the first of the two, another one the last."""
    return raw.replace(b'{"ballot":', b'{"ballot":"ranked:M4","ballot":', 1)


def _no_pool(value: dict) -> None:
    """The last votes of the box were opened as soon as there were enough for a flush."""
    rest = value["flushes"].pop()
    value["flushes"] += [{**rest, "last": False}, {"after": 15, "size": 0, "last": True}]


def _second_winner(value: dict) -> None:
    value["winner"] = "M4"


def _step_passed_over(rows: list[dict]) -> None:
    rows[4]["to"] = rows.pop(5)["to"]


def _day_in_two_rows(value: dict) -> None:
    first = value["turnout"][0]
    first["number"] -= 1
    value["turnout"].insert(0, {**first, "number": 1})


def _names_swapped(raw: bytes) -> bytes:
    """Numbers that stand for other options: another program finds another winner."""
    return raw.replace(b" 1: M1 ", b" 1: M ").replace(b" 2: M2 ", b" 2: M1 ").replace(
        b" 1: M ", b" 1: M2 "
    )  # fmt: skip


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
    ("signed by another key", "signature", False, _signed_by_another),
    (
        "more stands behind the signature",
        "signature",
        False,
        _same_rows("SHA256SUMS.sig", lambda raw: raw + b"x\n"),
    ),
    ("a file that nobody knows, listed", "form", True, lambda files: files.update({"a.txt": b"x"})),
    (
        "a name that leads out of the folder",
        "form",
        True,
        lambda files: files.update({"../verify.py": b"print('OK')"}),
    ),
    (
        "a name with a letter of another alphabet",
        "form",
        True,
        lambda files: files.update({"\u043epenings.jsonl": files["openings.jsonl"]}),
    ),
    ("a file is removed, and the list", "form", True, lambda files: files.pop("moderation.csv")),
    (
        "lines end with CRLF",
        "form",
        True,
        _same_rows("openings.jsonl", lambda raw: raw.replace(b"\n", b"\r\n")),
    ),
    (
        "rows of a table end with CRLF",
        "form",
        True,
        _same_rows("codes_spent.csv", lambda raw: raw.replace(b"\n", b"\r\n")),
    ),
    (
        "a last line without its end",
        "form",
        True,
        _same_rows("events.jsonl", lambda raw: raw[:-1]),
    ),
    (
        "a last row without its end",
        "form",
        True,
        _same_rows("paper_batches.csv", lambda raw: raw[:-1]),
    ),
    (
        "quotation marks that nobody needs",
        "form",
        True,
        _same_rows("moderation.csv", lambda raw: raw.replace(b"accepted", b'"accepted"')),
    ),
    (
        "a mark of the byte order",
        "form",
        True,
        _same_rows("stats.json", lambda raw: b"\xef\xbb\xbf" + raw),
    ),
    ("a field is there twice", "form", True, _same_rows("openings.jsonl", _field_twice)),
    ("a field that nobody knows", "form", True, _edit("tally.json", _second_winner)),
    (
        "a yes where a number stands",
        "form",
        True,
        _same_rows("log.jsonl", lambda raw: raw.replace(b'"position":1,', b'"position":true,')),
    ),
    (
        "a fraction where a whole number stands",
        "form",
        True,
        _same_rows("stats.json", lambda raw: raw.replace(b'"size":3}', b'"size":3.0}')),
    ),
    (
        "letters written as numbers",
        "form",
        True,
        _same_rows("beacon.json", lambda raw: raw.replace("ó".encode(), b"\\u00f3")),
    ),
    (
        "two pictures of one option",
        "options",
        True,
        lambda files: files.update({"options/M2.gif": b"other"}),
    ),
    (
        "two checkpoints are swapped",
        "checkpoints",
        True,
        _edit_lines("checkpoints.jsonl", _swap_checkpoints),
    ),
    (
        "the log is cut at its end",
        "checkpoints",
        True,
        _edit_lines("log.jsonl", lambda rows: rows.pop()),
    ),
    ("the box was emptied too early", "mix", True, _edit("stats.json", _no_pool)),
    (
        "another size of flushes is named",
        "mix",
        True,
        _edit("stats.json", lambda value: value.update(mix_k=20)),
    ),
    (
        "a void reason below zero",
        "paper",
        True,
        _replace("paper_batches.csv", "overvote=1 unclear=1", "overvote=3 unclear=-1"),
    ),
    (
        "turnout of a channel that there was not",
        "counts",
        True,
        _edit("stats.json", lambda value: value["turnout"][0].update(channel="phone")),
    ),
    ("turnout of a day in two rows", "counts", True, _edit("stats.json", _day_in_two_rows)),
    (
        "cards of a place that there was not",
        "paper",
        True,
        _replace("paper_batches.csv", "Biblioteka", "Remiza"),
    ),
    (
        "cards of a day that is none",
        "paper",
        True,
        _replace("paper_batches.csv", "2026-11-03", "2026-11"),
    ),
    (
        "a ballot of an account is called one of paper",
        "counts",
        True,
        _first_of("account", "paper"),
    ),
    (
        "a proposal is told of twice",
        "form",
        True,
        _replace("moderation.csv", "1,accepted,", "1,rejected,\n1,accepted,"),
    ),
    (
        "something that cannot become of a proposal",
        "form",
        True,
        _replace("moderation.csv", "1,accepted,", "1,won,"),
    ),
    ("a number where a yes stands", "tally", True, _result(is_binding=1)),
    ("options under other numbers", "exports", True, _same_rows("ballots.toi", _names_swapped)),
    ("an option under another name", "exports", True, _replace("ballots.abif", " 2]", " 3]")),
    (
        "more ballots than are announced",
        "exports",
        True,
        _replace("ballots.toi", "# NUMBER VOTERS: ", "# NUMBER VOTERS: 1"),
    ),
    ("a step is passed over", "events", True, _edit_lines("events.jsonl", _step_passed_over)),
    (
        "a step of another name",
        "events",
        True,
        _edit_lines("events.jsonl", lambda rows: rows[4].update(verb="extend")),
    ),
    (
        "a moment that is none",
        "events",
        True,
        _edit_lines("events.jsonl", lambda rows: rows[-1].update(at="2026-11-10")),
    ),
]


#: The name of this file is in the zip twice.
TWICE = "stats.json"


def _packed(change: Callable[[zipfile.ZipFile], None]) -> Callable[[bytes], bytes]:
    """Something is done with the zip file itself."""

    def tamper(whole: bytes) -> bytes:
        target = io.BytesIO(whole)
        with warnings.catch_warnings(), zipfile.ZipFile(target, "a") as archive:
            warnings.simplefilter("ignore", UserWarning)
            change(archive)
        return target.getvalue()

    return tamper


def _add_twice(archive: zipfile.ZipFile) -> None:
    archive.writestr(zipfile.ZipInfo(TWICE), archive.read(TWICE))


def _hide(archive: zipfile.ZipFile) -> None:
    """A file that the directory of the zip does not name: other programs find it all the same."""
    archive.writestr(zipfile.ZipInfo("zz.txt"), b"other ballots")
    archive.filelist.pop()


def _comment(archive: zipfile.ZipFile) -> None:
    archive.comment = b"M4 has won"


def _other_name(whole: bytes) -> bytes:
    """Beside the file itself another name stands than in the directory."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        place = archive.getinfo(TWICE).header_offset + 30
    return whole[:place] + b"stans.json" + whole[place + len(TWICE) :]


def _cut_name(whole: bytes) -> bytes:
    """A name with a NUL in it: some programs read it to there, others to its end."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        place = whole.index(b"verify.py", archive.start_dir)
    return whole[: place + 6] + b"\0" + whole[place + 7 :]


#: What is done to the zip file by anybody, and the check that catches it.
ZIPPED: list[tuple[str, str, Callable[[bytes], bytes]]] = [
    ("a file is there twice", "sums", _packed(_add_twice)),
    ("another name beside the file than in the directory", "sums", _other_name),
    ("a name with a NUL in it", "sums", _cut_name),
    ("a file that the directory does not name", "form", _packed(_hide)),
    ("a comment in the zip file", "form", _packed(_comment)),
    ("something behind the zip file", "form", lambda whole: whole + b"\nM4 has won"),
]


def packed_anew(whole: bytes) -> bytes:
    """The same files in a zip file of other bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in bundles.unpacked(whole).items():
            archive.writestr(name, raw)
    return target.getvalue()


def _resummed(files: Files) -> Files:
    """A changed file with its new sum, and the old signature."""
    stats = files["stats.json"].replace(b"2026-11-03", b"2026-11-04", 1)
    before = hashlib.sha256(files["stats.json"]).hexdigest()
    after = hashlib.sha256(stats).hexdigest()
    sums = files["SHA256SUMS"].decode().replace(before, after)
    return {"stats.json": stats, "SHA256SUMS": sums.encode()}
