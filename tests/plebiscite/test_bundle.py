"""The audit bundle and its verifier: bytes that never differ, and tampering that never passes."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from plebiscite.bundle import signing, texts
from plebiscite.promises import Promise, promise
from plebiscite.tally import Ruleset, TieRule
from plebiscite.tally.__main__ import main as tally
from plebiscite.verifier import verify
from tests.databases import ROOT
from tests.plebiscite import bundles, pythons, tampering

VERIFY = ROOT / "plebiscite" / "verifier" / "verify.py"
#: Of the bundle with the test keys. Another one means that the format has changed: then every
#: bundle that was published before no longer comes out the same.
GOLDEN = "0d2dd8cefc130ea979021e9aa7262c156cdc1a2a106939f3fbc29ce21ca960fb"
EXIT = {name: code for name, code, _pl, _en in verify.CHECKS}


@pytest.fixture(scope="module")
def whole() -> bytes:
    return bundles.written(bundles.make())


def verified(path: Path, *options: str) -> tuple[int, str]:
    """Exit code and what was said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = verify.main([str(path), "--lang", "en", *options])
    return code, said.getvalue()


def saved(raw: bytes, folder: Path) -> Path:
    path = folder / "bundle.zip"
    path.write_bytes(raw)
    return path


# --- The same bytes -------------------------------------------------------------------------------


