"""Holding back whoever tries codes by machine, and nobody else.

All of a library or a school come from one address, so what one address may send is generous. Only
while many wrong codes come in does the page of the booth ask for more: a browser computes for
about a second, and somebody without scripts waits half a minute. Both are good once.

Nothing here is kept with a vote: tries are counted as expiring digests (`core.throttle`).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.throttle import Throttled, throttle, visitor_key
from plebiscite import clock
from plebiscite.models import Plebiscite
from plebiscite.services import watching

#: Codes that one address may try: a school of hundreds at one lesson stays below it.
TRIES, PER = 1200, timedelta(minutes=10)
#: Forms of any kind from one address: more than a full library sends, less than a machine.
FORMS = 6000
#: Bits of the riddle: about a second on an old telephone.
BITS = 15
PATIENCE = timedelta(seconds=30)
#: A riddle is good this long, and once.
GOOD_FOR = timedelta(minutes=30)
_SALT = "plebiscite.riddle"


@dataclass(frozen=True)
class Riddle:
    """`text` with a number behind it has to hash to `bits` zeros in front."""

    text: str
    bits: int
    seconds: int


def count_form(request: HttpRequest, plebiscite: Plebiscite, *, is_guess: bool) -> None:
    """One form of somebody without an account. Raises Throttled.

    What could be a guess at a code has a limit of its own: a voter makes one, and no more for the
    forms that follow with the mark of their own ballot.
    """
    key = f"{plebiscite.pk} {visitor_key(request)}"
    throttle("plebiscite.code_booth.form", key, limit=FORMS, per=PER)
    if is_guess:
        throttle("plebiscite.code_booth", key, limit=TRIES, per=PER)


def riddle(plebiscite: Plebiscite) -> Riddle | None:
    """What a browser has to do first; None in quiet times."""
    if not watching.is_under_attack(plebiscite.pk):
        return None
    text = signing.dumps(
        [str(plebiscite.pk), clock.now().isoformat(), secrets.token_hex(8)], salt=_SALT
    )
    return Riddle(text, BITS, int(PATIENCE.total_seconds()))


def problem(request: HttpRequest, plebiscite: Plebiscite) -> str:
    """Why the code is not looked at yet, in words; empty when the way is free."""
    if not watching.is_under_attack(plebiscite.pk):
        return ""
    text = request.POST.get("riddle", "")
    drawn_at = _read(text, plebiscite)
    now = clock.now()
    if drawn_at is None or now - drawn_at > GOOD_FOR:
        return _("Just now many wrong codes come in. Wait half a minute and send the code again.")
    is_solved = solves(text, request.POST.get("answer", ""), BITS)
    if not is_solved and now - drawn_at < PATIENCE:
        return _("Just now many wrong codes come in. Wait half a minute and send the code again.")
    try:
        throttle("plebiscite.riddle", text, limit=1, per=2 * GOOD_FOR)
    except Throttled:
        return _("This page was sent before. Wait half a minute and send the code again.")
    return ""


def solves(text: str, answer: str, bits: int) -> bool:
    """Whether SHA-256 of the text and the answer begins with so many zero bits."""
    if not (answer.isascii() and answer.isdigit() and len(answer) <= 12):
        return False
    digest = hashlib.sha256(f"{text} {answer}".encode()).digest()
    return int.from_bytes(digest) >> (256 - bits) == 0


def _read(text: str, plebiscite: Plebiscite) -> datetime | None:
    try:
        vote, moment, _random = signing.loads(text, salt=_SALT)
        return datetime.fromisoformat(moment) if vote == str(plebiscite.pk) else None
    except (signing.BadSignature, ValueError):
        return None
