"""People, questions, pictures, files, a campaign, a contact form and two letters of the demo."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from core.actors import VISITOR
from core.demo import document, picture, read, text
from core.models import PublicDocument
from home.models import (
    CampaignPage,
    ContactFormPage,
    DownloadsPage,
    FaqPage,
    GalleryPage,
    HomePage,
    IssueItem,
    Letter,
    NewsletterIssue,
    NewsPage,
    PeoplePage,
    Person,
    Subscriber,
)
from home.services import letters, newsletter

CONTENT = Path(__file__).parent / "more.toml"


def add_more(builder: Any, home: HomePage) -> None:
    """Makes the pages, in the same rounds as all others."""
    content = read(CONTENT)
    for row in content["file"]:
        _upload(row)

    def people(page: PeoplePage, row: dict[str, Any], language: str) -> None:
        page.people = [
            Person(
                name=item["name"],
                part=text(item["part"], language),
                about=text(item["about"], language),
                phone=item.get("phone", ""),
                email=item.get("email", ""),
                picture=picture(item["picture"]),
                is_example=True,
                locale=builder.locales[language],
                sort_order=number,
            )
            for number, item in enumerate(row["person"])
        ]

    builder.add(PeoplePage, home, content["people"], prepare=people)
    builder.add(FaqPage, home, content["faq"])
    builder.add(GalleryPage, home, content["gallery"])
    builder.add(DownloadsPage, home, content["downloads"])
    campaign = content["campaign"]
    builder.add(
        CampaignPage,
        home,
        campaign,
        texts=("call",),
        call_url=campaign["call_url"],
        ends_on=timezone.localdate() + timedelta(days=campaign["in_days"]),
    )
    form = content["contact_form"]
    builder.add(
        ContactFormPage, home, form, texts=("topics",), office_email=form["office_email"]
    )  # fmt: skip
    for name, kind in (("letter", Letter.Kind.CONTACT), ("demand", Letter.Kind.ACCESS)):
        letters.write(
            kind=kind,
            actor=VISITOR,
            language="pl",
            submission_key=uuid.uuid5(uuid.NAMESPACE_URL, f"demo:{name}"),
            office_email=form["office_email"],
            is_example=True,
            **content[name],
        )
    _newsletter(content["newsletter"])


def _newsletter(row: dict[str, Any]) -> None:
    """An issue that nobody has sent, and two readers that do not exist."""
    for email in row["subscribers"]:
        newsletter.ask(email=email, language="pl")
        newsletter.confirm(Subscriber.objects.get(email=email))
    Subscriber.objects.filter(email__in=row["subscribers"]).update(is_example=True)
    issue = NewsletterIssue(subject=row["subject"], intro=row["intro"].strip())
    pages = NewsPage.objects.filter(locale__language_code="pl").order_by("-date", "-pk")[:3]
    issue.items = [IssueItem(page=page, sort_order=n) for n, page in enumerate(pages)]
    issue.save()


def _upload(row: dict[str, Any]) -> PublicDocument:
    if PublicDocument.objects.filter(title=row["title"]).exists():
        return document(row["key"])
    file = ContentFile(row["text"].lstrip().encode(), name=row["name"])
    return PublicDocument.objects.create(title=row["title"], file=file)
