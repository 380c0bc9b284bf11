"""Bundles made of plain values: no database, the same keys and nonces every time."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from plebiscite import chain, manifest
from plebiscite.ballots import commitment, read_ballot
from plebiscite.bundle import signing, texts
from plebiscite.bundle.writing import Contents, write
from plebiscite.codes import code_digest, read_code
from plebiscite.tally import (
    ENGINE,
    Duplicates,
    Elimination,
    Method,
    Overvote,
    Ruleset,
    Skipped,
    TieRule,
    canonical_json,
    count,
    lot_order,
)

IDENT = "5f0c1c0e-8f57-4d0b-9d25-2f3a1b6c7d8e"
LOG_KEY, NEXT_KEY, PROMISE_KEY = (bytes([number]) * 32 for number in (7, 8, 9))
MIX_K = 3


def printed_codes(number: int) -> list[str]:
    """Codes that pass their check, the same every time."""
    from plebiscite import codes as module

    chance = random.Random(11)
    found = []
    for _ in range(number):
        groups = []
        for place in range(1, module.GROUPS + 1):
            values = [chance.randrange(32) for _ in range(module.DRAWN)]
            check = module._check(values, place)
            groups.append("".join(module.LETTERS[value] for value in [*values, check]))
        found.append("-".join(groups))
    return found


def rules_of(method: str, **others: Any) -> Ruleset:
    return Ruleset(Method(method), tie=TieRule.LOT, **others)


def any_rules(method: str, codes: list[str], chance: random.Random) -> Ruleset:
    """Rules with edges by chance."""
    together = tuple(sorted(chance.sample(codes, 2))) if chance.random() < 0.4 else ()
    return Ruleset(
        Method(method), winners=chance.randint(1, 3), tie=chance.choice(list(TieRule)),
        quorum=chance.choice((0, 10, 10_000)), max_ranks=chance.choice((0, 5)),
        overvote=chance.choice(list(Overvote)), skipped=chance.choice(list(Skipped)),
        duplicates=chance.choice(list(Duplicates)), elimination=chance.choice(list(Elimination)),
        drop_together=together,
    )  # fmt: skip


def odd_ballots(number: int, codes: list[str], chance: random.Random) -> list[str]:
    """Rankings as they come from paper: empty ranks, several on one, names that come again."""
    made = []
    for _voter in range(number):
        ranks = [
            "=".join(sorted(chance.sample(codes, chance.choice((0, 1, 1, 1, 1, 2)))))
            for _rank in range(chance.randint(0, min(5, len(codes))))
        ]
        made.append("ranked:" + ">".join(ranks).rstrip(">"))
    return made


def some_ballots(method: str, number: int, codes: list[str], chance: random.Random) -> list[str]:
    """Canonical ballots of a method, blank ones and edges of paper among them."""
    made = []
    for _voter in range(number):
        if chance.random() < 0.06:
            made.append(f"{method}:")
        elif method == "single":
            made.append(f"single:{chance.choice(codes)}")
        elif method == "approval":
            made.append("approval:" + ",".join(sorted(chance.sample(codes, chance.randint(1, 3)))))
        elif method == "points":
            some = sorted(chance.sample(codes, 2))
            made.append(f"points:{some[0]}={chance.randint(1, 3)},{some[1]}={chance.randint(1, 2)}")
        else:
            picks: list[str] = chance.sample(codes, chance.randint(1, min(4, len(codes))))
            if chance.random() < 0.1:
                picks.insert(1, "")
            if chance.random() < 0.1 and len(codes) > 1:
                picks.append("=".join(sorted(chance.sample(codes, 2))))
            made.append("ranked:" + ">".join(picks[:5]).rstrip(">"))
    return made


def make(
    *,
    method: str = "ranked",
    options: int = 4,
    account: int = 9,
    code: int = 6,
    paper: int = 5,
    seed: int = 1,
    rules: Ruleset | None = None,
    ballots: list[str] | None = None,
    mix_k: int = MIX_K,
    handover: bool = True,
    rehearsal: bool = False,
) -> Contents:
    """The contents of a whole vote, or of a test run."""
    chance = random.Random(seed)
    rules = rules or rules_of(method)
    codes = [f"M{number}" for number in range(1, options + 1)]
    printed = printed_codes(code + 4)
    digests = sorted(code_digest(IDENT, read_code(text)) for text in printed)
    listed = "".join(f"{digest.hex()}\n" for digest in digests)
    pictures = {one: f"picture of {one}".encode() for one in codes}
    text = _manifest(rules, codes, pictures, mix_k, len(digests), listed, rehearsal)
    digest = hashlib.sha256(text.encode()).digest()
    channels = ["account"] * account + ["code"] * code + ["paper"] * paper
    texts_of = ballots or some_ballots(rules.method.value, len(channels), codes, chance)
    rows = []
    for ballot, channel in zip(texts_of, channels, strict=True):
        nonce = chance.randbytes(16)
        c = commitment(plebiscite=IDENT, manifest_hash=digest, ballot=ballot, nonce=nonce)
        rows.append(texts.Opening(c, ballot, nonce, channel))
    rows.sort(key=lambda row: row.commitment)
    online = [row.commitment for row in rows if row.channel != "paper"]
    log, flushes = _mixed(online, mix_k, chance)
    roots = [chain.start(IDENT, digest)]
    for position, c in enumerate(log, start=1):
        roots.append(chain.link(roots[-1], position, c))
    checkpoints = _checkpoints(digest, roots, handover=handover)
    lots = lot_order(codes, beacon="4 8 15 16 23 42", log_root=roots[-1], manifest_hash=digest)
    counted: Counter[Any] = Counter()
    for ballot in texts_of:
        counted[read_ballot(ballot, rules, codes)] += 1
    result = count(counted, tuple(codes), rules, lots if rules.draws_lots else ()).as_dict()
    raw = hashlib.sha256()
    for row in rows:
        raw.update(f"{row.commitment.hex()} {row.ballot} {row.nonce.hex()}\n".encode())
    spent = sorted(code_digest(IDENT, read_code(one)) for one in printed[:code])
    batch = ("plomba-1", "Biblioteka", "2026-11-03", paper + 6, paper + 2, 3, 1, paper, 2,
             "overvote=1 unclear=1")  # fmt: skip
    return Contents(
        manifest=text,
        commitments=lambda: log,
        openings=lambda: rows,
        tally={
            "engine": ENGINE,
            "input_sha256": raw.hexdigest(),
            "result_sha256": hashlib.sha256(canonical_json(result).encode()).hexdigest(),
            "result": result,
        },
        private_key=NEXT_KEY if handover else LOG_KEY,
        checkpoints=checkpoints,
        codes_printed=digests,
        codes_spent=[(one, "2026-11-03") for one in spent],
        paper_batches=[batch] if paper else [],
        reconciliation={
            "account": {"marks": account, "ballots": account},
            "code": {"marks": code, "ballots": code},
            "paper": {
                "returned": paper + 2 if paper else 0,
                "valid": paper,
                "void": 2 if paper else 0,
                "ballots": paper,
            },
            "log": len(log),
            "openings": len(rows),
        },
        beacon={
            "drawn": True,
            "rule": "Losowanie kulek w ratuszu",
            "value": "4 8 15 16 23 42",
            "source": "Protokół losowania z 10 listopada",
            "log_root": roots[-1].hex(),
            "order": list(lots),
            "used": any(step["by_lot"] for step in result["rounds"]),
        }
        if rules.draws_lots
        else {"drawn": False},
        moderation=[
            (1, "accepted", ""),
            (2, "rejected", 'Nie na temat, „powód”.\r\nI "plakat"\rbył'),
        ],
        events=events(draws_lots=rules.draws_lots, rehearsal=rehearsal),
        stats={
            "mix_k": mix_k,
            "flushes": flushes,
            "turnout": [
                {"day": "2026-11-03", "channel": name, "number": number}
                for name, number in (("account", account), ("code", code))
                if number
            ],
        },
        pictures={f"{one}.png": lambda one=one: [pictures[one]] for one in codes},
    )


def written(contents: Contents) -> bytes:
    """The bundle as bytes."""
    target = io.BytesIO()
    write(target, contents)
    return target.getvalue()


def unpacked(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes], path: Path, *, key: bytes = NEXT_KEY) -> Path:
    """A bundle of changed files, with new sums and a genuine signature: by a dishonest operator."""
    names = sorted(set(files) - {"SHA256SUMS", "SHA256SUMS.sig"})
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in names)
    signature = signing.sign_sums(
        plebiscite=IDENT,
        manifest_hash=hashlib.sha256(files["manifest.json"]).digest(),
        sums=sums.encode(),
        private_key=key,
    )
    files = {
        **files,
        "SHA256SUMS": sums.encode(),
        "SHA256SUMS.sig": f"{signature.hex()}\n".encode(),
    }
    return zipped(files, path)


def zipped(files: dict[str, bytes], path: Path) -> Path:
    """The files as they are, in a zip file as the platform writes it."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(files):
            # The time of this class is 1 January 1980.
            archive.writestr(zipfile.ZipInfo(name), files[name])
    return path


