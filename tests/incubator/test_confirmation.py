"""The confirmation and its code."""

import re
import zlib

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from incubator import services
from incubator.confirmation import code_of, render, same_code
from incubator.confirmation.document import contents, moment_text
from tests.factories.incubator import (
    ANSWERS,
    make_call,
    make_draft,
    make_sent,
    owner_of,
    pdf,
    place_form,
    send,
    url_for,
)
from tests.incubator.printed import Printed

digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(digests)
def test_a_code_is_read_however_it_is_copied(sha256):
    code = code_of(sha256)
    assert re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code)
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("O", "0")):
        assert same_code(typed, sha256)


@given(digests, digests)
def test_another_content_has_another_code(one, other):
    assert same_code(code_of(one), other) == (one == other)


@pytest.mark.parametrize("typed", ["", "-", "AAAA", "ż" * 16, "x" * 1000])
def test_anything_else_is_not_the_code(typed):
    assert not same_code(typed, "ab" * 32)


@pytest.mark.django_db
class TestDocument:
    def sent(self, **answers):
        application = make_draft(make_call(place_form()), answers={**ANSWERS, **answers})
        owner = owner_of(application)
        services.add_file(application, field_key="statute", upload=pdf("Żółw.pdf"), actor=owner)
        return send(application).snapshot

    def test_it_is_the_same_every_time(self):
        snapshot = self.sent()
        assert render(snapshot) == render(snapshot)

    def test_it_is_tagged_and_can_be_read_aloud(self):
        document = render(self.sent())
        assert b"/StructTreeRoot" in document
        assert b"/Lang (pl)" in document or b"/Lang(pl)" in document
        assert b"pdfuaid:part" in document

    def test_polish_and_belarusian_letters_are_letters_in_it(self):
        document = render(self.sent(contact_person="Łucja Żółć ąęśń, Белавежа ў"))
        maps = b"".join(_streams(document)).lower()
        for letter in "Łżółćąęśńў":
            assert f"<{ord(letter):04x}>".encode() in maps, letter

    def test_it_prints_the_code_of_the_stored_content(self):
        snapshot = self.sent()
        printed = contents(snapshot)
        assert printed["sha256"] == snapshot.sha256
        assert same_code(printed["code"], snapshot.sha256)
        assert printed["files"][0]["name"] == "Żółw.pdf"
        assert snapshot.is_intact()

    def test_number_and_code_as_they_are_printed_are_what_the_public_page_knows(self, client, site):
        snapshot, other = self.sent(), self.sent()
        client.force_login(owner_of(snapshot.application))
        document = client.get(url_for("confirmation", snapshot.application)).content
        # The same sign of the font is a hyphen and one that is seen at the end of a line alone.
        printed = Printed(document).text().replace("\xad", "-")
        assert "Anna Żółć-Nowak" in printed
        number = re.search(r"INK/\d{4}/\d\d/\d{3}-\d", printed).group()
        code = re.search(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", printed).group()
        assert number == snapshot.application.number
        assert code == code_of(snapshot.sha256)
        client.logout()
        page = reverse("incubator:verify")
        assert page in re.sub(r"\s", "", printed)
        good = client.get(page, {"numer": number, "kod": code})
        assert good.context["snapshot"] == snapshot
        assert number in good.content.decode()
        for wrong in (
            {"numer": other.application.number, "kod": code},
            {"numer": number, "kod": code_of(other.sha256)},
        ):
            assert "snapshot" not in client.get(page, wrong).context

    @pytest.mark.parametrize(
        "nasty",
        ['#read("/etc/passwd")', "#panic()", "*a* _b_ $x$ \\ @ref <label>", '"]; #{', "= Tytuł"],
    )
    def test_no_answer_is_part_of_its_program(self, nasty):
        snapshot = self.sent(contact_person=nasty, idea=f"{nasty}\n" * (400 // len(nasty)))
        assert render(snapshot).startswith(b"%PDF")

    def test_an_empty_form_has_one_too(self):
        assert render(make_sent().latest_snapshot).startswith(b"%PDF")


def test_the_moment_says_which_time_it_is():
    from datetime import UTC, datetime

    summer = moment_text(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    winter = moment_text(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert summer.endswith("02:30:00 (CEST)")
    assert winter.endswith("02:30:00 (CET)")


def _streams(document):
    """The unpacked streams of a PDF."""
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL):
        try:
            yield zlib.decompress(match.group(1))
        except zlib.error:
            continue
