"""What the incubator keeps about people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from core.files import open_file
from core.ports import DataExport, DataNotice, ExportedFile
from incubator.models import (
    Application,
    ApplicationDraft,
    Attachment,
    CallQuestion,
    CallSubscription,
    Comment,
    DraftSave,
)
from incubator.services import end_subscription


class ApplicationData:
    """Applications belong to organisations; people have begun, written and sent them."""

    def notice(self) -> DataNotice:
        return DataNotice(
            title=_("Applications to the incubator"),
            what=_(
                "Which applications you have begun, changed or sent in the name of an "
                "organisation, and what you wrote about yourself in them, such as the name and "
                "function of the person who declared to act for it. Your address, if you asked for "
                "mail about new calls."
            ),
            purpose=_("So that the call can be held and its outcome explained."),
            legal_basis=_("A task in the public interest (Article 6(1)(e) GDPR)."),
            retention=_(
                "Drafts for 12 months after the last change; applications that were sent for as "
                "long as the call says; an address for mail about new calls until you end it."
            ),
            stays=_(
                "Applications that were sent: they are the organisation’s. Drafts stay with the "
                "others of the team. Both without a link to your account."
            ),
        )

    def export(self, user: Any) -> DataExport:
        return DataExport(
            data={
                "applications": list(self._applications(user)),
                "mail_about_new_calls": CallSubscription.objects.filter(email=user.email).exists(),
                "comments": list(Comment.objects.filter(author=user).values("text", "written_at")),
                "questions_about_calls": list(
                    CallQuestion.objects.filter(asked_by=user).values(
                        "call__name_pl", "question", "answer"
                    )
                ),
            },
            files=self._files(user),
        )

    def _files(self, user: Any) -> Iterator[ExportedFile]:
        """The files that this person has added, also those that were dropped after sending."""
        rows = Attachment.objects.filter(
            added_by=user,
            application__in=Application.objects.of_teams_of(user),
        ).select_related("file", "application")
        for row in rows:
            if row.file.may_be_served:
                with open_file(row.file) as file:
                    name = f"{row.application.uuid}/{row.pk}-{row.file.name}"
                    yield ExportedFile(name=name, content=file.read())

    def _applications(self, user: Any) -> Iterator[dict[str, Any]]:
        for row in Application.objects.of_teams_of(user).with_lists():
            yield {
                "call": row.call.name_pl,
                "organisation": row.organisation.name_pl,
                "number": row.number,
                "state": row.state,
                "begun_by_me": row.lead_id == user.pk,
                "draft": row.draft.data,
            }

    def erase(self, user: Any) -> None:
        for subscription in CallSubscription.objects.filter(email=user.email):
            end_subscription(subscription)
        Application.objects.filter(lead=user).update(lead=None)
        ApplicationDraft.objects.filter(saved_by=user).update(saved_by=None)
        DraftSave.objects.filter(by=user).update(by=None)
        Comment.objects.filter(author=user).update(author=None)
        CallQuestion.objects.filter(asked_by=user).update(asked_by=None)
        Attachment.objects.filter(added_by=user).update(added_by=None)
        for draft in ApplicationDraft.objects.filter(
            application__organisation__memberships__user=user
        ).distinct():
            marks = {
                key: [rev, window, None if by == user.pk else by, at]
                for key, (rev, window, by, at) in draft.marks.items()
            }
            if marks != draft.marks:
                draft.marks = marks
                draft.save(update_fields=["marks"])
