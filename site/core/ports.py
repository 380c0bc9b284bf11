"""What features offer to the shared parts, and the only ways they may be plugged in.

A feature registers its providers in `AppConfig.ready()`; the shared part reads the registry and
never imports the feature. `tests/core/test_ports.py` lists every registration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any, Generic, Protocol, TypeVar

from django.utils.translation import gettext as _


class Platform(IntEnum):
    """The four numbered parts of the site, as the station board names them."""

    SERVICES = 1
    PLEBISCITE = 2
    INCUBATOR = 3
    EVENTS = 4


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One line of the station board: what a visitor can do, and from or until when.

    `starts_at` is set for what departs at an hour, `closes_at` for what is open until one; a line
    with neither is open without limit and says when in `availability`. Texts are in the language
    that was asked for.
    """

    platform: Platform
    title: str
    url: str
    action: str
    summary: str = ""
    starts_at: datetime | None = None
    closes_at: datetime | None = None
    availability: str = ""
    capacity: str = ""
    is_urgent: bool = False
    is_example: bool = False
    #: What title and summary are written in where it is not the language asked for, as nobody has
    #: translated them; and the same of `capacity`.
    language: str = ""
    capacity_language: str = ""

    @property
    def moment(self) -> datetime | None:
        """When the line is due: the start, else the close."""
        return self.starts_at or self.closes_at


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One thing a signed-in person has here: a case, a booking, an application, a vote.

    `state` is said in words; `waits_for_me` with `action` says what the person can do next, and
    `due` until when.
    """

    platform: Platform
    kind: str
    title: str
    url: str
    state: str
    number: str = ""
    action: str = ""
    due: datetime | None = None
    updated_at: datetime | None = None
    waits_for_me: bool = False
    is_closed: bool = False


class ActivitySource:
    """What a feature has open for everybody, and for one person; override what applies.

    Each method takes a bounded number of queries.
    """

    def open_now(self, *, language: str, now: datetime) -> Iterable[Activity]:
        """Lines of the station board."""
        return ()

    def mine(self, *, user: Any, language: str) -> Iterable[Matter]:
        """Everything of this person, with what waits for them marked (`/sprawy/`)."""
        return ()

    def waiting_for(self, *, user: Any, language: str) -> Iterable[Matter]:
        """What waits for this person as staff, for the dashboard of the admin."""
        return ()


@dataclass(frozen=True, kw_only=True)
class SearchRow:
    """What one public object looks like to the search, in one language."""

    key: str
    kind: str
    language: str
    title: str
    url: str
    summary: str = ""
    body: str = ""
    date: datetime | None = None
    is_example: bool = False


class SearchSource(Protocol):
    """Gives the rows of every public object, or of one that has just changed.

    `key` of a row begins with the key of its object, so that a change replaces all of them.
    """

    def models(self) -> tuple[type, ...]: ...

    def key(self, obj: Any) -> str: ...

    def rows(self) -> Iterable[SearchRow]: ...

    def rows_for(self, obj: Any) -> Iterable[SearchRow]: ...


@dataclass(frozen=True, kw_only=True)
class DataNotice:
    """What one part keeps about people, said to them in the active language.

    `retention` says how long, and what ends it; `stays` what an erasure leaves behind and why,
    empty when nothing stays.
    """

    title: str
    what: str
    purpose: str
    legal_basis: str
    retention: str
    stays: str = ""


@dataclass(frozen=True, kw_only=True)
class ExportedFile:
    """A file that belongs to an export; `name` is relative to its part's folder in the archive."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class DataExport:
    """What one part keeps about one person: `data` is anything that JSON can hold."""

    data: Any
    files: Iterable[ExportedFile] = ()


class PersonalData(Protocol):
    """One part's side of a person's rights to their data.

    `erase` runs in a transaction with the others: features first, the account itself last. What
    has to stay, stays without a link to the person. It raises `CannotErase` when the person first
    has to do something.
    """

    def notice(self) -> DataNotice: ...

    def export(self, user: Any) -> DataExport: ...

    def erase(self, user: Any) -> None: ...


