"""Calls and applications for tests."""

from __future__ import annotations

import io
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.actors import SYSTEM
from core.clock import database_now
from directory.models import Organisation, TeamRole
from directory.services import add_member, create_organisation
from forms.models import FormVersion
from forms.services import save_version
from incubator import services
from incubator.models import Application, Call
from incubator.presets import PLACE, preset
from tests.factories.forms import field, form_json
from tests.factories.people import UserFactory

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << >>\n%%EOF\n"

ANSWERS: dict[str, Any] = {
    "contact_person": "Anna Żółć-Nowak",
    "contact_email": "anna@laka.example",
    "contact_phone": "513 172 746",
    "people": "4",
    "experience": "Od trzech lat sadzimy łąki kwietne.",
    "idea_name": "Stolarnia sąsiedzka",
    "idea": "Raz w tygodniu otwieramy warsztat na stacji. " * 8,
    "for_whom": ["seniors", "jobless"],
    "beneficiaries": "40",
    "start": "1.02.2027",
    "needed": ["workshop", "mentor"],
    "mentor_topics": "Księgowość i umowy.",
    "hours": "evenings",
    "income": "12 345,60",
    "has_own": "no",
    "rules": "yes",
    "arrears": "yes",
}


def short_form() -> FormVersion:
    """A form of one question that is easily answered."""
    return save_version("short", form_json(field("name", required=True)), actor=SYSTEM)


def place_form() -> FormVersion:
    """The shipped form."""
    return save_version(PLACE, preset(PLACE), actor=SYSTEM)


#: What the admin's page of a call sends besides: its lists, empty, and its long texts.
EMPTY_PARTS: dict[str, Any] = {
    **{f"{name}-TOTAL_FORMS": 0 for name in ("criteria", "attachments")},
    **{f"{name}-INITIAL_FORMS": 0 for name in ("criteria", "attachments")},
    **{f"body_{code}": "null" for code in ("pl", "be", "en", "it")},
    **{f"regulations_{code}": "null" for code in ("pl", "be", "en", "it")},
    "needs_patron": "on",
}
_ordinals = iter(range(1, 10_000))


def make_call(form: FormVersion | None = None, **fields: Any) -> Call:
    """A published call that is open for a month, unless told otherwise."""
    now = database_now()
    ordinal = next(_ordinals)
    values: dict[str, Any] = {
        "name_pl": "Nabór zimowy",
        "slug": f"nabor-{ordinal}",
        "year": 2026 + ordinal // 99,
        "ordinal": ordinal % 99 + 1,
        "summary_pl": "Sześć miejsc w inkubatorze.",
        "opens_at": now - timedelta(days=10),
        "closes_at": now + timedelta(days=20),
        "seats": 6,
        "contact_name": "Ignacy Inkubator",
        "contact_email": "inkubator@hajnowka.example",
        "is_published": True,
        **fields,
    }
    return Call.objects.create(form_version=form or short_form(), **values)


def make_organisation(owner: Any = None, name: str = "Stowarzyszenie Łąka") -> Organisation:
    """An organisation that `owner` leads."""
    return create_organisation(
        actor=owner or UserFactory(),
        name_pl=name,
        legal_form="association",
        register_type="none",
        town="Hajnówka",
    )


def team_of(organisation: Organisation, role: str) -> Any:
    """Somebody new in the team."""
    person = UserFactory()
    owner = organisation.memberships.filter(role=TeamRole.OWNER).first().user
    add_member(organisation, user=person, role=role, actor=owner)
    return person


def owner_of(application: Application) -> Any:
    """Who leads the applicant's team."""
    return application.organisation.memberships.filter(role=TeamRole.OWNER).first().user


def make_draft(
    call: Call | None = None,
    owner: Any = None,
    answers: dict[str, Any] | None = None,
    organisation: Organisation | None = None,
) -> Application:
    """An application that is being written; complete for the short form."""
    owner = owner or UserFactory()
    organisation = organisation or make_organisation(owner)
    application = services.begin_application(call or make_call(), organisation, actor=owner)
    write(application, {"name": "Stolarnia"} if answers is None else answers, owner)
    return application


def write(application: Application, answers: dict[str, Any], actor: Any) -> None:
    """Save answers as their only author does."""
    application.draft.refresh_from_db()
    services.save_draft(
        application, answers, base_rev=application.draft.rev, client="test", actor=actor
    )


def send(
    application: Application,
    *,
    actor: Any = None,
    arrived_at: datetime | None = None,
    key: uuid.UUID | None = None,
    rev: int | None = None,
) -> services.Submitted:
    """Submit a draft."""
    application.draft.refresh_from_db()
    return services.submit(
        application,
        actor=actor or owner_of(application),
        arrived_at=arrived_at or database_now(),
        rev=application.draft.rev if rev is None else rev,
        representation={"name": "Anna Żółć-Nowak", "function": "prezeska"},
        idempotency_key=key or uuid.uuid4(),
    )


def make_sent(call: Call | None = None, owner: Any = None) -> Application:
    """An application that was sent."""
    return send(make_draft(call, owner)).application


def close(call: Call) -> None:
    """Let a call have been closed for a day."""
    now = database_now()
    Call.objects.filter(pk=call.pk).update(
        opens_at=now - timedelta(days=30), closes_at=now - timedelta(days=1)
    )
    call.refresh_from_db()


def pdf(name: str = "statut.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """A small PDF as a browser sends it."""
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def picture(name: str = "skan.png") -> SimpleUploadedFile:
    """A small picture as a browser sends it."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "#1a3a2a").save(buffer, "PNG")
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="image/png")


def check_every_point(application: Application, actor: Any, result: str = "yes") -> None:
    """Answer every point of the formal check."""
    from incubator.criteria import CRITERIA

    services.save_check(application, dict.fromkeys(CRITERIA, (result, "")), actor=actor)


def url_for(name: str, application: Application, *args: Any) -> str:
    """The address of a page of an application."""
    return reverse(f"incubator:{name}", args=[application.uuid, *args])
