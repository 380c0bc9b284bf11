"""Builds the tree of pages from the content files.

Pages are made in two rounds: first all of them in all their languages, so that every link has
somewhere to lead, then their bodies. A page that exists is left as editors have changed it.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.models import Locale, Page, Site
from wagtail_localize.synctree import synchronize_tree

from core.demo import OTHER_LANGUAGES, blocks, picture, read, text
from core.models import BasePage
from core.ports import DemoReport
from core.templatetags.site_tags import localised_path
from directory.models import Organisation
from home.demo.events import event_fields
from home.demo.more import add_more
from home.models import (
    BuildingPage,
    ContactPage,
    ContactPlace,
    CookiesPage,
    DeclarationPage,
    EventIndexPage,
    EventPage,
    HomePage,
    LegalDetails,
    ModelPage,
    NewsIndexPage,
    NewsPage,
    PartnersPage,
    PrivacyPage,
    ProjectDate,
    ProjectPage,
    ProjectPartner,
    StandardPage,
    TimelineEntry,
)
from home.setup import setup_site
from incubator.demo import page_content as incubator_page
from incubator.models import IncubatorPage
from plebiscite.demo import page_content as plebiscite_page
from plebiscite.models import PlebisciteIndexPage
from services_catalog.models import CataloguePage

CONTENT = Path(__file__).parent
LANGUAGES = [settings.LANGUAGE_CODE, *OTHER_LANGUAGES]
TREE_FIELDS = ("path", "depth", "numchild", "url_path")
MONEY = ("value_total", "value_funding", "value_eu", "value_state", "value_own")
PROJECT_TEXTS = (
    "full_name", "aim", "programme", "axis", "measure", "intermediate_body", "status", "place",
    "initiative_group", "science_partner", "macro_revitalisation", "micro_revitalisation",
    "namesake_note",
)  # fmt: skip


def load(report: DemoReport) -> None:
    """Makes what is missing of the demo site."""
    home = setup_site()
    builder = Builder()
    content = read(CONTENT / "pages.toml")
    if home.lead:
        report("the pages are there already")
        return
    builder.home(home, content["home"])
    money = {name: Decimal(content["project"][name]) for name in MONEY}
    project = builder.add(
        ProjectPage,
        home,
        content["project"],
        texts=PROJECT_TEXTS,
        prepare=builder.project_rows,
        **money,
    )
    for number, row in enumerate(content["model"], start=1):
        builder.add(ModelPage, project, row, texts=("short_name",), number=number)
    builder.add(PartnersPage, project, content["partners"])
    news = builder.add(NewsIndexPage, home, content["news_index"])
    for row in read(CONTENT / "news.toml")["news"]:
        date = row.get("date") or timezone.localdate() - timedelta(days=row["days_ago"])
        builder.add(NewsPage, news, row, date=date)
    builder.add(BuildingPage, home, content["building"])
    builder.add(CataloguePage, home, content["catalogue"])
    builder.add(PlebisciteIndexPage, home, plebiscite_page())
    builder.add(IncubatorPage, home, incubator_page())
    events = builder.add(EventIndexPage, home, content["event_index"])
    for row in read(CONTENT / "events.toml")["event"]:
        builder.add(EventPage, events, row, texts=("cost", "place", "accessibility_note"),
                    **event_fields(row))  # fmt: skip
    builder.add(ContactPage, home, content["contact"], prepare=builder.contact_rows)
    builder.add(DeclarationPage, home, content["declaration"])
    builder.add(PrivacyPage, home, content["privacy"])
    builder.add(CookiesPage, home, content["cookies"])
    for row in content["page"]:
        builder.add(StandardPage, home, row, reading=row.get("reading", "ordinary"))
    add_more(builder, home)
    _legal_details(content["legal"])
    builder.fill_bodies()
    polish = home.locale
    for language in OTHER_LANGUAGES:
        synchronize_tree(polish, Locale.objects.get(language_code=language))
    report(f"{Page.objects.count()} pages")


def _legal_details(row: dict[str, Any]) -> None:
    """Fills what the accessibility statement and the privacy page say."""
    details = LegalDetails.for_site(Site.objects.get(is_default_site=True))
    for name, value in row.items():
        if isinstance(value, dict):
            for language in LANGUAGES:
                setattr(details, f"{name}_{language}", text(value, language).strip())
        else:
            setattr(details, name, value)
    details.save()


class Builder:
    """Keeps, per language, which page stands at which Polish path, and bodies yet to be filled."""

    def __init__(self) -> None:
        self.locales = {code: Locale.objects.get(language_code=code) for code in LANGUAGES}
        self.paths: dict[str, dict[str, Page]] = {code: {} for code in LANGUAGES}
        self.bodies: list[tuple[BasePage, list[dict[str, Any]], str]] = []

    def home(self, home: HomePage, row: dict[str, Any]) -> None:
        """Fills the home page, and turns its aliases into translations."""
        for language, locale in self.locales.items():
            page = home if language == settings.LANGUAGE_CODE else home.get_translation(locale)
            page.alias_of = None
            page.title = text(row["title"], language)
            page.hero_heading = text(row["hero_heading"], language)
            page.is_translation_draft = language != settings.LANGUAGE_CODE
            page.cover = picture(row["picture"])
            page.lead = text(row["lead"], language)
            self._remember(page, row, language)

    def add(
        self,
        kind: type[BasePage],
        parent: BasePage,
        row: dict[str, Any],
        *,
        texts: tuple[str, ...] = (),
        prepare: Any = None,
        **fields: Any,
    ) -> Any:
        """A page of `kind` with its translations; gives the Polish one."""
        page = kind(
            slug=row["slug"],
            locale=self.locales[settings.LANGUAGE_CODE],
            cover=picture(row.get("picture", "")),
            is_example=row.get("is_example", False),
            live=False,
        )
        many = {name: fields.pop(name) for name in list(fields) if name == "target_groups"}
        for name, value in fields.items():
            setattr(page, name, value)
        self._write(page, row, texts, settings.LANGUAGE_CODE)
        if prepare:
            prepare(page, row, settings.LANGUAGE_CODE)
        # Only its place in the tree: its words may not have been saved yet.
        parent.refresh_from_db(fields=TREE_FIELDS)
        parent.add_child(instance=page)
        for name, value in many.items():
            setattr(page, name, value)
        self._remember(page, row, settings.LANGUAGE_CODE)
        for language in OTHER_LANGUAGES:
            if text(row["title"], language):
                self._translate(page, row, texts, prepare, language)
        return page

    def _translate(
        self,
        page: BasePage,
        row: dict[str, Any],
        texts: tuple[str, ...],
        prepare: Any,
        language: str,
    ) -> None:
        copy = page.copy_for_translation(self.locales[language], copy_parents=True)
        self._write(copy, row, texts, language)
        copy.is_translation_draft = True
        if prepare:
            prepare(copy, row, language)
        self._remember(copy, row, language)

    def _write(
        self, page: BasePage, row: dict[str, Any], texts: tuple[str, ...], language: str
    ) -> None:
        page.title = page.draft_title = text(row["title"], language)
        page.lead = text(row.get("lead", row.get("summary", "")), language)
        for name in texts:
            setattr(page, name, text(row.get(name, ""), language))

    def _remember(self, page: BasePage, row: dict[str, Any], language: str) -> None:
        self.paths[language][localised_path(page.get_url() or "/", settings.LANGUAGE_CODE)] = page
        self.bodies.append((page, row.get("body", {}).get(language, []), language))

    def fill_bodies(self) -> None:
        """The second round: bodies, then publishing."""
        for page, rows, language in self.bodies:
            if rows:
                pages = {**self.paths[settings.LANGUAGE_CODE], **self.paths[language]}
                page.body = blocks(rows, language, pages)
                _check(page)
            # Children have come since the page was made.
            page.refresh_from_db(fields=TREE_FIELDS)
            page.save_revision(clean=False).publish()

    def project_rows(self, page: ProjectPage, row: dict[str, Any], language: str) -> None:
        """Dates, partners and timeline in one language."""
        locale = self.locales[language]
        page.dates = [
            ProjectDate(
                label=text(item["label"], language),
                date=item["date"],
                source=text(item["source"], language),
                locale=locale,
                sort_order=number,
            )
            for number, item in enumerate(row["date"])
        ]
        page.partners = [
            ProjectPartner(
                organisation=Organisation.objects.get(slug=item["organisation"]),
                part=text(item["part"], language),
                locale=locale,
                sort_order=number,
            )
            for number, item in enumerate(row["partner"])
        ]
        page.timeline = [
            TimelineEntry(
                when=text(item["when"], language),
                text=text(item["text"], language),
                is_now=item.get("is_now", False),
                is_example=item.get("is_example", False),
                locale=locale,
                sort_order=number,
            )
            for number, item in enumerate(row["timeline"])
        ]

    def contact_rows(self, page: ContactPage, row: dict[str, Any], language: str) -> None:
        """Places in one language."""
        page.places = [
            ContactPlace(
                name=text(item["name"], language),
                address=text(item["address"], language),
                phone=item.get("phone", ""),
                email=item.get("email", ""),
                hours=text(item.get("hours", ""), language),
                getting_there=text(item.get("getting_there", ""), language),
                map_url=item.get("map_url", ""),
                is_example=item.get("is_example", False),
                locale=self.locales[language],
                sort_order=number,
            )
            for number, item in enumerate(row["place"])
        ]


def _check(page: BasePage) -> None:
    """Content files obey the rules of the blocks; a breach says where it stands."""
    try:
        page.body.stream_block.clean(page.body)
    except StreamBlockValidationError as error:
        where = {
            f"{page.body[number].block_type} {number}": getattr(fault, "as_json_data", str)()
            for number, fault in error.block_errors.items()
        }
        raise ValueError(f"{page.slug} ({page.locale.language_code}): {where}") from error
