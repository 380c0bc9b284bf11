from home.models.building import BuildingPage
from home.models.events import EventIndexPage, EventPage
from home.models.landing import HomePage
from home.models.law import CookiesPage, DeclarationPage, LegalDetails, PrivacyPage
from home.models.news import NewsIndexPage, NewsPage
from home.models.project import (
    ModelPage,
    PartnersPage,
    ProjectDate,
    ProjectPage,
    ProjectPartner,
    TimelineEntry,
)
from home.models.settings import SiteIdentity
from home.models.standard import ContactPage, ContactPlace, StandardPage

__all__ = [
    "BuildingPage",
    "ContactPage",
    "ContactPlace",
    "CookiesPage",
    "DeclarationPage",
    "EventIndexPage",
    "EventPage",
    "HomePage",
    "LegalDetails",
    "ModelPage",
    "NewsIndexPage",
    "NewsPage",
    "PartnersPage",
    "PrivacyPage",
    "ProjectDate",
    "ProjectPage",
    "ProjectPartner",
    "SiteIdentity",
    "StandardPage",
    "TimelineEntry",
]