class CannotErase(Exception):
    """Says, in a sentence for the person, what keeps their data from being erased now."""


class HealthCheck(Protocol):
    """Raises, with a sentence for the administrator, when its part cannot work."""

    def __call__(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class NewsText:
    """A news item in one language."""

    title: str
    lead: str
    paragraphs: tuple[str, ...] = ()
    link: str = ""
    link_text: str = ""


@dataclass(frozen=True, kw_only=True)
class NewsItem:
    """What a feature has to tell everybody; `slug` names the occasion, and is published once."""

    slug: str
    date: date
    texts: Mapping[str, NewsText]
    is_example: bool = False


class NewsPublisher(Protocol):
    """Publishes a news item in the caller's transaction, in the languages that it has."""

    def __call__(self, item: NewsItem) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something that the worker does again and again, first when it starts.

    Several workers may run it at the same moment, and any of them may be killed in the middle:
    `run` takes its own locks and leaves whole transactions. What it raises is logged, and it is
    tried again at its next time.
    """

    every: timedelta
    run: Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class DataColumn:
    """A column of a dataset: its name in the files, its type, and what it holds.

    Types: "text", "number" (decimal point), "date" (ISO), "moment" (ISO with the zone), "yes/no".
    """

    name: str
    type: str
    about: Any

    @property
    def type_label(self) -> str:
        """The type in the reader's language."""
        labels = {
            "text": _("text"),
            "number": _("a number"),
            "date": _("date"),
            "moment": _("date and hour"),
            "yes/no": _("yes or no"),
        }
        return labels[self.type]


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Open data of one part: public facts in rows, never anything about a person.

    `rows` gives a dictionary per row with the names of the columns, in a bounded number of
    queries. Files are UTF-8; the licence is that of the site's open data.
    """

    title: Any
    about: Any
    columns: tuple[DataColumn, ...]
    rows: Callable[[], Iterable[Mapping[str, Any]]]


class OrganisationMerge(Protocol):
    """Settles what two rows of one organisation have twice, before the rows are moved.

    Runs in the transaction of the merge, with both organisations locked. Notes in `changed` what
    it did, by primary keys and numbers alone, and raises `CannotMergeRows` where people have to
    decide first.
    """

    def __call__(self, kept: Any, duplicate: Any, changed: dict[str, Any]) -> None: ...


class CannotMergeRows(Exception):
    """Says, in a sentence for staff, what keeps two organisations from being made one."""


class DemoLoader(Protocol):
    """Loads a feature's demo content; running it again changes nothing."""

    def __call__(self, report: DemoReport) -> None: ...


class DemoReport(Protocol):
    """Where a loader says what it is doing."""

    def __call__(self, message: str) -> None: ...


Provider = TypeVar("Provider")


class Registry(Generic[Provider]):
    """Named providers of one kind, in the order of registration."""

    def __init__(self) -> None:
        self._providers: dict[str, Provider] = {}

    def register(self, name: str, provider: Provider) -> None:
        """Adds `provider`; a name can be taken only once."""
        if name in self._providers:
            raise ValueError(f"{name!r} is registered already")
        self._providers[name] = provider

    def names(self) -> list[str]:
        return list(self._providers)

    def items(self) -> Iterator[tuple[str, Provider]]:
        return iter(self._providers.items())

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._providers.values())


activity: Registry[ActivitySource] = Registry()
search_source: Registry[SearchSource] = Registry()
personal_data: Registry[PersonalData] = Registry()
health: Registry[HealthCheck] = Registry()
demo: Registry[DemoLoader] = Registry()
publish_news: Registry[NewsPublisher] = Registry()
jobs: Registry[Job] = Registry()
open_data: Registry[Dataset] = Registry()
organisation_merges: Registry[OrganisationMerge] = Registry()
