#!/usr/bin/env python3
"""Checks the audit bundle of a plebiscite, and counts its ballots anew. Works offline.

    python3 verify.py bundle.zip
    python3 verify.py bundle.zip --previous older.zip --manifest-hash HEX
    python3 verify.py bundle.zip --receipt H7KM-2QXD-94TR --code H7KM2-QXD9V-3TRA8-0WZ5C

Written from the description of the formats alone (docs/counting.md of the platform), with nothing
of the program that it checks. Python 3.8 or newer, standard library only. Without a file it checks
the folder it stands in. Each check prints one line: OK, FAILED or SKIPPED with the reason. The exit
code is 0 when nothing failed, 2 when there is nothing to check, otherwise that of the first check
that failed (see CHECKS). What was skipped has not been checked.
"""

import sys

# What lies beside this file is what is checked: none of it is run, whatever it is called.
if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]

import argparse
import csv
import hashlib
import io
import json
import locale
import os
import re
import zipfile

# name, exit code, what it says in Polish, in English
CHECKS = [
    ("sums", 10, "sumy kontrolne plików", "checksums of the files"),
    ("signature", 11, "podpis pod pakietem", "signature of the bundle"),
    ("form", 28, "zapis plików co do bajtu", "files written to the byte"),
    ("manifest", 12, "manifest głosowania", "manifest of the vote"),
    ("announced", 29, "manifest ten, który ogłoszono", "the manifest that was announced"),
    ("options", 13, "obrazy opcji", "pictures of the options"),
    ("chain", 14, "łańcuch publicznego dziennika", "chain of the public log"),
    ("checkpoints", 15, "podpisane punkty kontrolne", "signed checkpoints"),
    ("mix", 16, "mieszanie głosów", "mixing of the votes"),
    ("previous", 17, "zgodność ze starszą kopią", "agreement with an older copy"),
    ("commitments", 18, "zobowiązania otwierają się", "commitments open"),
    ("openings", 19, "otwarcia są tymi z dziennika", "openings are those of the log"),
    ("ballots", 20, "głosy w granicach zasad", "ballots within the rules"),
    ("codes", 21, "użyte kody są wśród wydrukowanych", "spent codes are among the printed"),
    ("paper", 22, "karty papierowe się zgadzają", "paper cards add up"),
    ("counts", 23, "liczby zgadzają się w kanałach", "numbers agree by channel"),
    ("lots", 24, "kolejność losowania", "order of lots"),
    ("tally", 25, "policzone głosy", "count of the ballots"),
    ("exports", 26, "pliki dla innych programów", "files for other programs"),
    ("events", 27, "przebieg głosowania", "course of the vote"),
    ("receipt", 30, "potwierdzenie", "receipt"),
    ("code", 31, "kod do głosowania", "voting code"),
]

PREFIX = "hajnowka-odnowa/plebiscite/"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# From where to where each step leads; a vote held anew takes the works over.
STEPS = {
    ("announce", "draft", "call"),
    ("take_over", "draft", "appeals"),
    ("end_call", "call", "review"),
    ("open_appeals", "review", "appeals"),
    ("freeze", "appeals", "frozen"),
    ("rehearse", "appeals", "frozen"),
    ("open", "frozen", "voting"),
    ("close", "voting", "closing"),
    ("seal", "closing", "sealed"),
    ("draw", "sealed", "drawn"),
    ("count", "sealed", "tallied"),
    ("count", "drawn", "tallied"),
    ("publish", "tallied", "objections"),
    ("certify", "objections", "certified"),
}
CHANNELS = ("account", "code", "paper", "merged")
RULES = {
    "method": ("single", "approval", "points", "ranked"),
    "tie": ("open", "joint", "lot"),
    "blank": ("valid",),
    "overvote": ("exhaust", "skip"),
    "skipped": ("ignore", "exhaust_after_2"),
    "duplicates": ("skip", "exhaust"),
    "elimination": ("one_by_one", "batch"),
}
NUMBERS = ("winners", "quorum", "max_picks", "points_total", "points_cap", "max_ranks")

SPENT_COLUMNS = ["digest", "day"]
MODERATION_COLUMNS = ["number", "state", "reason"]
PAPER_COLUMNS = [
    "batch",
    "point",
    "day",
    "issued",
    "returned",
    "unused",
    "missing",
    "valid",
    "void",
    "reasons",
]
DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
# What may become of a proposal that was sent.
PROPOSALS = {
    "submitted",
    "in_review",
    "changes_requested",
    "rejection_proposed",
    "accepted",
    "rejected",
    "appealed",
    "upheld",
    "withdrawn",
    "merged",
}
# What the lines of each file hold: text, whole numbers from 0 on, yes or no, or more of the same.
SHAPES = {
    "log.jsonl": {"position": int, "commitment": str, "previous": str, "digest": str},
    "checkpoints.jsonl": {
        "number": int,
        "size": int,
        "root": str,
        "next_key": str,
        "signature": str,
    },
    "openings.jsonl": {"c": str, "ballot": str, "nonce": str, "channel": str},
    "events.jsonl": {"at": str, "verb": str, "from": str, "to": str},
    "reconciliation.json": {
        "account": {"marks": int, "ballots": int},
        "code": {"marks": int, "ballots": int},
        "paper": {"returned": int, "valid": int, "void": int, "ballots": int},
        "log": int,
        "openings": int,
    },
    "stats.json": {
        "mix_k": int,
        "flushes": [{"after": int, "size": int, "last": bool}],
        "turnout": [{"day": str, "channel": str, "number": int}],
    },
    "tally.json": {"engine": str, "input_sha256": str, "result_sha256": str, "result": dict},
    "beacon.json": {
        "drawn": bool,
        "rule": str,
        "value": str,
        "source": str,
        "log_root": str,
        "order": [str],
        "used": bool,
    },
}
TABLES = {
    "codes_spent.csv": SPENT_COLUMNS,
    "paper_batches.csv": PAPER_COLUMNS,
    "moderation.csv": MODERATION_COLUMNS,
}
OTHER_FILES = {
    "manifest.json",
    "codes_printed.txt",
    "ballots.toi",
    "ballots.abif",
    "verify.py",
    "VERIFY.md",
    "LICENSE.txt",
    "SHA256SUMS",
    "SHA256SUMS.sig",
}


class Failed(Exception):
    """A check does not hold; two texts, Polish and English."""


class Skipped(Exception):
    """A check that could not be made; two texts."""


class NoBundle(Exception):
    """There is nothing to check; two texts."""


# --- Files ----------------------------------------------------------------------------------------


