"""Addresses of this part of the site. The words are Polish in every language."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import get_language

from core.i18n.folding import fold
from core.templatetags.site_tags import localised_path

INDEX = "/plebiscyt/"
ID_LETTERS = 8


def index(language: str | None = None) -> str:
    """The list of plebiscites."""
    return localised_path(INDEX, language or get_language() or settings.LANGUAGE_CODE)


def home(language: str | None = None) -> str:
    """The home page."""
    return localised_path("/", language or get_language() or settings.LANGUAGE_CODE)


def of_plebiscite(slug: str, language: str | None = None) -> str:
    """One plebiscite."""
    return f"{index(language)}{slug}/"


def gallery(slug: str, language: str | None = None) -> str:
    """Its accepted works."""
    return f"{of_plebiscite(slug, language)}prace/"


def work_name(title: str, proposal: UUID) -> str:
    """How an address names a work: by its title and the beginning of its id, never by a number.

    So an address holds from the acceptance on, and cannot contradict the number of the ballot.
    """
    return f"{slugify(fold(title)) or 'praca'}-{proposal.hex[:ID_LETTERS]}"


def of_work(slug: str, name: str, language: str | None = None) -> str:
    """One accepted work, by its `work_name`."""
    return f"{gallery(slug, language)}{name}/"


def results(slug: str, language: str | None = None) -> str:
    """Its result."""
    return f"{of_plebiscite(slug, language)}wynik/"


def booth(slug: str, language: str | None = None) -> str:
    """Where one votes."""
    return f"{of_plebiscite(slug, language)}glosuj/"


def code_booth(slug: str, language: str | None = None) -> str:
    """Where one votes with a code from an envelope; its letters are the fragment of the QR."""
    return f"{booth(slug, language)}kod/"


def kiosk(slug: str, language: str | None = None) -> str:
    """The voting stand: the booth for codes on a device that can do nothing else."""
    return f"{of_plebiscite(slug, language)}stanowisko/"


def trial_booth(slug: str, language: str | None = None) -> str:
    """The booth of a test run, for the commission and its clerks."""
    return f"{of_plebiscite(slug, language)}proba/"


def objecting(slug: str, language: str | None = None) -> str:
    """Where one raises an objection to the result."""
    return f"{of_plebiscite(slug, language)}zastrzezenie/"


def proposing(slug: str, language: str | None = None) -> str:
    """Where one proposes a work, and finds one's own."""
    return f"{of_plebiscite(slug, language)}zglos/"


def own_proposal(slug: str, proposal: Any, language: str | None = None) -> str:
    """Where its author writes a proposal and sees what became of it."""
    return f"{proposing(slug, language)}{proposal}/"


def judging(slug: str, language: str | None = None) -> str:
    """Where jurors judge its works."""
    return f"{of_plebiscite(slug, language)}jury/"


def jury_sheet(slug: str, number: int, language: str | None = None) -> str:
    """Where a juror judges one work."""
    return f"{judging(slug, language)}{number}/"


def jury_protocol(slug: str, language: str | None = None) -> str:
    """The protocol of a jury that has finished."""
    return f"{of_plebiscite(slug, language)}protokol-jury.pdf"


def sign(slug: str, language: str | None = None) -> str:
    """What won, with its files and the rules of use."""
    return f"{of_plebiscite(slug, language)}znak/"


def ask_for_sign(slug: str, language: str | None = None) -> str:
    """Where one asks to use what won."""
    return f"{sign(slug, language)}prosba/"
