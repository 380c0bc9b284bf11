"""Documents are found by what stands in them."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
import typst
from django.core.files.base import ContentFile
from wagtail.models import Collection, CollectionViewRestriction

from core.models import PublicDocument
from core.search import documents
from core.search.index import rebuild
from core.search.models import SearchEntry
from core.search.query import find
from home.setup import setup_site

pytestmark = pytest.mark.django_db

WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>Regulamin wypo</w:t></w:r><w:r><w:t>życzalni rowerów</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>Kaucja</w:t></w:r><w:r><w:tab/><w:t>dwieście</w:t></w:r></w:p>"
    "</w:body></w:document>"
)
OPEN = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
    "<text:h>Protokół zebrania</text:h><text:p>Uchwała o <text:span>świetl</text:span>icy"
    "<text:line-break/>przyjęta</text:p></office:text></office:body></office:document-content>"
)
BOMB = '<!DOCTYPE a [<!ENTITY b "xxxxxxxx"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def packed(part: str, content: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    return data.getvalue()


def upload(name: str, content: bytes, **fields) -> PublicDocument:
    return PublicDocument.objects.create(
        title=fields.pop("title", "Plik"), file=ContentFile(content, name=name), **fields
    )


def found(query: str, language: str = "pl") -> list[str]:
    return [entry.title for entry in find(query, language=language).entries]


def test_the_text_of_word_and_open_documents_is_found_inflected():
    upload("a.docx", packed("word/document.xml", WORD), title="Zasady")
    upload("b.odt", packed("content.xml", OPEN), title="Zebranie")
    assert found("wypozyczalnia rower") == ["Zasady"]
    assert found("kaucja dwiescie") == ["Zasady"]
    assert found("kaucjadwiescie") == []
    assert found("protokoly swietlica") == ["Zebranie"]
    assert found("icyprzyjeta") == []
    assert {entry.kind for entry in SearchEntry.objects.filter(source="core.documents")} == {
        "document"
    }
    assert rebuild()
    assert found("swietlica przyjeta") == ["Zebranie"]


def test_a_document_speaks_its_own_language_and_leaves_with_its_file(client):
    setup_site()
    document = upload("c.odt", packed("content.xml", OPEN), title="Verbale", language="it")
    assert found("swietlicy", "it") == ["Verbale"]
    assert found("swietlicy") == []
    page = client.get("/it/szukaj/", {"q": "swietlicy", "rodzaj": "document"}).content.decode()
    assert document.url in page
    document.delete()
    assert found("swietlicy", "it") == []


def pdf(*words: str) -> bytes:
    """A PDF with a page for each text, as the leaflets of the site are made."""
    source = "\n#pagebreak()\n".join(words)
    return typst.compile(source.encode(), font_paths=[], ignore_system_fonts=True)


def raw_pdf(stream: bytes, more: bytes = b"") -> bytes:
    """A PDF made by hand around one stream of drawing."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
        b"4 0 obj<</Length " + str(len(stream)).encode() + more + b">>stream\n" + stream
        + b"\nendstream endobj\n"
        b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
        b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF"
    )  # fmt: skip


def test_the_text_of_a_pdf_is_found_inflected():
    upload("a.pdf", pdf("Regulamin wypożyczalni rowerów", "Kaucja: dwieście"), title="Zasady")
    upload("b.PDF", raw_pdf(b"BT /F 9 Tf (Protokol) Tj ET"), title="Zebranie")
    assert found("wypozyczalnia rower") == ["Zasady"]
    assert found("kaucja dwiescie") == ["Zasady"]
    assert found("protokoly") == ["Zebranie"]


def test_a_pdf_gets_its_pages_and_no_more(monkeypatch):
    monkeypatch.setattr(documents, "PDF_PAGES", 2)
    upload("a.pdf", pdf("Pierwsza", "Druga", "Trzecia"), title="Strony")
    assert found("druga") == ["Strony"]
    assert found("trzecia") == []
    monkeypatch.setattr(documents, "LARGEST_PDF", 100)
    upload("b.pdf", pdf("Czwarta"), title="Duży")
    assert found("czwarta") == []
    assert found("duży") == ["Duży"]


BOMB_OF_LETTERS = raw_pdf(
    zlib.compress(b"BT /F 9 Tf " + b"(aaaaaaaa) Tj " * 1_500_000, 1), b"/Filter/FlateDecode"
)


@pytest.mark.parametrize(
    ("limit", "value"), [("PDF_PATIENCE_S", 1), ("PDF_SECONDS", 1), ("PDF_MEGABYTES", 130)]
)
def test_a_pdf_that_takes_too_much_is_saved_and_found_by_its_title(
    limit, value, monkeypatch, caplog
):
    """Letters for hours, in a file of some kilobytes. A little file is read within the limits."""
    monkeypatch.setattr(documents, limit, value)
    upload("bomb.pdf", BOMB_OF_LETTERS, title="Ciężki")
    assert found("ciężki") == ["Ciężki"]
    assert "has no text" in caplog.text
    if limit == "PDF_MEGABYTES":
        upload("b.pdf", raw_pdf(b"BT /F 9 Tf (Protokol) Tj ET"), title="Zebranie")
        assert found("protokoly") == ["Zebranie"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.docx", b"no archive at all"),
        ("empty.odt", packed("mimetype", "x")),
        ("markup.odt", packed("content.xml", "<a><b></a>")),
        ("bomb.docx", packed("word/document.xml", BOMB)),
        ("deep.odt", packed("content.xml", "<a>" * 3000 + "głęboko" + "</a>" * 3000)),
        ("scan.pdf", b"%PDF-1.7"),
        ("loop.pdf", raw_pdf(b"").replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")),
        ("locked.pdf", raw_pdf(b"") + b"<</Encrypt 9 0 R>>"),
    ],
    # Not their content: an archive holds the second in which it was made.
    ids=[
        "broken.docx",
        "empty.odt",
        "markup.odt",
        "bomb.docx",
        "deep.odt",
        "scan.pdf",
        "loop.pdf",
        "locked.pdf",
    ],
)
def test_a_file_that_cannot_be_read_is_found_by_its_title(name, content):
    upload(name, content, title=f"Załącznik {name.split('.')[0]}")
    assert found(f"załącznik {name.split('.')[0]}") == [f"Załącznik {name.split('.')[0]}"]


def test_what_is_behind_a_restriction_is_not_found():
    closed = Collection.get_first_root_node().add_child(name="Zamknięte")
    CollectionViewRestriction.objects.create(
        collection=closed, restriction_type=CollectionViewRestriction.LOGIN
    )
    upload("d.odt", packed("content.xml", OPEN), title="Tajne", collection=closed)
    assert found("zebrania") == []
