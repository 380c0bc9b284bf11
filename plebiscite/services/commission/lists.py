"""Signed issue lists that were kept on paper: a report first, and only then the marks."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.i18n.dates import TOWN_TIME, long_date
from core.i18n.folding import fold
from core.transitions import Refused, advisory_lock
from plebiscite import keys
from plebiscite.models import PaperBatch, PollingPoint, VoterRegister
from plebiscite.permissions import is_clerk_of
from plebiscite.phases import Channel
from plebiscite.services.commission.desk import HANDED_OUT, write_mark
from plebiscite.services.commission.paper import TAKES_PAPER
from plebiscite.services.registering import is_old_enough
from plebiscite.services.turnout import count_at_desk
from plebiscite.states import STATE_LOCK
from plebiscite.voters import Person, person_key, second_key

MOST_ROWS = 500
MAX_SIZE = 2 * 1024 * 1024
#: Headings, folded, of each column.
HEADINGS = {
    "name": ("imie i nazwisko", "nazwisko i imie", "osoba", "name"),
    "birth_date": ("data urodzenia", "birth date", "date of birth"),
    "street": ("adres", "ulica", "ulica i numer", "address"),
    "postal_code": ("kod pocztowy", "kod", "postal code"),
}
Row = tuple[str, str, str, str]
_DAY = re.compile(r"(\d{1,2})[.\-/](\d{1,2})[.\-/](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?")
_POSTAL = re.compile(r"(\d{2})[ -]?(\d{3})")


@dataclass(frozen=True)
class Line:
    """One line of a list. `clash` says why it is not written; empty for one that can be."""

    number: int
    name: str
    clash: str = ""
    person: Person | None = None


def read_table(name: str, content: bytes) -> list[Row]:
    """The rows of a CSV or XLSX file as texts. Raises Refused with a sentence."""
    if len(content) > MAX_SIZE:
        raise Refused(_("The file is larger than a list of %(rows)d people.") % {"rows": MOST_ROWS})
    table = _xlsx(content) if name.lower().endswith(".xlsx") else _csv(content)
    table = [[cell.strip() for cell in row] for row in table]
    table = [row for row in table if any(row)]
    if not table:
        raise Refused(_("The file is empty."))
    places = _places(table[0])
    rows = [_pick(row, places) for row in table[1:]]
    if not rows:
        raise Refused(_("There is nobody on the list."))
    if len(rows) > MOST_ROWS:
        raise Refused(
            _("The list has more than %(rows)d people: send it in parts.") % {"rows": MOST_ROWS}
        )
    return rows


@sensitive_variables()
def report(
    point: PollingPoint, rows: Sequence[Row], *, actor: Any, channel: str, day: datetime.date
) -> list[Line]:
    """What would become of each line, in a bounded number of queries. Nothing is written.

    Raises PermissionDenied, Refused.
    """
    if not is_clerk_of(actor, point.pk):
        raise PermissionDenied
    _check(point, channel, day)
    pepper = keys.pepper(point.plebiscite_id)
    read = [_read(row) for row in rows]
    people = [person for person in read if person is not None]
    first = {person: person_key(pepper, person) for person in people}
    second = {person: second_key(pepper, person) for person in people}
    register = VoterRegister.objects.filter(plebiscite=point.plebiscite_id)
    known = {
        bytes(key): mark
        for key, mark in register.filter(person_key__in=first.values()).values_list(
            "person_key", "mark"
        )
    }
    namesakes = {
        bytes(key)
        for key in register.filter(second_key__in=second.values()).values_list(
            "second_key", flat=True
        )
    }
    lines, seen = [], set()
    for number, (row, person) in enumerate(zip(rows, read, strict=True), start=2):
        clash = ""
        if person is None:
            clash = _("this line cannot be read: name, date of birth, address, postal code")
        elif second[person] in seen:
            clash = _("this person stands on the list twice")
        elif known.get(first[person]) is not None:
            clash = _("this person is marked already: they have voted or got a card or a code")
        elif first[person] not in known and second[person] in namesakes:
            clash = _("somebody of this name and birth date is entered with another address")
        elif not is_old_enough(point.plebiscite, person.birth_date):
            clash = _("this person is younger than the rules allow")
        if person is not None:
            seen.add(second[person])
        lines.append(Line(number, row[0], clash, person))
    return lines


def fingerprint(lines: Iterable[Line]) -> str:
    """What the report said, so that it can be told whether it still says so."""
    text = "\n".join(f"{line.number}:{line.name}:{line.clash}" for line in lines)
    return hashlib.sha256(text.encode()).hexdigest()


@sensitive_variables()
@transaction.atomic
def write(
    point: PollingPoint,
    rows: Sequence[Row],
    *,
    actor: Any,
    channel: str,
    day: datetime.date,
    seen: str,
) -> int:
    """Mark everybody whose line does not clash; gives how many.

    `seen` is the fingerprint of the report that the clerk has read. Raises PermissionDenied, and
    Refused when the report would be another one now; then nothing is written.
    """
    advisory_lock(STATE_LOCK, point.plebiscite_id)
    lines = report(point, rows, actor=actor, channel=channel, day=day)
    if fingerprint(lines) != seen:
        raise Refused(_("Something has changed meanwhile: read the report again."))
    pepper = keys.pepper(point.plebiscite_id)
    number = 0
    for line in lines:
        if line.person is None or line.clash:
            continue
        voter, _created = VoterRegister.objects.get_or_create(
            plebiscite_id=point.plebiscite_id,
            person_key=person_key(pepper, line.person),
            defaults={"second_key": second_key(pepper, line.person)},
        )
        count_at_desk(point.plebiscite, line.person)
        write_mark(voter, point, channel, day, actor)
        number += 1
    return number


def _check(point: PollingPoint, channel: str, day: datetime.date) -> None:
    plebiscite = type(point.plebiscite).objects.get(pk=point.plebiscite_id)
    if channel not in HANDED_OUT or channel not in plebiscite.channels:
        raise Refused(_("This vote does not take place that way."))
    if plebiscite.state not in TAKES_PAPER:
        raise Refused(_("Lists are not taken in at this time."))
    first, last = (
        moment.astimezone(TOWN_TIME).date()
        for moment in (plebiscite.voting_opens_at, plebiscite.voting_closes_at)
    )
    if not first <= day <= last:
        raise Refused(
            _("On the day of the list nobody could vote: voting is from %(first)s to %(last)s.")
            % {"first": long_date(first), "last": long_date(last)}
        )
    if channel == Channel.PAPER and not PaperBatch.objects.filter(point=point, day=day).exists():
        raise Refused(_("No urn was in use at this point on that day: enter it first."))


def _csv(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "cp1250"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refused(_("The letters of the file cannot be read: save it as CSV UTF-8."))
    if "\0" in text:
        raise Refused(_("This is no CSV file."))
    delimiter = max(";,\t", key=text.partition("\n")[0].count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        raise Refused(_("This is no CSV file.")) from None


def _xlsx(content: bytes) -> list[list[str]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=40, values_only=True)
        return [[_text(cell) for cell in row] for row in rows]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError):
        raise Refused(_("This is no XLSX file.")) from None


def _text(cell: Any) -> str:
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell)


def _places(heads: list[str]) -> dict[str, int]:
    folded = [fold(head) for head in heads]
    places = {}
    for column, names in HEADINGS.items():
        found = [place for place, head in enumerate(folded) if head in names]
        if not found:
            raise Refused(
                _("The column “%(column)s” is missing in the first line.")
                % {"column": HEADINGS_SHOWN[column]}
            )
        places[column] = found[0]
    return places


HEADINGS_SHOWN = {
    "name": "imię i nazwisko",
    "birth_date": "data urodzenia",
    "street": "adres",
    "postal_code": "kod pocztowy",
}


def _pick(row: list[str], places: dict[str, int]) -> Row:
    cells = [row[place] if place < len(row) else "" for place in places.values()]
    return (cells[0], cells[1], cells[2], cells[3])


def _read(row: Row) -> Person | None:
    name, birth_date, street, postal_code = row
    day, code = _day(birth_date), _POSTAL.fullmatch(postal_code)
    if day is None or code is None or len(name.split()) < 2 or not any(map(str.isdigit, street)):
        return None
    return Person(name, day, street, f"{code[1]}-{code[2]}")


def _day(text: str) -> datetime.date | None:
    found = _DAY.fullmatch(text)
    if found:
        parts = (int(found[3]), int(found[2]), int(found[1]))
    elif iso := _ISO.fullmatch(text):
        parts = (int(iso[1]), int(iso[2]), int(iso[3]))
    else:
        return None
    try:
        return datetime.date(*parts)
    except ValueError:
        return None