def test_the_bytes_never_change(whole):
    assert bundles.written(bundles.make()) == whole
    assert hashlib.sha256(whole).hexdigest() == GOLDEN


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_the_bytes_are_the_same_under_another_python(version):
    found = pythons.other(version)
    if found is None:
        pytest.skip(f"no other Python {version} here")
    # PyNaCl is built for one Python each: the other one signs with the verifier's own arithmetic.
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from tests.plebiscite import pure_signing; pure_signing.install();"
        "from tests.plebiscite import bundles; import hashlib;"
        "print(hashlib.sha256(bundles.written(bundles.make())).hexdigest())"
    )
    done = subprocess.run([found, "-I", "-c", script, str(ROOT)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == GOLDEN


def test_tables_are_written_row_by_row():
    read = []

    def rows():
        for number in range(3):
            read.append(number)
            yield (number, 'a "b", c')

    lines = texts.table(("number", "text"), rows())
    assert (next(lines), read) == ("number,text\n", [])
    assert (next(lines), read) == ('0,"a ""b"", c"\n', [0])
    assert len(list(lines)) == 2


def test_it_is_a_plain_zip(whole):
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        infos = archive.infolist()
        assert archive.testzip() is None
    assert [info.filename for info in infos] == sorted(info.filename for info in infos)
    for info in infos:
        assert (info.compress_type, info.extra, info.comment) == (0, b"", b"")
        assert info.date_time == (1980, 1, 1, 0, 0, 0)
    assert b"\r" not in b"".join(
        raw for name, raw in bundles.unpacked(whole).items() if not name.startswith("options/")
    )


# --- The verifier ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["single", "approval", "points", "ranked"])
def test_a_whole_bundle_passes(tmp_path, method):
    path = saved(bundles.written(bundles.make(method=method)), tmp_path)
    code, said = verified(path)
    assert code == 0, said
    assert "FAILED" not in said
    skipped = {line.split()[1] for line in said.splitlines() if line.startswith("SKIPPED")}
    # Nobody gave an older copy, a receipt or a code.
    assert skipped == {"17", "29", "30", "31"}


@pytest.mark.parametrize(
    "others",
    [
        {"account": 2, "code": 0, "paper": 0},
        {"account": 0, "code": 0, "paper": 0},
        {"account": 9, "code": 1, "paper": 0},
        {"handover": False, "rules": Ruleset(max_ranks=5, tie=TieRule.OPEN)},
    ],
    ids=["few", "none", "a channel of one", "without lots"],
)
def test_small_votes_pass(tmp_path, others):
    method = "single" if "rules" in others else "ranked"
    contents = bundles.make(method=method, **others)
    code, said = verified(saved(bundles.written(contents), tmp_path))
    assert code == 0, said
    lines = bundles.unpacked(bundles.written(contents))["openings.jsonl"].decode().splitlines()
    if others.get("code") == 1:
        assert {json.loads(line)["channel"] for line in lines} == {"merged"}


@pytest.mark.parametrize(
    ("what", "check", "is_signed", "change"), tampering.KINDS, ids=[k[0] for k in tampering.KINDS]
)
def test_tampering_is_caught_by_the_right_check(tmp_path, whole, what, check, is_signed, change):
    files = bundles.unpacked(whole)
    change(files)
    path = tmp_path / "bundle.zip"
    if is_signed:
        bundles.packed(files, path)
    else:
        bundles.zipped(files, path)
    code, said = verified(path)
    assert code == EXIT[check], f"{what}\n{said}"
    assert f"FAILED    {EXIT[check]}" in said


@pytest.mark.parametrize(
    ("what", "check", "change"), tampering.ZIPPED, ids=[kind[0] for kind in tampering.ZIPPED]
)
def test_tampering_with_the_zip_file_is_caught(tmp_path, whole, what, check, change):
    code, said = verified(saved(change(whole), tmp_path))
    assert code == EXIT[check], f"{what}\n{said}"
    if what == "a file is there twice":
        assert f"a file is there twice: {tampering.TWICE}" in said


def test_a_bundle_that_was_packed_anew_is_none(tmp_path, whole):
    code, said = verified(saved(tampering.packed_anew(whole), tmp_path))
    assert (code, "packed anew" in said) == (2, True)


def test_a_vote_made_anew_from_its_start_agrees_with_itself_alone(tmp_path, whole):
    """Whoever has all keys and ballots can change a rule and make everything else to fit."""
    path = saved(
        bundles.written(bundles.make(rules=bundles.rules_of("ranked", winners=2))), tmp_path
    )
    code, said = verified(path)
    assert code == 0
    assert "SKIPPED   29  the manifest that was announced: " in said
    assert '{"pl": "Znak na drzwi"}' in said
    files = bundles.unpacked(whole)
    announced = hashlib.sha256(files["manifest.json"]).hexdigest()
    assert verified(path, "--manifest-hash", f" {announced.upper()}")[0] == EXIT["announced"]
    for name in ("log.jsonl", "checkpoints.jsonl"):
        older = tmp_path / name
        older.write_bytes(files[name])
        assert verified(path, "--previous", str(older))[0] == EXIT["previous"]


def test_what_a_file_says_writes_no_lines_of_its_own(tmp_path, whole):
    files = bundles.unpacked(whole)
    files["x\nOK        25  count of the ballots: winner: M9\x1b[2K"] = b""
    code, said = verified(bundles.zipped(files, tmp_path / "bundle.zip"))
    assert code == EXIT["sums"]
    assert "\x1b" not in said
    assert not [line for line in said.splitlines() if line.startswith("OK") and "M9" in line]


def test_an_older_copy_has_to_be_the_beginning(tmp_path, whole):
    path = saved(whole, tmp_path)
    files = bundles.unpacked(whole)
    older = tmp_path / "log.jsonl"
    older.write_bytes(b"".join(files["log.jsonl"].splitlines(keepends=True)[:7]))
    code, said = verified(path, "--previous", str(older))
    assert (code, "7 lines" in said) == (0, True)
    assert verified(path, "--previous", str(path))[0] == 0
    # A part of the log as it is published, and its checkpoints, are copies too.
    shard = [
        line for line in files["log.jsonl"].splitlines(keepends=True) if b'"position":5' in line
    ]
    older.write_bytes(b"".join(shard))
    assert verified(path, "--previous", str(older))[0] == 0
    older.write_bytes(shard[0].replace(b'"position":5', b'"position":6'))
    assert verified(path, "--previous", str(older))[0] == EXIT["previous"]
    older.write_bytes(files["checkpoints.jsonl"])
    code, said = verified(path, "--previous", str(older))
    assert (code, "3 lines" in said) == (0, True)
    # What is no copy is told as such, and proves nothing.
    older.write_bytes(b"")
    code, said = verified(path, "--previous", str(older))
    assert (code, "SKIPPED   17" in said) == (0, True)
    for wrong in (files["openings.jsonl"], b"[]\n", b"5\n", b"\xff\n", b"[" * 100_000):
        older.write_bytes(wrong)
        assert verified(path, "--previous", str(older))[0] == EXIT["previous"]
    for nowhere in ("nowhere.jsonl", "nowhere.zip", ""):
        code, said = verified(path, "--previous", str(tmp_path / "x" / nowhere))
        assert (code, "FAILED    17" in said) == (EXIT["previous"], True)
    other = saved(bundles.written(bundles.make(seed=2)), tmp_path / "..")
    code, said = verified(path, "--previous", str(other))
    assert code == EXIT["previous"]
    other.unlink()


def test_another_manifest_than_the_announced_one(tmp_path, whole):
    path = saved(whole, tmp_path)
    genuine = hashlib.sha256(bundles.unpacked(whole)["manifest.json"]).hexdigest()
    assert verified(path, "--manifest-hash", genuine)[0] == 0
    assert verified(path, "--manifest-hash", "00" * 32)[0] == EXIT["announced"]


def test_receipts(tmp_path, whole):
    path = saved(whole, tmp_path)
    files = bundles.unpacked(whole)
    row = json.loads(files["openings.jsonl"].splitlines()[0])
    from plebiscite.ballots import short_code

    c = bytes.fromhex(row["c"])
    for given in (row["c"], short_code(c), short_code(c).lower().replace("0", "o")):
        code, said = verified(path, "--receipt", given)
        assert (code, f"counted as {row['ballot']}" in said) == (0, True)
    assert verified(path, "--receipt", "0000-0000-0000")[0] == EXIT["receipt"]
    paper = tmp_path / "receipt.json"
    digest = hashlib.sha256(files["manifest.json"]).digest()
    import datetime

    made: Promise = promise(
        plebiscite=bundles.IDENT, manifest_hash=digest, commitment=c,
        published_by=datetime.date(2026, 11, 12), private_key=bundles.PROMISE_KEY,
    )  # fmt: skip
    value = {
        "manifest_sha256": digest.hex(), "commitment": c.hex(), "published_by": "2026-11-12",
        "signature": made.signature.hex(),
    }  # fmt: skip
    paper.write_text(json.dumps(value))
    assert verified(path, "--receipt", str(paper))[0] == 0
    paper.write_text(json.dumps({**value, "published_by": "2026-11-13"}))
    assert verified(path, "--receipt", str(paper))[0] == EXIT["receipt"]


def test_codes(tmp_path, whole):
    path = saved(whole, tmp_path)
    printed = bundles.printed_codes(10)
    code, said = verified(path, "--code", printed[0].lower())
    assert (code, "the code was used" in said) == (0, True)
    code, said = verified(path, "--code", printed[9])
    assert (code, "the code was not used" in said) == (0, True)
    assert verified(path, "--code", bundles.printed_codes(40)[39])[0] == EXIT["code"]


def test_what_is_no_bundle(tmp_path):
    broken = tmp_path / "x.zip"
    broken.write_bytes(b"PK\3\4 nothing")
    assert verified(broken)[0] == 2
    assert verified(tmp_path / "nowhere.zip")[0] == 2


def test_malformed_files_never_end_in_a_traceback(tmp_path, whole):
    for name in bundles.unpacked(whole):
        if name.startswith(("SHA", "options", "verify", "VERIFY", "LICENSE")):
            continue
        for wrong in (
            b"",
            b"{}\n",
            b"[1]\n",
            b'{"a":',
            b"\xff\xfe",
            b"[" * 100_000,
            b'"\0' * 99_999,
        ):
            files = bundles.unpacked(whole)
            files[name] = wrong
            path = bundles.packed(files, tmp_path / "bundle.zip")
            code, said = verified(path)
            is_empty_log = name in {"codes_printed.txt"}
            assert code != 0 or is_empty_log, (name, wrong, said)


def test_an_unpacked_folder_is_checked_too(tmp_path, whole):
    for name, raw in bundles.unpacked(whole).items():
        target = tmp_path / "open" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)
    command = [sys.executable, "-S", "-E", str(tmp_path / "open" / "verify.py"), "--lang", "pl"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout
    assert "Wszystko, co sprawdzono, się zgadza." in done.stdout
    assert "POMINIĘTO" in done.stdout


def test_nothing_that_lies_beside_it_is_run(whole, tmp_path):
    """Whoever made a bundle could have put a file of a library's name into it."""
    for name, raw in bundles.unpacked(whole).items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)
    for name in ("json", "hashlib", "zipfile", "re"):
        (tmp_path / f"{name}.py").write_text("print('I was run'); raise SystemExit(0)")
    done = subprocess.run(
        [sys.executable, "verify.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert "I was run" not in done.stdout
    assert done.returncode == 10, "files that the list does not name"


def test_it_is_written_for_old_pythons_and_imports_nothing_of_ours():
    tree = ast.parse(VERIFY.read_text(), feature_version=(3, 8))
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert imported <= sys.stdlib_module_names
    # Methods and arguments that came after Python 3.8.
    later = {"removeprefix", "removesuffix", "pairwise", "zip_strict"}
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not names & later
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in {"to_bytes", "from_bytes"}:
            assert len(node.args) == 2, "the order of bytes has no default before 3.11"


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.12", "3.13", "3.14"])
def test_it_runs_under_old_and_new_pythons(tmp_path, whole, version):
    found = pythons.other(version)
    if found is None:
        pytest.skip(f"no other Python {version} here")
    path = saved(whole, tmp_path)
    done = subprocess.run(
        [found, "-I", str(VERIFY), str(path), "--lang", "pl"], capture_output=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Wszystko, co sprawdzono, się zgadza." in done.stdout.decode()
    files = bundles.unpacked(whole)
    tampering.over_the_limit(files)
    done = subprocess.run(
        [found, "-I", str(VERIFY), str(bundles.packed(files, path))], capture_output=True
    )
    assert done.returncode == EXIT["ballots"], done.stdout + done.stderr


def test_whatever_it_says_it_says_in_two_languages():
    tree = ast.parse(VERIFY.read_text())
    said = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = getattr(node.exc.func, "id", "")
            if name in {"Failed", "Skipped", "NoBundle"}:
                said += 1
                texts_of = [ast.unparse(one) for one in node.exc.args]
                is_foreign = "str(error)" in texts_of
                assert len(texts_of) == 2, ast.unparse(node)
                assert is_foreign or texts_of[0] != texts_of[1], ast.unparse(node)
    assert said > 60
    for _name, _code, polish, english in verify.CHECKS:
        assert polish != english


def test_signatures_are_those_of_the_library():
    key = signing.SigningKey(bundles.LOG_KEY)
    public = bytes(key.verify_key)
    for size in (0, 1, 64, 1000):
        text = b"x" * size
        signature = bytes(key.sign(text).signature)
        assert verify.signed(public, text, signature)
        assert not verify.signed(public, text + b"y", signature)
        assert not verify.signed(public, text, signature[:-1] + b"\xff")
        assert not verify.signed(signing.public_half(bundles.NEXT_KEY), text, signature)
    assert not verify.signed(bytes(31), b"", bytes(64))


def test_the_tally_reads_the_bundle(tmp_path, whole, capsys):
    path = saved(whole, tmp_path)
    assert tally([str(path), "--json"]) == 0
    counted = json.loads(capsys.readouterr().out)
    stated = json.loads(bundles.unpacked(whole)["tally.json"])["result"]
    assert {name: counted[name] for name in stated} == stated
    assert tally([str(path), "--method", "single"]) == 2


def _manifest_with(**changes: object) -> dict[str, object]:
    return {"manifest.json": {"ruleset": {**Ruleset().as_dict()}, "options": [{"code": "M1"}],
                              "title": {"pl": "Znak"}, **changes}}  # fmt: skip


def _rules_with(**changes: object) -> dict[str, object]:
    return _manifest_with(ruleset={**Ruleset().as_dict(), **changes})


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"openings.jsonl": {"ballot": 5}}, "line 1: openings.jsonl: the ballot is no text: '5'"),
        ({"openings.jsonl": {"ballot": ["M1"]}}, "line 1: openings.jsonl: the ballot is no text"),
        ({"openings.jsonl": {}}, "line 1: openings.jsonl: the ballot is no text: 'None'"),
        ({"openings.jsonl": ["ballot"]}, "line 1: openings.jsonl is no JSON object"),
        ({"openings.jsonl": {"ballot": "ranked:M9"}}, "line 1: openings.jsonl: no ballot of this"),
        ({"openings.jsonl": b"{"}, "line 1: openings.jsonl is no JSON: "),
        ({"openings.jsonl": b'{"ballot":"","ballot":"ranked:M2"}'}, "a field is there twice"),
        ({"manifest.json": b'{"ruleset":{},"ruleset":{}}'}, "no JSON: a field is there twice"),
        ({"openings.jsonl": b'{"ballot":"ranked:"}\n\xb1\n'}, "line 2: openings.jsonl is not writ"),
        ({"openings.jsonl": None}, "the bundle lacks a file: openings.jsonl"),
        ({"beacon.json": []}, "beacon.json is no JSON object: '[]'"),
        ({"beacon.json": {"order": 7}}, "beacon.json has no order of all options: '7'"),
        ({"beacon.json": {"order": ["M1", 2]}}, "beacon.json has no order of all options"),
        ({"beacon.json": {"order": [["M1"]]}}, "beacon.json has no order of all options"),
        ({"manifest.json": b"\xff\xfe"}, "manifest.json is not written in UTF-8"),
        ({"manifest.json": b"[" * 200_000}, "manifest.json is no JSON"),
        ({"manifest.json": b"9" * 5000}, "manifest.json is no JSON"),
        ({"manifest.json": "text"}, "manifest.json is no JSON object: 'text'"),
        (_manifest_with(title="x"), "manifest.json is not understood: title is no object: 'x'"),
        (_manifest_with(title={"pl": 3}), "the title is no text: '3'"),
        (_manifest_with(options={}), "options is no list: '{}'"),
        (_manifest_with(options=[]), "no options"),
        (_manifest_with(options=["M1"]), "an option without a code: 'M1'"),
        (_manifest_with(options=[{"code": ["M1"]}]), "an option without a code"),
        (_manifest_with(options=[{"code": {"M1": 1}}]), "an option without a code"),
        (_manifest_with(options=[{"code": "m 1"}]), "an option without a code"),
        (_manifest_with(options=[{"code": "M1"}, {"code": "M1"}]), "two with one code"),
        (_manifest_with(ruleset=[]), "ruleset is no object: '[]'"),
        (_rules_with(winners=float("inf")), "the ruleset is not understood"),
        (_rules_with(drop_together=[["M1"]]), "the ruleset is not understood"),
        (_rules_with(method=["single"]), "the ruleset is not understood"),
    ],
)  # fmt: skip
def test_the_tally_says_what_is_wrong_with_a_bundle(tmp_path, whole, capsys, changed, what):
    files = bundles.unpacked(whole)
    for name, value in changed.items():
        if value is None:
            del files[name]
        else:
            files[name] = value if isinstance(value, bytes) else json.dumps(value).encode()
    path = bundles.zipped(files, tmp_path / "bundle.zip")
    assert tally([str(path), "--json"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"tally: {path}: ")
    assert what in said.err
    assert not said.out


def test_the_tally_takes_neither_of_two_files_of_one_name(tmp_path, whole, capsys):
    path = saved(whole, tmp_path)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("openings.jsonl", b'{"ballot":"ranked:M4"}\n')
    assert tally([str(path), "--json"]) == 2
    assert "a file is in the bundle twice: openings.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["manifest.json", "openings.jsonl", "beacon.json"])
def test_the_tally_says_which_file_of_a_bundle_cannot_be_unpacked(tmp_path, whole, capsys, name):
    path = saved(whole, tmp_path)
    raw = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        directory = raw.index(name.encode(), archive.start_dir) - 46
        local = archive.getinfo(name).header_offset
    encrypted = bytearray(raw)
    encrypted[local + 6] |= 1
    encrypted[directory + 8] |= 1
    packed_strangely = bytearray(raw)
    packed_strangely[directory + 10] = 99
    damaged = bytearray(raw)
    damaged[directory + 16] ^= 1
    for changed in (encrypted, packed_strangely, damaged):
        path.write_bytes(changed)
        assert tally([str(path), "--json"]) == 2
        assert f"this is no whole zip file: {name}: " in capsys.readouterr().err


def test_the_files_for_other_programs_give_the_same_winner(tmp_path, capsys):
    contents = bundles.make(method="ranked", paper=0, account=30, code=0)
    files = bundles.unpacked(bundles.written(contents))
    order = json.loads(files["beacon.json"])["order"]
    winners = json.loads(files["tally.json"])["result"]["winners"]
    path = tmp_path / "ballots.abif"
    path.write_bytes(files["ballots.abif"])
    assert tally([str(path), "--method", "ranked", "--json", "--lot-order", ",".join(order)]) == 0
    assert json.loads(capsys.readouterr().out)["cast"] == 30
    assert winners
    path = tmp_path / "ballots.toi"
    path.write_bytes(files["ballots.toi"])
    assert tally([str(path), "--method", "ranked"]) == 0


def test_the_table_in_the_docs_is_the_one_that_is_tested():
    text = (ROOT / "docs" / "counting.md").read_text()
    for what, check, is_signed, _change in tampering.KINDS:
        by = "operator" if is_signed else "anybody"
        assert f"| {what} | {by} | {check} ({EXIT[check]}) |" in text
    for what, check, _change in tampering.ZIPPED:
        assert f"| {what} | anybody | {check} ({EXIT[check]}) |" in text
    # Every check of the bundle itself has a kind; the others need something besides the file.
    caught = {check for _what, check, _is_signed, _change in tampering.KINDS}
    assert caught == set(EXIT) - {"previous", "announced", "receipt", "code"}
    number = len(tampering.KINDS) + len(tampering.ZIPPED)
    assert f"SKIPPED said; {number} kinds of tampering" in (ROOT / "docs/status.md").read_text()
