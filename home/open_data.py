"""Events and indicators as open data, and the files that datasets are given in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.i18n.dates import TOWN_TIME
from core.ports import DataColumn, Dataset
from directory.models import Organisation, Room
from home.models import EventPage, NewsPage
from incubator.models import Call
from plebiscite.models import Plebiscite
from services_catalog.models import Service

LICENCE = "CC0-1.0"
LICENCE_URL = "https://creativecommons.org/publicdomain/zero/1.0/deed.pl"
#: Where the European Union keeps its lists of codes.
EU = "http://publications.europa.eu/resource/authority/"
#: What a spreadsheet would take for a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def event_rows() -> Iterator[dict[str, Any]]:
    """Every published event, a row for each time it takes place."""
    events = (
        EventPage.objects.live()
        .filter(locale__language_code=settings.LANGUAGE_CODE)
        .select_related("room", "organiser")
        .order_by("starts_at", "pk")
    )
    for event in events:
        for one in event.occurrences():
            yield {
                "identyfikator": str(event.translation_key),
                "tytul": event.title,
                "poczatek": one.starts_at,
                "koniec": one.ends_at,
                "miejsce": event.room.name_pl if event.room else event.place,
                "organizator": event.organiser.name_pl if event.organiser else "",
                "koszt": event.cost,
                "odwolane": event.is_cancelled,
                "adres": event.full_url,
                "przyklad": event.is_example,
            }


EVENTS = Dataset(
    title=_("Events"),
    about=_("Events of the programme; one that comes again has a row for each time."),
    columns=(
        DataColumn(name="identyfikator", type="text", about=_("a code that never changes")),
        DataColumn(name="tytul", type="text", about=_("title in Polish")),
        DataColumn(name="poczatek", type="moment", about=_("when it begins")),
        DataColumn(name="koniec", type="moment", about=_("when it ends")),
        DataColumn(name="miejsce", type="text", about=_("room or place")),
        DataColumn(name="organizator", type="text", about=_("who organises it")),
        DataColumn(name="koszt", type="text", about=_("cost; empty means free of charge")),
        DataColumn(name="odwolane", type="yes/no", about=_("whether it is cancelled")),
        DataColumn(name="adres", type="text", about=_("address of its page")),
        DataColumn(name="przyklad", type="yes/no", about=_("invented to show how the site works")),
    ),
    rows=event_rows,
)


def indicator_rows() -> list[dict[str, Any]]:
    """How much there is today: counts of what is public."""
    polish = {"locale__language_code": settings.LANGUAGE_CODE}
    today = timezone.localdate()
    counts = (
        ("uslugi", "usługi w katalogu", Service.objects.canonical().live()),
        ("organizacje", "organizacje w projekcie", Organisation.objects.of_project()),
        ("sale", "sale w budynku", Room.objects.all()),
        ("wydarzenia", "wydarzenia w programie", EventPage.objects.live().filter(**polish)),
        ("aktualnosci", "opublikowane aktualności", NewsPage.objects.live().filter(**polish)),
        ("glosowania", "głosowania i konkursy", Plebiscite.objects.public()),
        ("nabory", "ogłoszone nabory", Call.objects.published()),
    )
    return [
        {"wskaznik": code, "nazwa": name, "wartosc": rows.count(), "na_dzien": today}
        for code, name, rows in counts
    ]


INDICATORS = Dataset(
    title=_("Indicators"),
    about=_("How much there is on the platform today."),
    columns=(
        DataColumn(name="wskaznik", type="text", about=_("a code that never changes")),
        DataColumn(name="nazwa", type="text", about=_("name in Polish")),
        DataColumn(name="wartosc", type="number", about=_("the number")),
        DataColumn(name="na_dzien", type="date", about=_("the day it is true of")),
    ),
    rows=indicator_rows,
)


def as_csv(dataset: Dataset) -> str:
    """Comma, header, ISO dates, decimal point, “tak” and “nie”; no cell can be a formula."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    names = [column.name for column in dataset.columns]
    writer.writerow(names)
    for row in dataset.rows():
        writer.writerow([_cell(row[name]) for name in names])
    return target.getvalue()


def as_json(slug: str, dataset: Dataset) -> dict[str, Any]:
    """The rows with what it takes to read them."""
    names = [column.name for column in dataset.columns]
    return {
        "format": f"hajnowka-odnowa/dane/{slug}/1",
        "title": str(dataset.title),
        "description": str(dataset.about),
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "columns": [
            {"name": column.name, "type": column.type, "description": str(column.about)}
            for column in dataset.columns
        ],
        "rows": [{name: _value(row[name]) for name in names} for row in dataset.rows()],
    }


def json_text(value: Mapping[str, Any]) -> str:
    """Readable, with the letters as they are."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def catalogue(datasets: Iterable[tuple[str, Dataset]], base: str) -> dict[str, Any]:
    """All datasets in the words of DCAT-AP, for portals that collect them."""
    publisher = {
        "@type": "foaf:Agent",
        "@id": f"{settings.WAGTAILADMIN_BASE_URL}/#o",
        "foaf:name": settings.WAGTAIL_SITE_NAME,
    }
    polish = {"@id": f"{EU}language/POL"}
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
        },
        "@type": "dcat:Catalog",
        "@id": f"{base}katalog.json",
        "dct:title": {"@language": "pl", "@value": settings.WAGTAIL_SITE_NAME},
        "dct:description": {
            "@language": "pl",
            "@value": gettext("What we know and may share, in files for people and programs."),
        },
        "dct:publisher": publisher,
        "dct:language": polish,
        "dcat:dataset": [
            {
                "@type": "dcat:Dataset",
                "@id": f"{base}#dane-{slug}",
                "dct:identifier": slug,
                "dct:title": {"@language": "pl", "@value": str(one.title)},
                "dct:description": {"@language": "pl", "@value": str(one.about)},
                "dct:publisher": {"@id": publisher["@id"]},
                "dct:language": polish,
                "dcat:theme": {"@id": f"{EU}data-theme/GOVE"},
                "dct:accrualPeriodicity": {"@id": f"{EU}frequency/UPDATE_CONT"},
                "dcat:landingPage": {"@id": f"{base}#dane-{slug}"},
                "dcat:distribution": [
                    {
                        "@type": "dcat:Distribution",
                        "dct:title": {"@language": "pl", "@value": f"{one.title} ({kind})"},
                        "dcat:accessURL": {"@id": f"{base}{slug}.{kind}"},
                        "dcat:downloadURL": {"@id": f"{base}{slug}.{kind}"},
                        "dcat:mediaType": {
                            "@id": f"https://www.iana.org/assignments/media-types/{media}"
                        },
                        "dct:format": {"@id": f"{EU}file-type/{kind.upper()}"},
                        "dct:license": {"@id": LICENCE_URL},
                    }
                    for kind, media in (("csv", "text/csv"), ("json", "application/json"))
                ],
            }
            for slug, one in datasets
        ],
    }


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(TOWN_TIME).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "tak" if value else "nie"
    value = _value(value)
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return f"'{value}"
    return "" if value is None else value
