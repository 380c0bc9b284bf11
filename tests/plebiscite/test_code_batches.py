"""Voting codes: printed once, digests alone kept, fixed by the freeze, void by two people."""

from __future__ import annotations

import hashlib
import json
import re
import zlib

import pytest
import segno
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from core.clock import database_now
from core.i18n.dates import TOWN_TIME
from core.transitions import Refused
from plebiscite.codes import code_digest, new_code, read_code
from plebiscite.letters import document
from plebiscite.models import Code, CodeBatch, Plebiscite
from plebiscite.selectors.codes import printed_lines
from plebiscite.services.commission import codes as printing
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory
from tests.factories.polling import polling
from tests.plebiscite.test_gallery import unpacked

pytestmark = pytest.mark.django_db

#: A millimetre in the points of a PDF.
MM = 72 / 25.4
#: An address that does not fit on one line of a letter.
SLUG = "znak-na-drzwi-poczekalni"


#: What a backslash stands for in the strings of a PDF.
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _unescaped(text: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        sign = found[1]
        return bytes([int(sign, 8)]) if sign.isdigit() else ESCAPES.get(sign, sign)

    return re.sub(rb"\\([0-7]{1,3}|.)", one, text, flags=re.S)


def read_off(pdf: bytes) -> list[str]:
    """What a reader of the PDF reads, run by run, by the tables of letters in its fonts."""
    parts: dict[int, tuple[bytes, bytes]] = {}
    for found in re.finditer(rb"(\d+) 0 obj(.*?)endobj", pdf, re.S):
        head, _stream, packed = found[2].partition(b"stream")
        try:
            content = zlib.decompressobj().decompress(packed.lstrip(b"\r\n"))
        except zlib.error:
            content = b""
        parts[int(found[1])] = (head, content)
    letters: dict[bytes, dict[bytes, str]] = {}
    for name, number in set(re.findall(rb"/(f\d+) (\d+) 0 R", pdf)):
        table = re.search(rb"/ToUnicode (\d+) 0 R", parts[int(number)][0])
        assert table
        letters[name] = {
            bytes.fromhex(glyph.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
            for glyph, text in re.findall(rb"<(\w{4})> <(\w+)>", parts[int(table[1])][1])
        }
    runs = []
    for _head, content in parts.values():
        for font, strings in re.findall(rb"/(f\d+) [\d.]+ Tf.*?\[(.*?)\]TJ\n", content, re.S):
            glyphs = b"".join(
                _unescaped(one) for one in re.findall(rb"\(((?:\\.|[^\\)])*)\)", strings, re.S)
            )
            pairs = [glyphs[at : at + 2] for at in range(0, len(glyphs), 2)]
            runs.append("".join(letters[font][pair] for pair in pairs))
    return runs


def test_sheets_are_printed_once_and_only_digests_stay():
    plebiscite = make.make_plebiscite(channels=["code"])
    batch, sheets = printing.print_batch(plebiscite, actor=make.commission(), size=4)
    assert sheets.startswith(b"%PDF-")
    assert (batch.label, batch.size, batch.codes.count()) == ("01", 4, 4)
    columns = {field.name for field in Code._meta.fields}
    assert columns == {"id", "plebiscite", "batch", "digest", "spent_on", "is_void"}
    again, others = printing.print_batch(plebiscite, actor=make.commission(), size=4)
    assert again.label == "02"
    assert others != sheets


def test_what_the_sheets_say(monkeypatch, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://odnowa.hajnowka.example"
    plebiscite = make.make_plebiscite(channels=["code"], slug=SLUG, title_pl="Znak", title_be="")
    codes = [new_code() for _number in range(4)]
    data = document.contents(plebiscite, "03", codes)
    # Nobody's name can be there, nor anything else that tells two envelopes apart.
    assert set(data) == {*("title", "title_be", "from", "until", "address", "label", "letters")}
    assert {tuple(letter) for letter in data["letters"]} == {("groups", "url")}
    address = f"odnowa.hajnowka.example/plebiscyt/{SLUG}/glosuj/kod/"
    closes = plebiscite.voting_closes_at.astimezone(TOWN_TIME)
    assert data["until"].endswith(f"godz.\N{NO-BREAK SPACE}{closes.hour}:{closes.minute:02}")
    assert (data["address"], data["title"], data["label"]) == (address, "Znak", "03")
    assert ["-".join(letter["groups"]) for letter in data["letters"]] == codes
    assert {len(letter["groups"]) for letter in data["letters"]} == {4}
    # The code stands in the fragment, which no browser sends.
    urls = [letter["url"] for letter in data["letters"]]
    assert urls == [f"https://{address}#{code}" for code in codes]
    drawn, draw = [], segno.make

    def noted(url, **how):
        drawn.append(url)
        return draw(url, **how)

    monkeypatch.setattr(document.segno, "make", noted)
    sheets = document.render(plebiscite, "03", codes)
    assert drawn == urls
    read = read_off(sheets)
    assert [one for one in read if re.fullmatch(r"\w{5}(-\w{5}){3}", one)] == codes
    # It can be typed as it stands: no line of it ends at a hyphen.
    assert "".join(read).count(address) == len(codes)
    assert not [one for one in read if one.endswith("-")]
    pdf = unpacked(sheets)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2
    assert len(re.findall(rb"/S\s*/Figure\b", pdf)) == 4
    # At both edges of the sheet a short line above each third of it; the text begins further in.
    lines = [
        tuple(map(float, found))
        for found in re.findall(rb" ([\d.]+) ([\d.]+) cm[^q]* w [^q]* 0 0 m ([\d.]+) 0 l\nS", pdf)
    ]
    width, third = 595.28, 841.89 / 3
    on_a_sheet = [
        (left, top) for top in (3 * third, 2 * third, third) for left in (0, width - 10 * MM)
    ]
    for line, place in zip(lines, [*on_a_sheet, *on_a_sheet[:2]], strict=True):
        assert line == pytest.approx((*place, 10 * MM), abs=1)
    starts = [float(found) for found in re.findall(rb" ([\d.]+) [\d.]+ cm[^q]*?\nBT", pdf)]
    assert min(starts) > 10 * MM


def test_rows_do_not_lie_in_the_order_of_the_sheets():
    vote = polling(codes=30, freeze=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM plebiscite_code ORDER BY ctid")
        stored = [bytes(row[0]) for row in cursor.fetchall()]
    printed = [code_digest(str(vote.plebiscite.pk), read_code(code)) for code in vote.codes]
    assert stored == sorted(printed)
    assert stored != printed


def test_no_code_can_be_printed_after_the_freeze_and_the_manifest_holds_them_all():
    vote = polling(codes=3)
    with pytest.raises(Refused, match="frozen"):
        printing.print_batch(vote.plebiscite, actor=make.commission(), size=1)
    batch = CodeBatch.objects.get()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Code.objects.create(plebiscite=vote.plebiscite, batch=batch, digest=bytes(32))
    with pytest.raises(DatabaseError), transaction.atomic():
        Code.objects.all().delete()
    lines = list(printed_lines(vote.plebiscite.pk))
    assert lines == sorted(
        f"{code_digest(str(vote.plebiscite.pk), read_code(code)).hex()}\n" for code in vote.codes
    )
    manifest = json.loads(vote.plebiscite.manifest.text)
    assert manifest["codes_printed"] == {
        "number": 3,
        "sha256": hashlib.sha256("".join(lines).encode()).hexdigest(),
    }


def test_a_code_is_spent_once_and_never_unspent():
    vote = polling(codes=2)
    one, two = Code.objects.all()
    day = database_now().astimezone(TOWN_TIME).date()
    Code.objects.filter(pk=one.pk).update(spent_on=day)
    for change in ({"spent_on": None}, {"is_void": True}, {"digest": bytes(32)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Code.objects.filter(pk=one.pk).update(**change)
    Code.objects.filter(pk=two.pk).update(is_void=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Code.objects.filter(pk=two.pk).update(is_void=False, spent_on=day)
    assert vote.plebiscite.codes.filter(spent_on=day).count() == 1


def test_a_lost_batch_is_made_void_by_two_people():
    vote = polling(codes=3)
    batch = CodeBatch.objects.get()
    spent = batch.codes.first()
    Code.objects.filter(pk=spent.pk).update(spent_on=database_now().astimezone(TOWN_TIME).date())
    first, second = make.commission(), make.commission()
    with pytest.raises(Refused, match="reason"):
        printing.request_void(batch, actor=first, reason=" ")
    with pytest.raises(Refused, match="Nobody"):
        printing.confirm_void(batch, actor=second)
    printing.request_void(batch, actor=first, reason="Koperty zginęły.")
    with pytest.raises(Refused, match="another person"):
        printing.confirm_void(batch, actor=first)
    assert Code.objects.filter(is_void=True).count() == 0
    assert printing.confirm_void(batch, actor=second) == 2
    batch.refresh_from_db()
    assert batch.void_reason == "Koperty zginęły."
    assert vote.plebiscite.requests.count() == 0
    with pytest.raises(Refused, match="void"):
        printing.request_void(batch, actor=first, reason="Jeszcze raz.")


def test_who_may_print_and_how_many():
    plebiscite = make.make_plebiscite(channels=["code"])
    with pytest.raises(PermissionDenied):
        printing.print_batch(plebiscite, actor=UserFactory(), size=1)
    for size in (0, printing.MOST_LETTERS + 1):
        with pytest.raises(Refused):
            printing.print_batch(plebiscite, actor=make.commission(), size=size)
    Plebiscite.objects.filter(pk=plebiscite.pk).update(channels=["account"])
    with pytest.raises(Refused, match="switched off"):
        printing.print_batch(plebiscite, actor=make.commission(), size=1)
    assert not Code.objects.exists()
