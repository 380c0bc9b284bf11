"""Looking up a receipt or a voting code: what browsers fetch, and the same search on the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from plebiscite import clock
from plebiscite.ballots import short_code
from plebiscite.bundle.texts import log_line
from plebiscite.codes import BadCode, code_digest, meant, read_code
from plebiscite.models import Ballot, Code, LogEntry, Plebiscite
from plebiscite.phases import PUBLISHED, SEALED_ON
from plebiscite.selectors.bundling import checkpoints, signed
from plebiscite.selectors.paper import ballot_paper
from plebiscite.selectors.public import languages, view
from plebiscite.selectors.works import works
from plebiscite.tally import canonical_json

#: The first two hexadecimal digits of what is looked up.
SHARD = re.compile(r"[0-9a-f]{2}")
_HEX = re.compile(r"[0-9a-f]{64}")
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Found:
    """What is known of a receipt: whether its line is in the log, and how it was counted."""

    code: str
    position: int = 0
    ballot: str = ""
    marks: tuple[str, ...] = ()
    is_blank: bool = False


class Unreadable(ValueError):
    """What was typed is neither a short code nor a full one; says what is wrong."""


def lookup_context(plebiscite: Plebiscite) -> dict[str, Any] | None:
    """The page on which one looks up, None before there is a log."""
    paper = ballot_paper(plebiscite.pk)
    if paper is None or not view(plebiscite).log_url:
        return None
    return {
        "view": view(plebiscite),
        "plebiscite": plebiscite,
        "is_published": plebiscite.state in PUBLISHED,
        "has_codes": Code.objects.filter(plebiscite=plebiscite).exists(),
        "codes_are_told": plebiscite.state in SEALED_ON,
        "wrong_groups": _wrong_groups("{}"),
        "options": [(work.code, work.name) for work in works(plebiscite, today=clock.today())],
        **languages(plebiscite),
    }


def log_shard(plebiscite: Plebiscite, shard: str) -> Iterator[str]:
    """The lines of the log whose commitments begin so."""
    for line in _in_shard(LogEntry, "c", plebiscite, shard).order_by("position"):
        yield log_line(line.position, bytes(line.c), bytes(line.previous), bytes(line.digest))


def openings_shard(plebiscite: Plebiscite, shard: str) -> Iterator[str]:
    """The published ballots whose commitments begin so."""
    for row in _in_shard(Ballot, "c", plebiscite, shard).order_by("c"):
        yield canonical_json(
            {"c": bytes(row.c).hex(), "ballot": row.payload, "nonce": bytes(row.nonce).hex()}
        )


def codes_shard(plebiscite: Plebiscite, shard: str) -> Iterator[str]:
    """Digests of printed codes that begin so; once the box is sealed, with what became of them."""
    is_told = plebiscite.state in SEALED_ON
    for row in _in_shard(Code, "digest", plebiscite, shard).order_by("digest"):
        state = ("spent" if row.spent_on else "unused") if is_told else "printed"
        yield canonical_json({"digest": bytes(row.digest).hex(), "state": state})


def checkpoint_lines(plebiscite: Plebiscite) -> Iterator[str]:
    """The signed checkpoints as they are published."""
    for row in checkpoints(plebiscite):
        yield canonical_json(signed(row).as_dict())


def find_receipt(plebiscite: Plebiscite, typed: str) -> Found:
    """What is public of a receipt. Raises Unreadable."""
    low, high = _bounds(typed)
    lines = LogEntry.objects.filter(plebiscite=plebiscite, c__gte=low, c__lte=high)
    line = lines.order_by("position").first()
    if line is None:
        return Found(code=typed.strip())
    code = short_code(bytes(line.c))
    if plebiscite.state not in PUBLISHED:
        return Found(code=code, position=line.position)
    ballot = Ballot.objects.filter(plebiscite=plebiscite, c=line.c).first()
    if ballot is None:
        return Found(code=code, position=line.position)
    body = ballot.payload.partition(":")[2]
    return Found(
        code=code,
        position=line.position,
        ballot=ballot.payload,
        marks=tuple(_in_words(plebiscite, body)),
        is_blank=not body,
    )


def _in_words(plebiscite: Plebiscite, body: str) -> Iterator[str]:
    """The options that a ballot names, in its order; with points where it gives some."""
    names = {work.code: work.name for work in works(plebiscite, today=clock.today())}
    for part in filter(None, re.split("[,>]", body)):
        yield " = ".join(names.get(piece, piece) for piece in part.split("="))


def find_code(plebiscite: Plebiscite, typed: str) -> str:
    """“spent”, “unused” or “unknown”. Raises BadCode; LookupError before the box is sealed."""
    if plebiscite.state not in SEALED_ON:
        raise LookupError("codes are told when the box is sealed")
    digest = code_digest(str(plebiscite.pk), read_code(typed))
    row = Code.objects.filter(plebiscite=plebiscite, digest=digest).first()
    if row is None:
        return "unknown"
    return "spent" if row.spent_on else "unused"


def why_unreadable(error: BadCode) -> str:
    """What is wrong with a typed voting code, in a sentence."""
    if error.groups:
        return _wrong_groups(", ".join(str(number) for number in error.groups))
    return _("A voting code has 20 characters, you typed %(number)d.") % {"number": error.length}


def _wrong_groups(numbers: str) -> str:
    return _("Check these groups of the code: %(groups)s.") % {"groups": numbers}


def _bounds(typed: str) -> tuple[bytes, bytes]:
    """The least and the greatest commitment that a typed receipt can stand for."""
    plain = re.sub(r"[\W_]", "", typed).lower()
    if _HEX.fullmatch(plain):
        exact = bytes.fromhex(plain)
        return exact, exact
    letters = meant(typed)
    if len(letters) != 12 or any(letter not in _LETTERS for letter in letters):
        raise Unreadable
    number = 0
    for letter in letters:
        number = number << 5 | _LETTERS.index(letter)
    low = number << 4
    return low.to_bytes(8) + bytes(24), (low | 15).to_bytes(8) + b"\xff" * 24


def _in_shard(model: Any, field: str, plebiscite: Plebiscite, shard: str) -> Any:
    first = bytes.fromhex(shard)
    limits = {f"{field}__gte": first, f"{field}__lte": first + b"\xff" * 31}
    return model.objects.filter(plebiscite=plebiscite, **limits)