class Bundle:
    """The files of a bundle, from a zip file or from a folder."""

    def __init__(self, path):
        self.folder = path if os.path.isdir(path) else None
        if self.folder:
            self.names = sorted(
                os.path.relpath(os.path.join(base, name), path).replace(os.sep, "/")
                for base, _folders, files in os.walk(path)
                for name in files
                if name.endswith(".pyc") is False
            )
            self.doubles = []
            self.is_plain = True
            return
        try:
            self.archive = zipfile.ZipFile(path)
        except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
            raise NoBundle(str(error), str(error))
        infos = self.archive.infolist()
        if any(info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 for info in infos):
            raise NoBundle("plik zip przepakowano", "the zip file was packed anew")
        self.is_plain = plain_zip(self.archive, infos, os.path.getsize(path))
        listed = [info.filename for info in infos]
        self.names = sorted(set(listed))
        self.doubles = sorted({name for name in listed if listed.count(name) > 1})

    def open(self, name):
        if name not in self.names:
            raise Failed("brakuje pliku " + name, "a file is missing: " + name)
        if self.folder:
            return open(os.path.join(self.folder, *name.split("/")), "rb")
        try:
            return self.archive.open(name)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
            raise Failed("uszkodzony plik " + name, "a damaged file: " + name)

    def read(self, name):
        with self.open(name) as file:
            return file.read()

    def json(self, name):
        return parse(self.read(name), name, 0)

    def lines(self, name):
        """Objects of a JSON lines file."""
        with self.open(name) as file:
            for number, line in enumerate(file, start=1):
                yield parse(line, name, number)

    def rows(self, name, columns):
        text = self.read(name).decode("utf-8")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        if not rows or rows[0] != columns:
            raise Failed(name + ": inne kolumny", name + ": other columns")
        if any(len(row) != len(columns) for row in rows[1:]):
            raise Failed(name + ": inna liczba komórek", name + ": another number of cells")
        return [dict(zip(columns, row)) for row in rows[1:]]


def plain_zip(archive, infos, size):
    """Whether the zip file is as it is published: files one after another, and nothing besides."""
    place = 0
    for info in infos:
        rest = (info.flag_bits, info.extra, info.comment, info.date_time)
        if rest != (0, b"", b"", (1980, 1, 1, 0, 0, 0)) or info.header_offset != place:
            return False
        place += 30 + len(info.filename) + info.file_size
    names = [info.filename for info in infos]
    end = place + sum(46 + len(name) for name in names) + 22
    return names == sorted(names) and archive.start_dir == place and size == end


def no_number(text):
    raise ValueError("only whole numbers: " + text)


DECODER = json.JSONDecoder(parse_float=no_number, parse_constant=no_number)
ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parse(raw, name, number):
    where = name + (":%d" % number if number else "")
    try:
        return DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Failed(where + ": to nie jest JSON", where + ": not JSON")


def canonical(value):
    return (ENCODER.encode(value) + "\n").encode("utf-8")


def fits(value, shape):
    """Whether a value has the fields, and each of them the kind, that it should have."""
    if isinstance(shape, dict):
        if type(value) is not dict or value.keys() != shape.keys():
            return False
        return all(fits(value[name], shape[name]) for name in shape)
    if isinstance(shape, list):
        return type(value) is list and all(fits(one, shape[0]) for one in value)
    return type(value) is shape and (shape is not int or value >= 0)


def sha(*parts):
    found = hashlib.sha256()
    for part in parts:
        found.update(part)
    return found.digest()


def lines_of(*parts):
    return "".join(part + "\n" for part in parts).encode("utf-8")


def unhex(text, size):
    if not isinstance(text, str) or not re.fullmatch("[0-9a-f]{%d}" % (2 * size), text):
        raise Failed("zły zapis szesnastkowy", "not hexadecimal digits as they should be")
    return bytes.fromhex(text)


# --- Ed25519 (RFC 8032), verifying alone ----------------------------------------------------------

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def point_add(a, b):
    one = (a[1] - a[0]) * (b[1] - b[0]) % P
    two = (a[1] + a[0]) * (b[1] + b[0]) % P
    three = 2 * a[3] * b[3] * D % P
    four = 2 * a[2] * b[2] % P
    e, f, g, h = two - one, four - three, four + three, two + one
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = point_add(total, point)
        point = point_add(point, point)
        number >>= 1
    return total


