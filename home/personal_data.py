"""A person's rights to what they have written to us."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.ports import DataExport, DataNotice
from home.models import Letter, Subscriber
from home.services import letters, newsletter


class LetterData:
    """Messages and demands of accessibility."""

    def notice(self) -> DataNotice:
        return DataNotice(
            title=_("Messages and demands of accessibility"),
            what=_("What you write, your name if you give it, your e-mail address or telephone."),
            purpose=_("To answer you."),
            legal_basis=_(
                "A task in the public interest (GDPR, art. 6(1)(e)); for demands of accessibility "
                "a legal duty (art. 6(1)(c))."
            ),
            retention=_("One year after we have answered."),
            stays=_("The number, the kind, the dates and how it ended, without your name."),
        )

    def export(self, user: Any) -> DataExport:
        fields = ("number", "kind", "topic", "name", "email", "phone", "place", "wanted", "text",
                  "answer", "state", "received_at", "due_on")  # fmt: skip
        return DataExport(
            data={"letters": list(Letter.objects.filter(author=user).values(*fields))}
        )

    def erase(self, user: Any) -> None:
        with transaction.atomic():
            for letter in Letter.objects.filter(author=user, erased_at=None):
                letters.erase(letter, actor=user)


class NewsletterData:
    """The list of the newsletter."""

    def notice(self) -> DataNotice:
        return DataNotice(
            title=_("Newsletter"),
            what=_("Your e-mail address and the language."),
            purpose=_("To send you the newsletter."),
            legal_basis=_("Your consent (GDPR, art. 6(1)(a)); you take it back with one press."),
            retention=_("Until you leave the list; a week if you never press the first link."),
        )

    def export(self, user: Any) -> DataExport:
        rows = Subscriber.objects.filter(email__iexact=user.email)
        return DataExport(data=list(rows.values("email", "language", "created_at", "confirmed_at")))

    def erase(self, user: Any) -> None:
        for subscriber in Subscriber.objects.filter(email__iexact=user.email):
            newsletter.leave(subscriber.pk)