def _manifest(
    rules: Ruleset,
    codes: list[str],
    pictures: dict[str, bytes],
    mix_k: int,
    number: int,
    listed: str,
    rehearsal: bool,
) -> str:
    return manifest.write(
        plebiscite=IDENT,
        slug="znak",
        title={"pl": "Znak na drzwi"},
        question={"pl": "Który znak?"},
        options=[
            manifest.OptionText(
                code=code,
                position=position,
                title=f"Żubr i sowa {position}",
                description="Opis",
                language="pl",
                alt_text="Obraz",
                picture_sha256=hashlib.sha256(pictures[code]).hexdigest(),
            )
            for position, code in enumerate(codes, start=1)
        ],
        ruleset=rules,
        channels=["account", "code", "paper"],
        dates={},
        grace_s=300,
        mix_k=mix_k,
        retention_days=90,
        sealed_size=128,
        inbox_public_key=bytes(32),
        promise_public_key=signing.public_half(PROMISE_KEY),
        log_public_key=signing.public_half(LOG_KEY),
        regulations={"pl": hashlib.sha256(b"regulamin").hexdigest()},
        minimum_age=0,
        residence=[],
        beacon_rule="Losowanie kulek w ratuszu",
        polling_points=["Biblioteka"],
        codes=(number, hashlib.sha256(listed.encode()).hexdigest()),
        is_rehearsal=rehearsal,
    )