def point_read(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = point_read(BASE_Y.to_bytes(32, "little"))


def signed(public_key, message, signature):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, r = point_read(public_key), point_read(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= Q:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    h = int.from_bytes(digest, "little") % Q
    left, right = point_times(s, BASE), point_add(r, point_times(h, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


# --- What the checks share ------------------------------------------------------------------------


class Vote:
    """What was read once and is needed by several checks."""

    def __init__(self, bundle, options):
        self.bundle = bundle
        self.options = options
        self.manifest = {}
        self.manifest_hash = b""
        self.ident = ""
        self.codes = []
        self.rules = {}
        self.positions = {}
        self.root = b""
        self.keys = []
        self.openings = 0
        self.by_channel = {}
        self.texts = {}
        self.lot_rank = {}
        self.has_lots = False
        self.result = None

    def load(self):
        raw = self.bundle.read("manifest.json")
        self.manifest = parse(raw, "manifest.json", 0)
        self.manifest_hash = sha(raw)
        try:
            self.ident = self.manifest["plebiscite"]
            self.codes = [option["code"] for option in self.manifest["options"]]
            self.rules = self.manifest["ruleset"]
        except (KeyError, TypeError):
            raise Failed("manifest jest niepełny", "the manifest is not whole")


def check_sums(vote):
    bundle = vote.bundle
    if bundle.doubles:
        raise Failed(
            "plik jest dwa razy: " + bundle.doubles[0],
            "a file is there twice: " + bundle.doubles[0],
        )
    *lines, rest = bundle.read("SHA256SUMS").decode("utf-8").split("\n")
    listed = {}
    for line in lines:
        digest, _gap, name = line.partition("  ")
        if rest or not re.fullmatch("[0-9a-f]{64}", digest) or not name or name in listed:
            raise Failed("SHA256SUMS: zły wiersz", "SHA256SUMS: a wrong line")
        listed[name] = digest
    expected = [name for name in bundle.names if name not in ("SHA256SUMS", "SHA256SUMS.sig")]
    for name in expected:
        if name not in listed:
            raise Failed("plik spoza listy: " + name, "a file that is not listed: " + name)
    for name in sorted(listed):
        found = hashlib.sha256()
        with bundle.open(name) as file:
            try:
                for piece in iter(lambda: file.read(1 << 20), b""):
                    found.update(piece)
            except (zipfile.BadZipFile, EOFError):
                raise Failed("uszkodzony plik " + name, "a damaged file: " + name)
        if found.hexdigest() != listed[name]:
            raise Failed("zmieniony plik " + name, "a changed file: " + name)
    return "%d plików" % len(listed), "%d files" % len(listed)


def check_signature(vote):
    last = log_keys(vote)[-1]
    signature, _end, rest = vote.bundle.read("SHA256SUMS.sig").decode("ascii").partition("\n")
    if rest:
        raise Failed("SHA256SUMS.sig: więcej niż podpis", "SHA256SUMS.sig: more than a signature")
    message = lines_of(
        PREFIX + "bundle/1",
        vote.ident,
        vote.manifest_hash.hex(),
        sha(vote.bundle.read("SHA256SUMS")).hex(),
    )
    if not signed(last, message, unhex(signature, 64)):
        raise Failed("podpis nie pasuje do klucza", "the signature does not fit the key")
    return "klucz " + last.hex()[:16], "key " + last.hex()[:16]


def is_rehearsal(vote):
    """Whether the manifest says that this was a test run, with ballots to throw away."""
    return vote.manifest.get("rehearsal") is True


def log_keys(vote):
    """The key of the manifest, then those that it handed over to."""
    keys = [unhex(vote.manifest.get("log_public_key"), 32)]
    for one in vote.bundle.lines("checkpoints.jsonl"):
        if one.get("next_key"):
            keys.append(unhex(one["next_key"], 32))
    return keys


def cell(text):
    """A cell of a table as it is written: in quotation marks only where it needs them."""
    return '"%s"' % text.replace('"', '""') if re.search('[,"\n]', text) else text


def check_form(vote):
    """Every file is known, and written in the one way it can be: there is no room for a second
    reading by another program."""
    bundle = vote.bundle
    if not bundle.is_plain:
        raise Failed("plik zip przepakowano", "the zip file was packed anew")
    known = OTHER_FILES | set(SHAPES) | set(TABLES)
    for name in sorted(known - set(bundle.names)):
        raise Failed("brakuje pliku " + name, "a file is missing: " + name)
    for name in bundle.names:
        if name not in known and not re.fullmatch(r"options/[A-Z0-9]{1,8}\.[a-z0-9]{1,5}", name):
            raise Failed("nieznany plik " + name, "an unknown file: " + name)
    for name in sorted(SHAPES):
        with bundle.open(name) as file:
            for number, line in enumerate(file, start=1):
                value = parse(line, name, number)
                shape = SHAPES[name]
                if name == "beacon.json" and value == {"drawn": False}:
                    shape = {"drawn": bool}
                is_second = number > 1 and name.endswith(".json")
                if is_second or not fits(value, shape) or canonical(value) != line:
                    where = "%s:%d" % (name, number)
                    raise Failed(where + ": inny zapis", where + ": written in another way")
    for name, columns in sorted(TABLES.items()):
        rows = [columns] + [[row[one] for one in columns] for row in bundle.rows(name, columns)]
        written = "".join(",".join(map(cell, row)) + "\n" for row in rows)
        if "\r" in written or written.encode("utf-8") != bundle.read(name):
            raise Failed(name + ": inny zapis", name + ": written in another way")
    last = 0
    for row in bundle.rows("moderation.csv", MODERATION_COLUMNS):
        number = int(row["number"]) if re.fullmatch("[1-9][0-9]{0,8}", row["number"]) else 0
        if number <= last or row["state"] not in PROPOSALS:
            raise Failed("moderation.csv: zły wiersz", "moderation.csv: a wrong row")
        last = number
    return "%d plików" % len(bundle.names), "%d files" % len(bundle.names)


def check_manifest(vote):
    raw = vote.bundle.read("manifest.json")
    manifest, rules = vote.manifest, vote.rules
    if canonical(manifest) != raw:
        raise Failed("nie jest zapisany kanonicznie", "it is not written canonically")
    if manifest.get("format") != PREFIX + "manifest/1":
        raise Failed("nieznany format", "an unknown format")
    if set(rules) != set(RULES) | set(NUMBERS) | {"drop_together"}:
        raise Failed("nieznane zasady", "unknown rules")
    for name, values in RULES.items():
        if rules[name] not in values:
            raise Failed("nieznana zasada " + name, "an unknown rule: " + name)
    if any(type(rules[name]) is not int or rules[name] < 0 for name in NUMBERS):
        raise Failed("zasada nie jest liczbą", "a rule is not a number")
    if rules["winners"] < 1 or not set(rules["drop_together"]) <= set(vote.codes):
        raise Failed("zasady nie mają sensu", "the rules make no sense")
    if len(set(vote.codes)) != len(vote.codes) or not vote.codes:
        raise Failed("dwie opcje mają jeden kod", "two options have one code")
    if not all(re.fullmatch("[A-Z0-9]{1,8}", code) for code in vote.codes):
        raise Failed("zły kod opcji", "a wrong code of an option")
    if manifest.get("rehearsal", True) is not True:
        raise Failed("znak próby nie ma sensu", "the mark of a test run makes no sense")
    if is_rehearsal(vote):
        return (
            "PRÓBA, to nie jest wynik głosowania; " + vote.manifest_hash.hex(),
            "a TEST RUN, this is no result of a vote; " + vote.manifest_hash.hex(),
        )
    return vote.manifest_hash.hex(), vote.manifest_hash.hex()


def check_announced(vote):
    """Whoever has all keys can make a whole bundle anew: only what was public before binds."""
    wanted = vote.options.manifest_hash
    if not wanted:
        title = json.dumps(vote.manifest.get("title"), ensure_ascii=False)
        raise Skipped(
            "nie podano skrótu sprzed głosowania (--manifest-hash); to jest %s" % title,
            "no hash from before the vote (--manifest-hash); this is %s" % title,
        )
    if wanted.strip().lower() != vote.manifest_hash.hex():
        raise Failed("inny manifest niż podany", "another manifest than the one given")
    return "ten sam skrót", "the same hash"


def check_options(vote):
    found = {}
    for name in vote.bundle.names:
        if name.startswith("options/"):
            code = name[len("options/") :].partition(".")[0]
            if code in found:
                raise Failed("dwa obrazy " + code, "two pictures of " + code)
            found[code] = sha(vote.bundle.read(name)).hex()
    for option in vote.manifest["options"]:
        if option["code"] not in found:
            raise Failed("brak obrazu " + option["code"], "no picture of " + option["code"])
        if found.pop(option["code"]) != option["picture_sha256"]:
            raise Failed("inny obraz " + option["code"], "another picture of " + option["code"])
    if found:
        raise Failed("obraz spoza karty", "a picture that is not on the ballot paper")
    return "%d obrazów" % len(vote.codes), "%d pictures" % len(vote.codes)


def log_start(vote):
    domain = (PREFIX + "log/1\n").encode("ascii")
    return sha(domain, vote.ident.encode("ascii"), b"\n", vote.manifest_hash)


def check_chain(vote):
    previous = log_start(vote)
    position = 0
    digests = vote.digests = [previous]
    for line in vote.bundle.lines("log.jsonl"):
        position += 1
        if set(line) != {"position", "commitment", "previous", "digest"}:
            raise Failed("wiersz %d: inne pola" % position, "line %d: other fields" % position)
        if line["position"] != position or line["previous"] != previous.hex():
            raise Failed("wiersz %d nie pasuje" % position, "line %d does not fit" % position)
        commitment = unhex(line["commitment"], 32)
        if commitment in vote.positions:
            raise Failed("wiersz %d jest drugi raz" % position, "line %d comes again" % position)
        vote.positions[commitment] = position
        previous = sha(previous, position.to_bytes(8, "big"), commitment)
        if line["digest"] != previous.hex():
            raise Failed("wiersz %d: inny skrót" % position, "line %d: another digest" % position)
        digests.append(previous)
    vote.root = previous
    return "%d wierszy" % position, "%d lines" % position


def check_checkpoints(vote):
    key = unhex(vote.manifest.get("log_public_key"), 32)
    size, number = 0, 0
    for one in vote.bundle.lines("checkpoints.jsonl"):
        number += 1
        fields = {"number", "size", "root", "next_key", "signature"}
        if set(one) != fields or one["number"] != number or one["size"] < size:
            raise Failed("punkt %d nie pasuje" % number, "checkpoint %d does not fit" % number)
        size = one["size"]
        if size >= len(vote.digests) or vote.digests[size].hex() != one["root"]:
            raise Failed(
                "punkt %d: dziennik jest inny" % number, "checkpoint %d: another log" % number
            )
        message = lines_of(
            PREFIX + "checkpoint/1",
            vote.ident,
            vote.manifest_hash.hex(),
            str(number),
            str(size),
            one["root"],
            one["next_key"] or "-",
        )
        if not signed(key, message, unhex(one["signature"], 64)):
            raise Failed(
                "punkt %d: zły podpis" % number, "checkpoint %d: a wrong signature" % number
            )
        if one["next_key"]:
            key = unhex(one["next_key"], 32)
    if size != len(vote.digests) - 1:
        raise Failed(
            "ostatni punkt nie obejmuje całego dziennika",
            "the last checkpoint does not cover the whole log",
        )
    return "%d podpisów" % number, "%d signatures" % number


def check_mix(vote):
    stats = vote.bundle.json("stats.json")
    k = vote.manifest["mix_k"]
    order = [None] * len(vote.positions)
    for commitment, position in vote.positions.items():
        order[position - 1] = commitment
    place = 0
    flushes = stats["flushes"]
    for number, flush in enumerate(flushes, start=1):
        is_last = number == len(flushes)
        if flush["after"] != place or flush["last"] != is_last or flush["size"] < 0:
            raise Failed("porcja %d nie pasuje" % number, "flush %d does not fit" % number)
        is_small = is_last and number > 1 and flush["size"] < k
        if is_small or (not is_last and flush["size"] != k):
            raise Failed("porcja %d: inna liczba" % number, "flush %d: another number" % number)
        part = order[place : place + flush["size"]]
        if len(part) != flush["size"] or part != sorted(part):
            raise Failed("porcja %d: zła kolejność" % number, "flush %d: wrong order" % number)
        place += flush["size"]
    if place != len(order):
        raise Failed("porcje nie dają całego dziennika", "the flushes are not the whole log")
    if stats["mix_k"] != k:
        raise Failed("inne k niż w manifeście", "another k than in the manifest")
    few = len(order) < k
    return (
        "%d porcji, k = %d%s" % (len(flushes), k, "; mniej niż k głosów" if few else ""),
        "%d flushes, k = %d%s" % (len(flushes), k, "; fewer than k votes" if few else ""),
    )


def older_lines(path):
    """Lines of an older log, of a part of it, or of its checkpoints; the manifest beside them."""
    if path.endswith((".jsonl", ".json")):
        with open(path, "rb") as file:
            return [parse(line, path, n) for n, line in enumerate(file, start=1)], None
    older = Bundle(path)
    lines = list(older.lines("log.jsonl")) + list(older.lines("checkpoints.jsonl"))
    return lines, sha(older.read("manifest.json"))


def check_previous(vote):
    path = vote.options.previous
    if not path:
        raise Skipped("nie podano starszej kopii (--previous)", "no older copy (--previous)")
    try:
        lines, older_manifest = older_lines(path)
    except OSError as error:
        raise Failed("nie da się czytać: %s" % error, "it cannot be read: %s" % error)
    except NoBundle as error:
        raise Failed("to nie jest kopia: " + error.args[0], "this is no copy: " + error.args[1])
    if older_manifest is not None and older_manifest != vote.manifest_hash:
        raise Failed("starsza kopia ma inny manifest", "the older copy has another manifest")
    if not lines:
        raise Skipped("starsza kopia jest pusta", "the older copy is empty")
    for number, line in enumerate(lines, start=1):
        if not fits(line, SHAPES["log.jsonl"]) and not fits(line, SHAPES["checkpoints.jsonl"]):
            raise Failed(
                "wiersz %d starszej kopii nie jest z dziennika" % number,
                "line %d of the older copy is of no log" % number,
            )
        place = line.get("position", line.get("size"))
        digest = line.get("digest", line.get("root"))
        if place >= len(vote.digests) or vote.digests[place].hex() != digest:
            raise Failed(
                "wiersza %d starszej kopii tu nie ma" % number,
                "line %d of the older copy is not here" % number,
            )
    return "%d wierszy" % len(lines), "%d lines" % len(lines)


def check_commitments(vote):
    """Reads the openings; the next two checks use what it has found."""
    head = lines_of(PREFIX + "commitment/1", vote.ident, vote.manifest_hash.hex())
    vote.opened = set()
    last = b""
    for line in vote.bundle.lines("openings.jsonl"):
        vote.openings += 1
        number = vote.openings
        if set(line) != {"c", "ballot", "nonce", "channel"}:
            raise Failed("wiersz %d: inne pola" % number, "line %d: other fields" % number)
        text, channel = line["ballot"], line["channel"]
        commitment = unhex(line["c"], 32)
        unhex(line["nonce"], 16)
        if commitment <= last:
            raise Failed("wiersz %d: zła kolejność" % number, "line %d: wrong order" % number)
        last = commitment
        if sha(head, lines_of(text, line["nonce"])) != commitment:
            raise Failed(
                "wiersz %d nie otwiera zobowiązania" % number,
                "line %d does not open its commitment" % number,
            )
        if channel not in CHANNELS:
            raise Failed("wiersz %d: nieznany kanał" % number, "line %d: unknown channel" % number)
        vote.by_channel[channel] = vote.by_channel.get(channel, 0) + 1
        vote.texts[text] = vote.texts.get(text, 0) + 1
        if commitment in vote.positions or channel not in ("paper", "merged"):
            vote.opened.add(commitment)
    return "%d głosów" % vote.openings, "%d ballots" % vote.openings


def check_openings(vote):
    for commitment in vote.opened:
        if commitment not in vote.positions:
            raise Failed(
                "głosu %s nie ma w dzienniku" % commitment.hex()[:16],
                "the ballot %s is not in the log" % commitment.hex()[:16],
            )
    for commitment in vote.positions:
        if commitment not in vote.opened:
            raise Failed(
                "nie otwarto %s z dziennika" % commitment.hex()[:16],
                "%s of the log is not opened" % commitment.hex()[:16],
            )
    outside = vote.openings - len(vote.opened)
    paper = vote.bundle.json("reconciliation.json")["paper"]["ballots"]
    if outside != paper:
        raise Failed(
            "%d głosów spoza dziennika, a papierowych %d" % (outside, paper),
            "%d ballots outside of the log, and %d on paper" % (outside, paper),
        )
    return (
        "%d z dziennika, %d z papieru" % (len(vote.opened), outside),
        "%d of the log, %d of paper" % (len(vote.opened), outside),
    )


def read_ballot(text, rules, codes):
    """Ranks as lists of codes; for points a list of (code, points). Raises ValueError."""
    method, colon, body = text.partition(":")
    if method != rules["method"] or not colon:
        raise ValueError("method")
    if not body:
        return []
    if method == "points":
        given = []
        for part in body.split(","):
            code, _sign, number = part.partition("=")
            if code not in codes or not re.fullmatch("[1-9][0-9]{0,4}", number):
                raise ValueError("points")
            given.append((code, int(number)))
        names = [code for code, _number in given]
        if names != sorted(set(names)):
            raise ValueError("order")
        if rules["points_total"] and sum(n for _c, n in given) > rules["points_total"]:
            raise ValueError("total")
        if rules["points_cap"] and max(n for _c, n in given) > rules["points_cap"]:
            raise ValueError("cap")
        return given
    if method == "ranked":
        ranks = [rank.split("=") if rank else [] for rank in body.split(">")]
        if len(ranks) > (rules["max_ranks"] or len(codes)) or not ranks[-1]:
            raise ValueError("ranks")
    else:
        ranks = [[code] for code in body.split(",")]
        names = [rank[0] for rank in ranks]
        limit = 1 if method == "single" else rules["max_picks"]
        if names != sorted(set(names)) or (limit and len(names) > limit):
            raise ValueError("marks")
    for rank in ranks:
        if rank != sorted(set(rank)) or any(code not in codes for code in rank):
            raise ValueError("rank")
    return ranks


def check_ballots(vote):
    codes = set(vote.codes)
    vote.ballots = {}
    for text, number in vote.texts.items():
        try:
            vote.ballots[text] = (read_ballot(text, vote.rules, codes), number)
        except ValueError:
            shown = text if len(text) < 40 else text[:37] + "..."
            raise Failed("poza zasadami: " + shown, "outside of the rules: " + shown)
    return "%d różnych" % len(vote.ballots), "%d different ones" % len(vote.ballots)


def check_codes(vote):
    raw = vote.bundle.read("codes_printed.txt")
    printed = raw.decode("ascii").split("\n")
    if printed.pop() != "" or printed != sorted(set(printed)):
        raise Failed("lista kodów jest zniekształcona", "the list of codes is malformed")
    stated = vote.manifest["codes_printed"]
    if stated != {"number": len(printed), "sha256": sha(raw).hex()}:
        raise Failed("inna lista niż w manifeście", "another list than in the manifest")
    rows = vote.bundle.rows("codes_spent.csv", ["digest", "day"])
    spent = [row["digest"] for row in rows]
    if spent != sorted(set(spent)):
        raise Failed("kod użyty dwa razy", "a code spent twice")
    strange = set(spent) - set(printed)
    if strange:
        raise Failed("użyto kodu spoza listy", "a code that was never printed was spent")
    vote.spent_days = {}
    for row in rows:
        if not re.fullmatch(DAY, row["day"]):
            raise Failed("dzień użycia kodu", "the day on which a code was spent")
        vote.spent_days[row["day"]] = vote.spent_days.get(row["day"], 0) + 1
    vote.printed, vote.spent = set(printed), set(spent)
    return "%d z %d" % (len(spent), len(printed)), "%d of %d" % (len(spent), len(printed))


def check_paper(vote):
    rows = vote.bundle.rows("paper_batches.csv", PAPER_COLUMNS)
    total = {"returned": 0, "valid": 0, "void": 0}
    for row in rows:
        name = row["batch"]
        if row["point"] not in vote.manifest["polling_points"]:
            raise Failed(name + ": nieznany punkt", name + ": an unknown polling point")
        if not re.fullmatch(DAY, row["day"]):
            raise Failed(name + ": to nie dzień", name + ": not a day")
        number = {}
        for column in ("issued", "returned", "unused", "missing", "valid", "void"):
            if not re.fullmatch("[0-9]{1,9}", row[column]):
                raise Failed(name + ": to nie liczba", name + ": not a number")
            number[column] = int(row[column])
        if number["issued"] != number["returned"] + number["unused"] + number["missing"]:
            raise Failed(name + ": wydane się nie zgadzają", name + ": issued cards do not add up")
        if number["returned"] != number["valid"] + number["void"]:
            raise Failed(name + ": wrzucone się nie zgadzają", name + ": cards do not add up")
        reasons = row["reasons"].split(" ") if row["reasons"] else []
        if not all(re.fullmatch("[a-z_]+=[1-9][0-9]{0,8}", part) for part in reasons):
            raise Failed(name + ": powody są zniekształcone", name + ": malformed reasons")
        if sum(int(part.partition("=")[2]) for part in reasons) != number["void"]:
            raise Failed(name + ": powody się nie zgadzają", name + ": reasons do not add up")
        for column in total:
            total[column] += number[column]
    if len({row["batch"] for row in rows}) != len(rows):
        raise Failed("partia jest dwa razy", "a batch is there twice")
    stated = vote.bundle.json("reconciliation.json")["paper"]
    if stated != dict(total, ballots=total["valid"]):
        raise Failed("sumy partii są inne", "the sums of the batches are others")
    if not rows:
        return "nie głosowano na papierze", "nobody voted on paper"
    return "%d partii" % len(rows), "%d batches" % len(rows)


def check_counts(vote):
    account = vote.bundle.json("reconciliation.json")
    online = ("account", "code")
    if set(account) != {"account", "code", "paper", "log", "openings"}:
        raise Failed("reconciliation.json: inne pola", "reconciliation.json: other fields")
    for name in online:
        if account[name]["marks"] != account[name]["ballots"]:
            raise Failed(name + ": znaki i głosy", name + ": marks and ballots")
    if account["code"]["marks"] != len(vote.spent):
        raise Failed("głosy z kodów i użyte kody", "votes by code and spent codes")
    if account["log"] != len(vote.positions) or account["openings"] != vote.openings:
        raise Failed("dziennik lub otwarcia", "log or openings")
    if sum(account[name]["ballots"] for name in online) != account["log"]:
        raise Failed("kanały i dziennik", "channels and log")
    ballots = {name: account[name]["ballots"] for name in (*online, "paper")}
    if sum(ballots.values()) != account["openings"]:
        raise Failed("kanały i otwarcia", "channels and openings")
    k = vote.manifest["mix_k"]
    is_merged = any(0 < number < k for number in ballots.values())
    expected = {"merged": vote.openings} if is_merged else {n: v for n, v in ballots.items() if v}
    if {n: v for n, v in vote.by_channel.items() if v} != {n: v for n, v in expected.items() if v}:
        raise Failed("kanały przy głosach", "channels beside the ballots")
    used = {name for name, number in ballots.items() if number}
    if not used <= set(vote.manifest["channels"]):
        raise Failed("kanał, którego nie było", "a channel that there was not")
    turnout = vote.bundle.json("stats.json")["turnout"]
    if any(row["channel"] not in online for row in turnout):
        raise Failed("frekwencja: inny kanał", "turnout: another channel")
    if not all(re.fullmatch(DAY, row["day"]) for row in turnout):
        raise Failed("frekwencja: to nie dzień", "turnout: not a day")
    order = [(row["day"], row["channel"]) for row in turnout]
    if order != sorted(set(order)):
        raise Failed("frekwencja: dzień jest dwa razy", "turnout: a day is there twice")
    sums = {}
    days = {}
    for row in turnout:
        sums[row["channel"]] = sums.get(row["channel"], 0) + row["number"]
        if row["channel"] == "code":
            days[row["day"]] = days.get(row["day"], 0) + row["number"]
    for name in online:
        if sums.get(name, 0) != account[name]["marks"]:
            raise Failed("frekwencja: " + name, "turnout: " + name)
    if days != vote.spent_days:
        raise Failed("dni użycia kodów", "days on which codes were spent")
    return "%d głosów" % vote.openings, "%d votes" % vote.openings


def check_lots(vote):
    beacon = vote.bundle.json("beacon.json")
    if vote.rules["tie"] != "lot":
        if beacon != {"drawn": False}:
            raise Failed("losowano wbrew zasadom", "lots were drawn against the rules")
        raise Skipped("według zasad nie losuje się", "by the rules no lots are drawn")
    fields = {"drawn", "rule", "value", "source", "log_root", "order", "used"}
    if set(beacon) != fields or beacon["drawn"] is not True:
        raise Failed("beacon.json: inne pola", "beacon.json: other fields")
    if beacon["rule"] != vote.manifest["beacon_rule"]:
        raise Failed("inna reguła niż w manifeście", "another rule than in the manifest")
    if beacon["log_root"] != vote.root.hex():
        raise Failed("inny koniec dziennika", "another end of the log")
    if not str(beacon["source"]).strip() or re.search("[\r\n]", beacon["value"]):
        raise Failed("brak źródła liczby", "the number has no source")

    def drawn(code):
        return sha(
            lines_of(
                PREFIX + "lot/1", beacon["value"], vote.root.hex(), vote.manifest_hash.hex(), code
            )
        )

    order = sorted(vote.codes, key=drawn)
    if beacon["order"] != order:
        raise Failed("inna kolejność", "another order")
    vote.lot_rank = {code: place for place, code in enumerate(order)}
    vote.has_lots = True
    return " ".join(order), " ".join(order)


# --- Counting -------------------------------------------------------------------------------------


def blank_round(number, totals, place=1, exhausted=0):
    return {
        "number": number,
        "place": place,
        "totals": dict(totals),
        "exhausted": exhausted,
        "elected": [],
        "eliminated": [],
        "tied": [],
        "by_lot": [],
        "transfers": {},
    }


def winners_of(totals, rules, lot_rank):
    """Winners, tied, among whom lots decided."""
    order = sorted([c for c in totals if totals[c] > 0], key=lambda c: (-totals[c], c))
    places = rules["winners"]
    if len(order) <= places or totals[order[places - 1]] != totals[order[places]]:
        return order[:places], [], []
    level = totals[order[places - 1]]
    sure = [c for c in order if totals[c] > level]
    equal = [c for c in order if totals[c] == level]
    if rules["tie"] == "joint":
        return sure + equal, [], []
    if rules["tie"] == "lot":
        drawn = sorted(equal, key=lambda c: lot_rank[c])
        return sure + drawn[: places - len(sure)], [], equal
    return sure, equal, []


def count_sums(vote):
    rules = vote.rules
    totals = {code: 0 for code in vote.codes}
    for ballot, number in vote.ballots.values():
        for mark in ballot:
            if rules["method"] == "points":
                totals[mark[0]] += mark[1] * number
            else:
                totals[mark[0]] += number
    winners, tied, by_lot = winners_of(totals, rules, vote.lot_rank)
    only = blank_round(1, totals)
    only.update(elected=winners, tied=tied, by_lot=by_lot)
    return {"totals": totals, "winners": winners, "tied": tied, "rounds": [only]}


def preferences(ranks, rules):
    """In which order a ranked ballot counts."""
    order, empty = [], 0
    limit = rules["max_ranks"] or len(ranks)
    for rank in ranks[:limit]:
        if not rank:
            empty += 1
            if empty > 1 and rules["skipped"] == "exhaust_after_2":
                return order
            continue
        empty = 0
        if len(rank) > 1:
            if rules["overvote"] == "exhaust":
                return order
        elif rank[0] in order:
            if rules["duplicates"] == "exhaust":
                return order
        else:
            order.append(rank[0])
    return order


def top(order, running):
    for code in order:
        if code in running:
            return code
    return ""


def leaving_now(totals, rules, lot_rank):
    """Who goes out of this round, and among whom lots decided."""
    order = sorted(totals, key=lambda c: (totals[c], c))
    hopeless = []
    for place in range(1, len(order)):
        if sum(totals[c] for c in order[:place]) < totals[order[place]]:
            hopeless = order[:place]
    least = [c for c in order if totals[c] == totals[order[0]]]
    lots = []
    if rules["elimination"] == "batch" and hopeless:
        out = hopeless
    elif len(least) == 1:
        out = least
    elif rules["tie"] == "lot":
        out, lots = [max(least, key=lambda c: lot_rank[c])], least
    elif rules["tie"] == "joint" or len(least) == len(totals) or set(least) <= set(hopeless):
        out = least
    else:
        out = []
    group = set(rules["drop_together"])
    if group & set(out):
        wider = set(out) | (group & set(totals))
        if len(wider) < len(totals):
            out = list(wider)
    return sorted(out), sorted(lots)


def count_ranked(vote):
    rules = vote.rules
    piles = {}
    for ballot, number in vote.ballots.values():
        order = tuple(preferences(ballot, rules))
        piles[order] = piles.get(order, 0) + number
    running = set(vote.codes)
    rounds, winners, tied = [], [], []
    while running and len(winners) < rules["winners"] and not tied:
        taking = fill_place(piles, set(running), rules, vote.lot_rank, rounds, len(winners) + 1)
        if taking[0] == "tied":
            tied = taking[1]
        elif not taking[1]:
            break
        else:
            winners += taking[1]
            running -= set(taking[1])
    totals = {code: 0 for code in vote.codes}
    totals.update(rounds[0]["totals"] if rounds else {})
    result = {"totals": totals, "winners": winners, "tied": tied, "rounds": rounds}
    result.update(pairs(vote))
    return result


def fill_place(piles, running, rules, lot_rank, rounds, place):
    while True:
        totals = {code: 0 for code in running}
        exhausted = 0
        for order, number in piles.items():
            code = top(order, running)
            if code:
                totals[code] += number
            else:
                exhausted += number
        step = blank_round(len(rounds) + 1, totals, place, exhausted)
        rounds.append(step)
        active = sum(totals.values())
        if active == 0:
            return "elected", []
        for code in totals:
            if totals[code] * 2 > active:
                step["elected"] = [code]
                return "elected", [code]
        out, lots = leaving_now(totals, rules, lot_rank)
        if len(out) == len(totals) and rules["tie"] == "joint":
            step["elected"] = out
            return "elected", out
        if not out or len(out) == len(totals):
            least = min(totals.values())
            step["tied"] = sorted(c for c in totals if totals[c] == least)
            return "tied", step["tied"]
        step["eliminated"], step["by_lot"] = out, lots
        after = running - set(out)
        for order, number in piles.items():
            if top(order, running) in out:
                target = top(order, after)
                step["transfers"][target] = step["transfers"].get(target, 0) + number
        running = after


def pairs(vote):
    """Every option against every other one, Condorcet's winner, Schulze's order."""
    codes = sorted(vote.codes)
    before = {a: {b: 0 for b in codes if b != a} for a in codes}
    for ranks, number in vote.ballots.values():
        rank_of = {}
        for place, rank in enumerate(ranks):
            for code in rank:
                rank_of.setdefault(code, place)
        for a, place in rank_of.items():
            row = before[a]
            for b in row:
                if place < rank_of.get(b, len(ranks)):
                    row[b] += number
    condorcet = ""
    for a in codes:
        if len(codes) > 1 and all(before[a][b] > before[b][a] for b in before[a]):
            condorcet = a
    strength = {
        a: {b: before[a][b] if before[a][b] > before[b][a] else 0 for b in before[a]} for a in codes
    }
    for k in codes:
        for i in codes:
            for j in codes:
                if i != j and i != k and j != k:
                    by = min(strength[i][k], strength[k][j])
                    if by > strength[i][j]:
                        strength[i][j] = by
    beaten = {a: sum(1 for b in codes if b != a and strength[b][a] > strength[a][b]) for a in codes}
    schulze = [[c for c in codes if beaten[c] == n] for n in sorted(set(beaten.values()))]
    return {"pairwise": before, "condorcet": condorcet, "schulze": schulze}


def check_tally(vote):
    if vote.rules["tie"] == "lot" and not vote.has_lots:
        raise Skipped("bez kolejności losowania", "without the order of lots")
    stated = vote.bundle.json("tally.json")
    result = count_ranked(vote) if vote.rules["method"] == "ranked" else count_sums(vote)
    blank = sum(number for ballot, number in vote.ballots.values() if not any(ballot))
    result = dict(
        {"pairwise": {}, "condorcet": "", "schulze": []},
        method=vote.rules["method"],
        cast=vote.openings,
        valid=vote.openings,
        blank=blank,
        invalid={},
        quorum=vote.rules["quorum"],
        is_binding=vote.openings >= vote.rules["quorum"],
        **result,
    )
    vote.result = result
    if set(stated["result"]) != set(result):
        raise Failed("wynik ma inne pola", "the result has other fields")
    for name in sorted(result):
        if canonical(stated["result"][name]) != canonical(result[name]):
            raise Failed("inny wynik: " + name, "another result: " + name)
    if sha(canonical(stated["result"])).hex() != stated["result_sha256"]:
        raise Failed("inny skrót wyniku", "another hash of the result")
    found = hashlib.sha256()
    for line in vote.bundle.lines("openings.jsonl"):
        found.update(("%s %s %s\n" % (line["c"], line["ballot"], line["nonce"])).encode("ascii"))
    if found.hexdigest() != stated["input_sha256"]:
        raise Failed("liczono inne głosy", "other ballots were counted")
    if vote.has_lots:
        used = any(step["by_lot"] for step in result["rounds"])
        if vote.bundle.json("beacon.json")["used"] is not used:
            raise Failed("losowanie użyte lub nie", "whether the lots were used")
    names = ", ".join(result["winners"])
    if names:
        return "wygrywa: " + names, "winner: " + names
    if result["tied"]:
        return "remis: " + ", ".join(result["tied"]), "a tie: " + ", ".join(result["tied"])
    return "nikt nie wygrywa", "nobody wins"


def check_exports(vote):
    toi, abif = {}, {}
    for ballot, number in vote.ballots.values():
        if vote.rules["method"] == "points":
            text = ",".join("%s/%d" % mark for mark in ballot)
            steps = sorted({points for _code, points in ballot}, reverse=True)
            ranks = [[code for code, points in ballot if points == step] for step in steps]
        elif vote.rules["method"] == "ranked":
            ranks, seen = [], set()
            for rank in ballot:
                fresh = [code for code in rank if code not in seen]
                seen.update(fresh)
                if fresh:
                    ranks.append(fresh)
            text = ">".join("=".join(rank) for rank in ranks)
        else:
            ranks = [[code for rank in ballot for code in rank]] if ballot else []
            text = "=".join(code for rank in ranks for code in rank)
        abif[text] = abif.get(text, 0) + number
        if ranks:
            key = ",".join(
                one if len(rank) == 1 else "{" + one + "}"
                for rank in ranks
                for one in [",".join(str(vote.codes.index(code) + 1) for code in rank)]
            )
            toi[key] = toi.get(key, 0) + number
    titles = {option["code"]: option["title"] for option in vote.manifest["options"]}
    title = vote.manifest["title"].get("pl", "")
    toi_head = [
        "# FILE NAME: ballots.toi",
        "# TITLE: " + title,
        "# DATA TYPE: toi",
        "# NUMBER ALTERNATIVES: %d" % len(vote.codes),
        "# NUMBER VOTERS: %d" % sum(toi.values()),
        "# NUMBER UNIQUE ORDERS: %d" % len(toi),
    ]
    for number, code in enumerate(vote.codes, start=1):
        toi_head.append("# ALTERNATIVE NAME %d: %s %s" % (number, code, titles[code]))
    abif_head = ["{title: " + ENCODER.encode(title) + "}"]
    for code in vote.codes:
        abif_head.append("=%s:[%s]" % (code, titles[code].replace("[", "(").replace("]", ")")))
    for name, found, head, gap in (
        ("ballots.toi", toi, toi_head, ": "),
        ("ballots.abif", abif, abif_head, ":"),
    ):
        # The most frequent first, equals by their text.
        order = sorted(found, key=lambda text: (-found[text], text))
        lines = head + ["%d%s%s" % (found[text], gap, text) for text in order]
        with vote.bundle.open(name) as file:
            for number, expected in enumerate(lines, start=1):
                if file.readline() != (expected + "\n").encode("utf-8"):
                    raise Failed(
                        "%s: wiersz %d jest inny" % (name, number),
                        "%s: line %d is another" % (name, number),
                    )
            if file.readline():
                raise Failed(name + ": więcej wierszy", name + ": more lines")
    return "ballots.toi, ballots.abif", "ballots.toi, ballots.abif"


def check_events(vote):
    # A test run is a copy that begins where the works are settled.
    state = "appeals" if is_rehearsal(vote) else "draft"
    last, number, passed = "", 0, []
    for event in vote.bundle.lines("events.jsonl"):
        number += 1
        at = event["at"]
        if not re.fullmatch("[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z", at) or at < last:
            raise Failed("zdarzenie %d: zła chwila" % number, "event %d: a wrong moment" % number)
        last = at
        step = (event["verb"], event["from"], event["to"])
        if step not in STEPS or event["from"] != state:
            raise Failed("zdarzenie %d nie pasuje" % number, "event %d does not fit" % number)
        state = event["to"]
        passed.append(state)
    if ("drawn" in passed) is not (vote.rules["tie"] == "lot"):
        raise Failed("losowano lub nie, wbrew zasadom", "lots were drawn or not, against the rules")
    if state not in (("tallied",) if is_rehearsal(vote) else ("objections", "certified")):
        raise Failed("wyniku nie ogłoszono", "the result was not published")
    return "%d zdarzeń" % number, "%d events" % number


def check_receipt(vote):
    given = vote.options.receipt
    if not given:
        raise Skipped("nie podano (--receipt)", "none given (--receipt)")
    if os.path.exists(given):
        with open(given, "rb") as file:
            paper = parse(file.read(), given, 0)
        if paper.get("manifest_sha256") != vote.manifest_hash.hex():
            raise Failed("potwierdzenie z innego głosowania", "a receipt of another vote")
        message = lines_of(
            PREFIX + "promise/1",
            vote.ident,
            vote.manifest_hash.hex(),
            paper["commitment"],
            paper["published_by"],
        )
        key = unhex(vote.manifest["promise_public_key"], 32)
        if not signed(key, message, unhex(paper["signature"], 64)):
            raise Failed("podpis na potwierdzeniu jest zły", "the receipt's signature is wrong")
        given = paper["commitment"]
    typed = re.sub("[^0-9A-Za-z]", "", given)
    for line in vote.bundle.lines("openings.jsonl"):
        if typed.lower() == line["c"] or letters(typed) == short_code(line["c"]):
            return "policzono jako " + line["ballot"], "counted as " + line["ballot"]
    raise Failed("tego głosu nie policzono", "this ballot was not counted")


def letters(text):
    return text.upper().replace("O", "0").replace("I", "1").replace("L", "1")


def short_code(digits):
    number = int(digits[:16], 16) >> 4
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(55, -1, -5))


def check_code(vote):
    if not vote.options.code:
        raise Skipped("nie podano (--code)", "none given (--code)")
    typed = re.sub("[^0-9A-Z]", "", letters(vote.options.code))
    digest = sha(lines_of(PREFIX + "code/1", vote.ident, typed)).hex()
    if digest not in vote.printed:
        raise Failed("takiego kodu nie wydrukowano", "no such code was printed")
    if digest in vote.spent:
        return "kod został użyty", "the code was used"
    return "kod nie został użyty", "the code was not used"


# What a check needs: without it, it is skipped.
NEEDS = {
    "signature": ("sums",),
    "checkpoints": ("chain",),
    "mix": ("chain",),
    "previous": ("chain",),
    "commitments": ("chain",),
    "openings": ("commitments",),
    "ballots": ("commitments",),
    "counts": ("commitments", "codes"),
    "lots": ("chain",),
    "tally": ("ballots",),
    "exports": ("ballots",),
    "code": ("codes",),
}


def run(path, options, say, note):
    """Makes all checks; gives the exit code.

    `say(name, outcome, Polish, English)` tells of each, `note(Polish, English)` comes before.
    """
    bundle = Bundle(path)
    if "manifest.json" not in bundle.names:
        raise NoBundle("brakuje manifest.json", "manifest.json is missing")
    vote = Vote(bundle, options)
    vote.load()
    if is_rehearsal(vote):
        note(
            "To jest pakiet z PRÓBY: głosy do wyrzucenia, żaden wynik głosowania.",
            "This bundle is of a TEST RUN: ballots to throw away, no result of any vote.",
        )
    exit_code = 0
    bad = set()
    for name, code, _pl, _en in CHECKS:
        missing = [one for one in NEEDS.get(name, ()) if one in bad]
        if missing:
            say(name, "SKIPPED", "zależy od: " + missing[0], "rests on: " + missing[0])
            bad.add(name)
            continue
        try:
            texts = globals()["check_" + name](vote)
            say(name, "OK", *texts)
        except Skipped as reason:
            say(name, "SKIPPED", *reason.args)
        except Failed as reason:
            say(name, "FAILED", *reason.args)
            bad.add(name)
            exit_code = exit_code or code
        except (
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
            IndexError,
            OverflowError,
            RecursionError,
            EOFError,
            OSError,
            csv.Error,
            zipfile.BadZipFile,
        ) as error:
            say(name, "FAILED", "zniekształcone dane: %r" % error, "malformed data: %r" % error)
            bad.add(name)
            exit_code = exit_code or code
    return exit_code


def language(asked):
    if asked:
        return asked
    named = os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "pl" if named.lower().startswith("pl") else "en"


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("bundle", nargs="?", default=here, help="zip / folder (here)")
    parser.add_argument("--previous", help="starsza kopia / an older bundle or log.jsonl")
    parser.add_argument("--manifest-hash", help="skrót manifestu / the manifest's SHA-256")
    parser.add_argument("--receipt", help="kod lub plik potwierdzenia / code or file of a receipt")
    parser.add_argument("--code", help="kod do głosowania / a voting code")
    parser.add_argument("--lang", choices=["pl", "en"])
    options = parser.parse_args(arguments)
    polish = language(options.lang) == "pl"
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    titles = {name: (code, pl, en) for name, code, pl, en in CHECKS}
    words = {"OK": "OK", "FAILED": "BŁĄD", "SKIPPED": "POMINIĘTO"}

    def say(name, outcome, pl, en):
        code, title_pl, title_en = titles[name]
        title, detail = (title_pl, pl) if polish else (title_en, en)
        word = words[outcome] if polish else outcome
        # What a file says must not be able to write lines, or colours, of its own.
        detail = "".join(sign if sign.isprintable() else "?" for sign in detail)
        print("%-9s %2d  %s: %s" % (word, code, title, detail), flush=True)

    def note(pl, en):
        print(pl if polish else en, flush=True)

    try:
        code = run(options.bundle, options, say, note)
    except NoBundle as error:
        texts = ("To nie jest pakiet: %s", "This is no bundle: %s")
        which = 0 if polish else 1
        print(texts[which] % error.args[which])
        return 2
    except Failed as reason:
        print(reason.args[0 if polish else 1])
        return 2
    if code:
        print("Coś się nie zgadza." if polish else "Something does not agree.")
    else:
        print("Wszystko, co sprawdzono, się zgadza." if polish else "All that was checked agrees.")
    return code


if __name__ == "__main__":
    sys.exit(main())
