"""Documents are found by what stands in them."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from wagtail.models import Collection, CollectionViewRestriction

from core.models import PublicDocument
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


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.docx", b"no archive at all"),
        ("empty.odt", packed("mimetype", "x")),
        ("markup.odt", packed("content.xml", "<a><b></a>")),
        ("bomb.docx", packed("word/document.xml", BOMB)),
        ("deep.odt", packed("content.xml", "<a>" * 3000 + "głęboko" + "</a>" * 3000)),
        ("scan.pdf", b"%PDF-1.7"),
    ],
    # Not their content: an archive holds the second in which it was made.
    ids=["broken.docx", "empty.odt", "markup.odt", "bomb.docx", "deep.odt", "scan.pdf"],
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
