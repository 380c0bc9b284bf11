"""What search engines are told about news, events, and who runs this site (schema.org)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.utils.translation import get_language, gettext

from core import structured
from core.i18n.dates import TOWN_TIME
from core.structured import named, thing
from core.templatetags.site_tags import pl_url

if TYPE_CHECKING:
    from django.http import HttpRequest

    from core.models import BasePage
    from home.models import EventPage, NewsPage
    from home.recurrence import Rule

TOWN = {"addressLocality": "Hajnówka", "addressCountry": "PL"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: How often, as ISO 8601 writes it.
FREQUENCIES = {"week": "P1W", "fortnight": "P2W", "month": "P1M"}


def site(request: HttpRequest) -> list[dict[str, Any]]:
    """The site and who runs it, for the home and the contact page."""
    from home.models.settings import SiteIdentity

    identity = SiteIdentity.for_request(request)
    lines = identity.address.splitlines()
    code, _space, town = (lines[-1] if lines else "").partition(" ")
    address = thing(
        "PostalAddress",
        streetAddress=", ".join(lines[:-1]),
        postalCode=code,
        addressLocality=town,
        addressCountry="PL",
    )
    office = thing(
        "GovernmentOrganization",
        name=identity.office,
        address=address,
        telephone=identity.phone,
        email=identity.email,
    )
    organisation = {
        **structured.publisher(),
        **thing(
            "Organization",
            description=gettext("OdNowa – the residents’ station"),
            logo=structured.whole(static("img/mark-180.png")),
            telephone=identity.phone,
            email=identity.email,
            parentOrganization=office,
        ),
    }
    website = thing(
        "WebSite",
        name=organisation["name"],
        url=structured.whole(pl_url("/")),
        inLanguage=get_language(),
        publisher=structured.publisher(),
    )
    return [organisation, website]


def news(page: NewsPage) -> dict[str, Any]:
    """A news item."""
    changed = page.last_published_at
    return thing(
        "NewsArticle",
        headline=named(page.title, is_example=page.is_example),
        description=page.summary(),
        datePublished=page.date.isoformat() if page.date else "",
        dateModified=changed.astimezone(TOWN_TIME).isoformat() if changed else "",
        inLanguage=page.text_language,
        url=page.canonical_url,
        mainEntityOfPage=page.canonical_url,
        image=_image(page),
        author=structured.publisher(),
        publisher=structured.publisher(),
    )


def event(page: EventPage) -> list[dict[str, Any]]:
    """An event at its nearest time; nothing while nobody has said when it is."""
    nearest = page.nearest
    if not nearest.starts_at or not nearest.ends_at:
        return []
    start, end = nearest.starts_at.astimezone(TOWN_TIME), nearest.ends_at.astimezone(TOWN_TIME)
    address: Any = thing("PostalAddress", **TOWN) if page.room else page.place
    organiser = page.organiser
    return [
        thing(
            "Event",
            name=named(page.title, is_example=page.is_example),
            description=page.summary(),
            startDate=start.isoformat(),
            endDate=end.isoformat(),
            eventStatus=f"{structured.CONTEXT}/Event"
            + ("Cancelled" if page.is_cancelled else "Scheduled"),
            eventAttendanceMode=f"{structured.CONTEXT}/OfflineEventAttendanceMode",
            location=thing("Place", name=page.where, address=address),
            organizer=thing("Organization", name=organiser.name) if organiser else None,
            isAccessibleForFree=None if page.cost else True,
            inLanguage=page.text_language,
            url=page.canonical_url,
            image=_image(page),
            eventSchedule=schedule(page, page.rule) if page.rule else None,
        )
    ]


def schedule(page: EventPage, rule: Rule) -> dict[str, Any]:
    """When an event comes again, by the town's clock."""
    first, last = page.starts_at.astimezone(TOWN_TIME), page.ends_at.astimezone(TOWN_TIME)
    monthly = rule.every == "month"
    return thing(
        "Schedule",
        repeatFrequency=FREQUENCIES[rule.every],
        byDay=f"{structured.CONTEXT}/{WEEKDAYS[first.weekday()]}",
        byMonthWeek=(first.day - 1) // 7 + 1 if monthly else None,
        startDate=first.date().isoformat(),
        endDate=rule.until.isoformat(),
        startTime=first.strftime("%H:%M"),
        endTime=last.strftime("%H:%M"),
        exceptDate=sorted(day.isoformat() for day in rule.skipped) or None,
        scheduleTimezone=TOWN_TIME.key,
    )


def _image(page: BasePage) -> str:
    """The picture that is shared; none in the preview of a page that nobody has saved yet."""
    return structured.whole(page.share_card.url) if page.pk else ""
