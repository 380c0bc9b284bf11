"""A resident's rights to the data in their cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from core.files import open_file
from core.ports import CannotErase, DataExport, DataNotice, ExportedFile
from core.transitions import Refused
from services_catalog.bookings.models import Booking
from services_catalog.bookings.services import move as move_booking
from services_catalog.cases import selectors
from services_catalog.cases.answers import shown
from services_catalog.cases.erasing import feedback_of
from services_catalog.cases.models import ServiceRequest
from services_catalog.cases.services import move
from services_catalog.place.models import Idea


class CasePersonalData:
    """Contacts, texts and messages of cases; what stays is a number, a service and dates."""

    def notice(self) -> DataNotice:
        return DataNotice(
            title=_("Requests for services"),
            what=_("Your name and address, what you asked for, messages to and from the office."),
            purpose=_("To answer what you asked for."),
            legal_basis=_("A task in the public interest (GDPR, art. 6(1)(e))."),
            retention=_("Until the case is closed and the period set for the service has passed."),
            stays=_("The number, the service, the dates and the outcome, without your name."),
        )

    def export(self, user: Any) -> DataExport:
        cases = ServiceRequest.objects.of_person(user).select_related(
            "service", "contact", "form_version", "feedback"
        )
        rows: list[dict[str, Any]] = []
        for case in cases.prefetch_related("messages"):
            contact = getattr(case, "contact", None)
            rows.append(
                {
                    "number": case.number,
                    "service": case.service.name,
                    "state": case.state_label,
                    "received": case.created_at.isoformat(),
                    "text": case.text,
                    "answers": {answer.label: answer.text for answer in shown(case)},
                    "contact": {
                        name: getattr(contact, name, "")
                        for name in ("name", "on_behalf_of", "email", "phone")
                    },
                    "feedback": feedback_of(case),
                    "messages": [
                        {
                            "written": message.created_at.isoformat(),
                            "by": message.author,
                            "text": message.text,
                        }
                        for message in case.messages.all()
                        if not message.is_internal
                    ],
                }
            )
        ideas = list(
            Idea.objects.filter(author=user).values("title", "text", "signature", "x", "y", "state")
        )
        return DataExport(data={"cases": rows, "ideas": ideas}, files=self._files(cases))

    def _files(self, cases: Iterable[ServiceRequest]) -> Iterator[ExportedFile]:
        for case in cases:
            for number, file in enumerate(selectors.public_files(case), start=1):
                with open_file(file) as content:
                    name = f"{case.number}/{number:02d}-{file.name}"
                    yield ExportedFile(name=name, content=content.read())

    def erase(self, user: Any) -> None:
        cases = ServiceRequest.objects.of_person(user)
        if cases.open().exists():
            raise CannotErase(_("You have open cases. Withdraw them or let us finish first."))
        Idea.objects.filter(author=user).update(author=None, signature="")
        for case in cases.filter(erased_at=None):
            try:
                move(case, "erase", actor=user)
            except Refused as refusal:
                raise CannotErase(str(refusal)) from refusal


class BookingPersonalData:
    """Contacts of bookings; what stays is a number, a date and whether somebody came."""

    def notice(self) -> DataNotice:
        return DataNotice(
            title=_("Bookings"),
            what=_("Your name, address and telephone, which dates you booked or waited for."),
            purpose=_("To keep places for you and to tell you when something changes."),
            legal_basis=_("A task in the public interest (GDPR, art. 6(1)(e))."),
            retention=_("Until the date is over and the period set for the service has passed."),
            stays=_("The number, the date, how many people, and the state, without your name."),
        )

    def export(self, user: Any) -> DataExport:
        rows = Booking.objects.of_person(user).select_related("slot__service", "contact")
        return DataExport(
            data=[
                {
                    "number": booking.number,
                    "service": booking.slot.service.name,
                    "from": booking.slot.starts_at.isoformat(),
                    "to": booking.slot.ends_at.isoformat(),
                    "people": booking.party_size,
                    "state": booking.state_label,
                    "made": booking.created_at.isoformat(),
                    "contact": {
                        name: getattr(getattr(booking, "contact", None), name, "")
                        for name in ("name", "for_whom", "email", "phone")
                    },
                }
                for booking in rows.order_by("created_at")
            ]
        )

    def erase(self, user: Any) -> None:
        for booking in Booking.objects.of_person(user).filter(erased_at=None).order_by("slot"):
            try:
                move_booking(booking, "erase", actor=user)
            except Refused as refusal:
                raise CannotErase(
                    _("You have bookings of coming dates. Cancel them first.")
                ) from refusal
