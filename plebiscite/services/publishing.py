"""Telling everybody of a result: a news item, through the port of the site."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.i18n.dates import TOWN_TIME, long_date
from core.ports import NewsItem, NewsText, publish_news
from plebiscite import addresses
from plebiscite.models import Plebiscite
from plebiscite.selectors.results import latest_count, lines


def announce_result(plebiscite: Plebiscite) -> None:
    """Write the news of a result that has just been published, in the caller's transaction."""
    assert plebiscite.published_at is not None
    languages = [code for code, _name in settings.LANGUAGES]
    item = NewsItem(
        slug=f"wynik-{plebiscite.slug}"[:80],
        date=plebiscite.published_at.astimezone(TOWN_TIME).date(),
        texts={code: _text(plebiscite, code) for code in languages},
        is_example=plebiscite.is_example,
    )
    for publish in publish_news:
        publish(item)


def _text(plebiscite: Plebiscite, language: str) -> NewsText:
    with translation.override(language):
        count = latest_count(plebiscite) or {}
        shown = lines(plebiscite, count)
        winners = [line.work.title for line in shown if line.is_winner]
        cast = int(count["cast"])
        ballots = ngettext("%(number)d ballot was cast.", "%(number)d ballots were cast.", cast) % {
            "number": cast
        }
        until = _("Objections can be raised until %(day)s.") % {
            "day": long_date(plebiscite.objections_until)
        }
        if winners:
            names = ", ".join(f"„{title}”" for title in winners)
            outcome = _("Chosen: %(names)s.") % {"names": names}
        else:
            outcome = _("No work has won by the count.")
        return NewsText(
            title=_("Result of the plebiscite: %(title)s") % {"title": plebiscite.title},
            lead=f"{outcome} {ballots}",
            paragraphs=(until,),
            link=addresses.results(plebiscite.slug, language),
            link_text=_("All numbers, the protocol and the files for checking"),
        )
