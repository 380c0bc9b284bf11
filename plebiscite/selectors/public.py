"""What everybody reads about plebiscites."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from core.i18n.dates import TOWN_TIME, date_range, hour, long_date
from core.i18n.languages import CODES, resolve
from plebiscite import addresses, clock
from plebiscite.models import (
    BallotOption,
    Count,
    LogEntry,
    Manifest,
    Plebiscite,
    PlebisciteIndexPage,
)
from plebiscite.phases import (
    FROZEN_ON,
    PUBLISHED,
    Channel,
    PlebisciteState,
    takes_objections,
    takes_proposals,
    takes_votes,
)
from plebiscite.selectors.judging import public_jury
from plebiscite.selectors.turnout import turnout, turnout_table
from plebiscite.selectors.works import authors_are_withheld, gallery_works, work
from plebiscite.tally import canonical_json

P = PlebisciteState


@dataclass(frozen=True)
class Stop:
    """One phase on the line of a plebiscite."""

    text: str
    when: str
    is_now: bool = False
    is_ahead: bool = False
    is_example: bool = False


@dataclass(frozen=True)
class PlebisciteView:
    """A plebiscite at one moment, for lists and heads of pages.

    Without a moment the clock is read when a page first asks for it.
    """

    plebiscite: Plebiscite
    moment: datetime | None = None
    #: Titles of the works that won, where a list shows them.
    winners: tuple[str, ...] = ()

    @cached_property
    def now(self) -> datetime:
        return self.moment or clock.now()

    @property
    def state(self) -> PlebisciteState:
        return self.plebiscite.state_at(self.now)

    @property
    def state_label(self) -> str:
        """The phase in words."""
        return str(self.plebiscite.machine.label(self.state))

    @property
    def title(self) -> str:
        return self.plebiscite.title

    @property
    def lead(self) -> str:
        return self.plebiscite.lead

    @property
    def is_example(self) -> bool:
        return self.plebiscite.is_example

    @property
    def url(self) -> str:
        return addresses.of_plebiscite(self.plebiscite.slug)

    @property
    def takes_votes(self) -> bool:
        return takes_votes(self.plebiscite, self.now)

    @property
    def takes_proposals(self) -> bool:
        return takes_proposals(self.plebiscite, self.now)

    @property
    def is_published(self) -> bool:
        return self.plebiscite.state in PUBLISHED

    @property
    def takes_objections(self) -> bool:
        """Whether somebody may raise an objection to the result."""
        return takes_objections(self.plebiscite, self.now)

    @property
    def timeline_url(self) -> str:
        return f"{self.url}przebieg/"

    @property
    def is_void(self) -> bool:
        return self.plebiscite.state == P.VOID

    @property
    def is_over(self) -> bool:
        """Whether nobody can do anything in it any more."""
        return self.is_published or self.is_void

    @property
    def booth_url(self) -> str:
        return addresses.booth(self.plebiscite.slug)

    @property
    def code_url(self) -> str:
        """Where one votes with a code, empty where codes are no way to vote."""
        has_codes = Channel.CODE in self.plebiscite.channels
        return addresses.code_booth(self.plebiscite.slug) if has_codes else ""

    @property
    def stand_url(self) -> str:
        return addresses.kiosk(self.plebiscite.slug)

    @property
    def stand_off_url(self) -> str:
        return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{self.stand_url}wylacz/"

    @property
    def proposing_url(self) -> str:
        return addresses.proposing(self.plebiscite.slug)

    @property
    def gallery_url(self) -> str:
        return addresses.gallery(self.plebiscite.slug)

    @property
    def results_url(self) -> str:
        return addresses.results(self.plebiscite.slug)

    @property
    def manifest_url(self) -> str:
        """The frozen text of the vote, empty before there is one."""
        is_frozen = self.plebiscite.state in FROZEN_ON and hasattr(self.plebiscite, "manifest")
        return f"{self.url}manifest.json" if is_frozen else ""

    @property
    def log_url(self) -> str:
        """The public log, empty before there can be one."""
        return f"{self.url}dziennik.jsonl" if self.manifest_url else ""

    @property
    def lookup_url(self) -> str:
        """Where one looks up a receipt, empty before there can be one."""
        return f"{self.url}sprawdz/" if self.manifest_url else ""

    @property
    def explained_url(self) -> str:
        """How anybody knows that a vote counts."""
        return f"{self.url}jak-liczymy/"

    @property
    def auditors_url(self) -> str:
        """Formats and threats, for those who check a vote by themselves."""
        return f"{self.url}dla-audytorow/"

    @property
    def deadline(self) -> str:
        """The next thing that will happen, and when."""
        plebiscite = self.plebiscite
        if self.takes_votes:
            return _("you can vote until %(moment)s") % {
                "moment": moment(plebiscite.voting_closes_at)
            }
        if self.takes_proposals:
            return _("you can send works until %(moment)s") % {
                "moment": moment(plebiscite.contest_closes_at)
            }
        if self.state == P.CALL:
            return _("works from %(moment)s") % {"moment": moment(plebiscite.contest_opens_at)}
        if self.state in {P.REVIEW, P.APPEALS, P.FROZEN}:
            return _("voting from %(moment)s") % {"moment": moment(plebiscite.voting_opens_at)}
        if self.is_published and plebiscite.published_at:
            return _("result published on %(day)s") % {"day": long_date(plebiscite.published_at)}
        if self.is_void:
            return ""
        return _("the result will be here by %(moment)s") % {
            "moment": moment(plebiscite.results_at)
        }

    def stops(self) -> list[Stop]:
        """Its phases with their dates: past, present, ahead."""
        plebiscite = self.plebiscite
        closes, opens = plebiscite.contest_closes_at, plebiscite.voting_opens_at
        rows = [
            (_("Proposals"), _days(plebiscite.contest_opens_at, closes), {P.CALL}),
            (
                _("Checking"),
                _("until %(day)s") % {"day": long_date(opens)},
                {P.REVIEW, P.APPEALS, P.FROZEN},
            ),
            (_("Voting"), _days(opens, plebiscite.voting_closes_at), {P.VOTING}),
            (
                _("Result"),
                moment(plebiscite.results_at),
                {P.CLOSING, P.SEALED, P.DRAWN, P.TALLIED, P.OBJECTIONS, P.CERTIFIED},
            ),
        ]
        current = next((place for place, row in enumerate(rows) if self.state in row[2]), -1)
        return [
            Stop(text=text, when=when, is_now=place == current, is_ahead=place > current)
            for place, (text, when, _states) in enumerate(rows)
        ]


def moment(value: datetime) -> str:
    """A moment in words: day and hour in the town."""
    return _("%(day)s, %(hour)s") % {"day": long_date(value), "hour": hour(value)}


def find_public(slug: str) -> Plebiscite | None:
    """A plebiscite that visitors may know of."""
    return Plebiscite.objects.public().select_related("cover", "manifest").filter(slug=slug).first()


def view(plebiscite: Plebiscite) -> PlebisciteView:
    """A plebiscite as it is now."""
    return PlebisciteView(plebiscite)


def index_context() -> dict[str, Any]:
    """All plebiscites: what one can do now, what is being prepared, what has ended."""
    now = clock.now()
    rows = list(Plebiscite.objects.public().select_related("cover", "manifest"))
    won = winner_titles(rows)
    found = [PlebisciteView(one, now, tuple(won.get(one.pk, ()))) for one in rows]
    open_now = [one for one in found if one.takes_votes or one.takes_proposals]
    return {
        "open_now": sorted(open_now, key=lambda one: not one.takes_votes),
        "under_way": [one for one in found if one not in open_now and not one.is_over],
        "ended": [one for one in found if one.is_over],
    }


def plebiscite_context(plebiscite: Plebiscite) -> dict[str, Any]:
    """One plebiscite: what it is about, where it stands, its works."""
    seen = view(plebiscite)
    shown = gallery_works(plebiscite, today=clock.today())
    days = turnout(plebiscite)
    rerun = Plebiscite.objects.public().filter(rerun_of=plebiscite).first()
    return {
        "repeats": view(plebiscite.rerun_of) if plebiscite.rerun_of else None,
        "repeated_by": view(rerun) if rerun else None,
        "view": seen,
        "plebiscite": plebiscite,
        "stops": seen.stops(),
        "works": shown,
        "jury": public_jury(plebiscite),
        "about": [part.strip() for part in plebiscite.about.split("\n\n") if part.strip()],
        "turnout": turnout_table(plebiscite, days),
        "voted": sum(row["number"] for row in days),
        **languages(plebiscite),
    }


def proposal_context(plebiscite: Plebiscite, number: int) -> dict[str, Any] | None:
    """One work, or None."""
    found = work(plebiscite, number)
    if found is None:
        return None
    return {
        "view": view(plebiscite),
        "plebiscite": plebiscite,
        "work": found,
        "title": f"{found.title}",
        "authors_withheld": authors_are_withheld(plebiscite),
        "poster_url": f"{found.url}plakat.pdf",
    }


def crumbs(plebiscite: Plebiscite | None = None, *, index_title: str = "") -> list[dict[str, str]]:
    """The way from the home page, down to a plebiscite or to the list of all."""
    way = [
        {"title": _("Start"), "href": addresses.home()},
        {"title": index_title or _index_title(), "href": addresses.index()},
    ]
    if plebiscite is not None:
        href = addresses.of_plebiscite(plebiscite.slug)
        way.append({"title": plebiscite.title, "href": href})
    return way


def languages(plebiscite: Plebiscite) -> dict[str, Any]:
    """In which languages the plebiscite has texts, and which one a reader is shown instead."""
    written = [code for code in CODES if getattr(plebiscite, f"title_{code}")]
    is_there = resolve() in written
    return {
        "languages_available": written,
        "fallback_language": None if is_there else get_language_info(CODES[0]),
    }


def winner_titles(plebiscites: list[Plebiscite]) -> dict[Any, list[str]]:
    """The titles of the works that won, by plebiscite; in two queries."""
    published = [one.pk for one in plebiscites if one.state in PUBLISHED]
    counts = Count.objects.filter(plebiscite__in=published).order_by("number")
    codes = {row.plebiscite_id: json.loads(row.result)["winners"] for row in counts}
    titles = {
        (option.plebiscite_id, option.code): option.title
        for option in BallotOption.objects.filter(plebiscite__in=published)
    }
    return {pk: [titles[(pk, code)] for code in won] for pk, won in codes.items()}


def _index_title() -> str:
    pages = PlebisciteIndexPage.objects.live().filter(locale__language_code=resolve())
    return pages.values_list("title", flat=True).first() or _("Plebiscite")


def manifest_text(plebiscite: Plebiscite) -> str | None:
    """The frozen text of the vote."""
    manifest = Manifest.objects.filter(pk=plebiscite.pk).first()
    return manifest.text if manifest else None


def log_lines(plebiscite: Plebiscite) -> Iterator[str]:
    """The public log as JSON lines: place, commitment, and the chain that holds them together."""
    lines = LogEntry.objects.filter(plebiscite=plebiscite).order_by("position")
    for line in lines.iterator(chunk_size=2000):
        yield canonical_json(
            {
                "position": line.position,
                "commitment": bytes(line.c).hex(),
                "previous": bytes(line.previous).hex(),
                "digest": bytes(line.digest).hex(),
            }
        )


def public_paths() -> Iterator[str]:
    """Addresses below the page of the plebiscites, for the map of the site."""
    for plebiscite in Plebiscite.objects.public():
        yield f"{plebiscite.slug}/"
        yield f"{plebiscite.slug}/prace/"
        if plebiscite.state in PUBLISHED:
            yield f"{plebiscite.slug}/wynik/"
        named = plebiscite.contest.proposals.accepted().order_by("number")
        for key, title in named.values_list("pk", "accepted_revision__title"):
            yield f"{plebiscite.slug}/prace/{addresses.work_name(title, key)}/"


def _days(start: datetime, end: datetime) -> str:
    return date_range(start.astimezone(TOWN_TIME).date(), end.astimezone(TOWN_TIME).date())
