"""A page of every type, with as little on it as the type allows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image
from wagtail.models import Page, get_page_models

from core.models import Picture, PublicDocument
from directory.models import Organisation
from home.models import (
    BuildingPage,
    CampaignPage,
    ContactFormPage,
    ContactPage,
    ContactPlace,
    CookiesPage,
    DeclarationPage,
    DownloadsPage,
    EventIndexPage,
    EventPage,
    FaqPage,
    GalleryPage,
    HomePage,
    ModelPage,
    NewsIndexPage,
    NewsPage,
    PartnersPage,
    PeoplePage,
    Person,
    PrivacyPage,
    ProjectDate,
    ProjectPage,
    ProjectPartner,
    StandardPage,
    TimelineEntry,
)
from services_catalog.models import CataloguePage
from tests.factories.site import SiteTree

TEXT = [
    ("paragraph", "<p>Treść.</p>"),
    ("heading", "Rozdział"),
    ("accordion", {"items": [{"question": "Kiedy?", "answer": "<p>Jutro.</p>"}]}),
]


def _project(tree: SiteTree) -> ProjectPage:
    if found := ProjectPage.objects.child_of(tree.home).first():
        return found
    words = (
        "aim full_name programme axis measure intermediate_body status place initiative_group "
        "science_partner macro_revitalisation micro_revitalisation namesake_note"
    )
    page = ProjectPage(
        title="O projekcie",
        slug="o-projekcie",
        value_total=Decimal("110.00"),
        value_funding=Decimal("100.00"),
        value_eu=Decimal("90.00"),
        value_state=Decimal("10.00"),
        value_own=Decimal("10.00"),
        body=TEXT,
        **{name: f"Tekst {name}." for name in words.split()},
    )
    locale = tree.home.locale
    page.dates = [
        ProjectDate(label="Koniec", date=date(2021, 6, 30), source="strona miasta", locale=locale)
    ]
    page.timeline = [TimelineEntry(when="2018", text="Początek.", is_now=True, locale=locale)]
    page.partners = [
        ProjectPartner(organisation=organisation, part="partner", locale=locale)
        for organisation in Organisation.objects.all()[:3]
    ]
    return tree.add(tree.home, page)


def _contact(tree: SiteTree) -> ContactPage:
    page = ContactPage(title="Kontakt", slug="kontakt", body=TEXT)
    page.places = [
        ContactPlace(name="Stacja", address="Rynek 1", phone="85 1", locale=tree.home.locale)
    ]
    return tree.add(tree.home, page)


def _people(tree: SiteTree) -> PeoplePage:
    page = PeoplePage(title="Ludzie", slug="ludzie", body=TEXT)
    locale = tree.home.locale
    page.people = [
        Person(name=f"Osoba {n}", part="okienko", phone="85 682 21 80", locale=locale)
        for n in range(3)
    ]
    return tree.add(tree.home, page)


def make_picture(title: str = "Dąb") -> Picture:
    """An uploaded picture."""
    data = BytesIO()
    Image.new("RGB", (1200, 900), "#2f6b46").save(data, "PNG")
    file = ImageFile(BytesIO(data.getvalue()), name="dab.png")
    return Picture.objects.create(title=title, description="Dąb nad torami.", file=file)


def _picture() -> Any:
    image = make_picture()
    image.contextual_alt_text, image.decorative = "Dąb.", False
    return image


def _files(tree: SiteTree) -> DownloadsPage:
    file = PublicDocument.objects.create(title="Plik", file=ContentFile(b"tak", name="plik.txt"))
    body = [("heading", "Pliki"), ("downloads", {"items": [file]})]
    return tree.add(tree.home, DownloadsPage(title="Pliki", slug="pliki", body=body))


BUILDERS: dict[type[Page], Callable[[SiteTree], Any]] = {
    HomePage: lambda tree: tree.home,
    ProjectPage: _project,
    ModelPage: lambda tree: tree.add(
        _project(tree),
        ModelPage(title="Model zlecania", slug="model", short_name="Zlecanie", body=TEXT),
    ),
    PartnersPage: lambda tree: tree.add(
        _project(tree), PartnersPage(title="Partnerzy", slug="partnerzy", body=TEXT)
    ),
    StandardPage: lambda tree: tree.standard(body=TEXT),
    NewsIndexPage: lambda tree: tree.news,
    NewsPage: lambda tree: tree.news_item(body=TEXT),
    EventIndexPage: lambda tree: tree.events,
    EventPage: lambda tree: tree.event(body=TEXT),
    BuildingPage: lambda tree: tree.add(
        tree.home, BuildingPage(title="Budynek", slug="budynek", body=TEXT)
    ),
    ContactPage: _contact,
    DeclarationPage: lambda tree: tree.add(
        tree.home, DeclarationPage(title="Deklaracja", slug="dostepnosc")
    ),
    PrivacyPage: lambda tree: tree.add(
        tree.home, PrivacyPage(title="Prywatność", slug="prywatnosc", body=TEXT)
    ),
    CookiesPage: lambda tree: tree.add(
        tree.home, CookiesPage(title="Ciasteczka", slug="ciasteczka", body=TEXT)
    ),
    CataloguePage: lambda tree: tree.catalogue,
    PeoplePage: _people,
    FaqPage: lambda tree: tree.add(tree.home, FaqPage(title="Pytania", slug="pytania", body=TEXT)),
    GalleryPage: lambda tree: tree.add(
        tree.home,
        GalleryPage(
            title="Galeria",
            slug="galeria",
            body=[("image", {"image": _picture(), "caption": "Dąb"})],
        ),
    ),
    DownloadsPage: _files,
    CampaignPage: lambda tree: tree.add(
        tree.home,
        CampaignPage(
            title="Zima",
            slug="zima",
            call="Zapisz się",
            call_url="/uslugi/",
            body=[*TEXT, ("live", {"platform": "all", "number": 3})],
        ),
    ),
    ContactFormPage: lambda tree: tree.add(
        tree.home,
        ContactFormPage(
            title="Napisz", slug="napisz", topics="Sale\nStrona", office_email="a@example.org"
        ),
    ),
}


def page_types(*apps: str) -> list[type[Page]]:
    """The page types that applications define, by name."""
    found = [model for model in get_page_models() if model._meta.app_label in apps]
    return sorted(found, key=lambda model: model._meta.label)
