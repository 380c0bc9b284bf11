from home.models.building import BuildingPage
from home.models.events import EventIndexPage, EventPage
from home.models.landing import HomePage
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
    "EventIndexPage",
    "EventPage",
    "HomePage",
    "ModelPage",
    "NewsIndexPage",
    "NewsPage",
    "PartnersPage",
    "ProjectDate",
    "ProjectPage",
    "ProjectPartner",
    "SiteIdentity",
    "StandardPage",
    "TimelineEntry",
]
