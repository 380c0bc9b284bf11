from home.models.building import BuildingPage
from home.models.events import EventIndexPage, EventPage
from home.models.landing import HomePage
from home.models.law import CookiesPage, DeclarationPage, LegalDetails, PrivacyPage
from home.models.letters import ContactFormPage, Letter
from home.models.links import OutsideLink
from home.models.more import (
    CampaignPage,
    DownloadsPage,
    FaqPage,
    GalleryPage,
    PeoplePage,
    Person,
)
from home.models.news import NewsIndexPage, NewsPage
from home.models.newsletter import IssueItem, NewsletterIssue, Subscriber
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
    "CampaignPage",
    "ContactFormPage",
    "ContactPage",
    "ContactPlace",
    "CookiesPage",
    "DeclarationPage",
    "DownloadsPage",
    "EventIndexPage",
    "EventPage",
    "FaqPage",
    "GalleryPage",
    "HomePage",
    "IssueItem",
    "LegalDetails",
    "Letter",
    "ModelPage",
    "NewsIndexPage",
    "NewsPage",
    "NewsletterIssue",
    "OutsideLink",
    "PartnersPage",
    "PeoplePage",
    "Person",
    "PrivacyPage",
    "ProjectDate",
    "ProjectPage",
    "ProjectPartner",
    "SiteIdentity",
    "StandardPage",
    "Subscriber",
    "TimelineEntry",
]
