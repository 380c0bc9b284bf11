"""Open data: the same rows as CSV and JSON, with a licence and a schema, and nobody in them."""

from __future__ import annotations

import csv
import io

import pytest
from bs4 import BeautifulSoup
from django.conf import settings

from core import ports
from directory.models import OrganisationKind
from home.models import EventPage
from home.open_data import LICENCE, _cell
from tests.factories.catalogue import OrganisationFactory, ServiceFactory
from tests.factories.site import make_site


@pytest.fixture
def tree(db):
    return make_site()


def table(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_the_page_lists_every_dataset_with_files_that_exist(tree, client):
    tree.event()
    ServiceFactory()
    answer = client.get("/dane/")
    assert client.get("/be/dane/").status_code == 200
    soup = BeautifulSoup(answer.content, "html.parser")
    files = [one["href"] for one in soup.select(".downloads a")]
    assert len(files) == 2 * len(ports.open_data.names())
    for url in files:
        found = client.get(url)
        assert found.status_code == 200, url
        assert found["Access-Control-Allow-Origin"] == "*"
    assert soup.select_one("a[rel~=license]").text == LICENCE
    types = [cell.text for cell in soup.select("tbody td:nth-of-type(1)")]
    assert set(types) == {"tekst", "liczba", "data", "data i godzina", "tak albo nie"}
    assert client.get("/dane/nie-ma.csv").status_code == 404


def test_the_catalogue_has_what_its_profile_demands(tree, client):
    """DCAT-AP 3: mandatory properties, and lists of codes of the Publications Office."""
    found = client.get("/dane/katalog.json").json()
    page = BeautifulSoup(client.get("/dane/").content, "html.parser")
    for name in ("dct:title", "dct:description", "dct:publisher"):
        assert found[name], name
    assert found["dct:publisher"]["foaf:name"]
    assert len(found["dcat:dataset"]) == len(ports.open_data.names())
    for one in found["dcat:dataset"]:
        assert one["dct:title"]["@value"] and one["dct:description"]["@value"]
        assert one["dct:publisher"]["@id"] == found["dct:publisher"]["@id"]
        assert page.select(f"[id={one['@id'].partition('#')[2]}]"), "its page"
        for name in ("dcat:theme", "dct:accrualPeriodicity", "dct:language"):
            assert one[name]["@id"].startswith("http://publications.europa.eu/"), name
        for way in one["dcat:distribution"]:
            url = way["dcat:accessURL"]["@id"]
            assert client.get(url.removeprefix(settings.WAGTAILADMIN_BASE_URL)).status_code == 200
            assert way["dct:license"]["@id"].startswith("https://creativecommons.org/")


def test_an_unknown_dataset_is_not_found(client, tree):
    assert client.get("/dane/nie-ma.csv").status_code == 404


def test_both_files_say_the_same_in_the_columns_that_are_described(tree, client):
    tree.event("Żubr, dąb; „świetlica”")
    EventPage.objects.update(is_cancelled=True)
    (row,) = table(client.get("/dane/wydarzenia.csv"))
    data = client.get("/en/dane/wydarzenia.json").json()
    assert (data["licence"], data["title"]) == (LICENCE, "Wydarzenia")
    (same,) = data["rows"]
    assert row["tytul"] == same["tytul"] == "Żubr, dąb; „świetlica”"
    assert (row["odwolane"], same["odwolane"]) == ("tak", True)
    assert row["poczatek"] == same["poczatek"]
    assert [column["name"] for column in data["columns"]] == list(row)


def test_nothing_that_is_not_public_is_in_it(tree, client):
    tree.event("Szkic", "szkic").unpublish()
    OrganisationFactory(kind=OrganisationKind.APPLICANT, name_pl="Cicha grupa")
    OrganisationFactory(name_pl="Fundacja")
    assert table(client.get("/dane/wydarzenia.csv")) == []
    names = [row["nazwa"] for row in table(client.get("/dane/organizacje.csv"))]
    assert "Fundacja" in names
    assert "Cicha grupa" not in names
    known = {column.name for dataset in ports.open_data for column in dataset.columns}
    assert not {"email", "telefon", "imie", "nazwisko", "phone", "name"} & known


def test_the_number_of_queries_does_not_grow(tree, client, django_assert_max_num_queries):
    for number in range(6):
        tree.event(f"E{number}", f"e{number}")
        ServiceFactory()
        OrganisationFactory()
    for slug in ("wydarzenia", "uslugi", "organizacje", "wskazniki"):
        client.get(f"/dane/{slug}.json")
        with django_assert_max_num_queries(12):
            client.get(f"/dane/{slug}.json?x={slug}")


def test_no_cell_is_a_formula():
    assert _cell("=1+1") == "'=1+1"
    assert _cell(None) == ""