def _mixed(
    commitments: list[bytes], k: int, chance: random.Random
) -> tuple[list[bytes], list[dict[str, Any]]]:
    # Drawn once and then taken from the end: as good as drawing each flush, and linear.
    waiting = list(commitments)
    chance.shuffle(waiting)
    log: list[bytes] = []
    flushes = []
    while len(waiting) >= 2 * k:
        chosen = [waiting.pop() for _one in range(k)]
        flushes.append({"after": len(log), "size": k, "last": False})
        log += sorted(chosen)
    flushes.append({"after": len(log), "size": len(waiting), "last": True})
    return log + sorted(waiting), flushes


def _checkpoints(digest: bytes, roots: list[bytes], *, handover: bool) -> list[signing.Checkpoint]:
    middle, end = (len(roots) - 1) // 2, len(roots) - 1
    next_key = signing.public_half(NEXT_KEY) if handover else b""
    steps = [(0, LOG_KEY, b""), (middle, LOG_KEY, next_key)]
    steps.append((end, NEXT_KEY if handover else LOG_KEY, b""))
    return [
        signing.sign_checkpoint(
            plebiscite=IDENT,
            manifest_hash=digest,
            number=number,
            size=size,
            root=roots[size],
            private_key=key,
            next_key=handed,
        )
        for number, (size, key, handed) in enumerate(steps, start=1)
    ]


def events(*, draws_lots: bool = True, rehearsal: bool = False) -> list[dict[str, Any]]:
    """The course of a vote up to its result, or of a test run up to its count."""
    way = ["draft", "call", "review", "appeals", "frozen", "voting", "closing", "sealed", "drawn",
           "tallied", "objections"]  # fmt: skip
    verbs = ["announce", "end_call", "open_appeals", "freeze", "open", "close", "seal", "draw",
             "count", "publish"]  # fmt: skip
    if not draws_lots:
        way.remove("drawn")
        verbs.remove("draw")
    made = [
        {"at": f"2026-11-{day:02}T08:00:00Z", "verb": verb, "from": before, "to": after}
        for day, (verb, before, after) in enumerate(zip(verbs, way, way[1:], strict=False), start=1)
    ]
    return made[3:-1] if rehearsal else made
