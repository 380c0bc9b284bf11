"""Demo calls and applications, made by the services that the views use."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.demo import demo_user
from core.actors import SYSTEM
from core.demo import columns, read
from core.ports import DemoReport
from core.transitions import transition
from directory.models import Organisation, TeamRole
from directory.services import add_member, answer_patronage, ask_patron, create_organisation
from forms.models import Area
from forms.services import adopt_version, save_version
from incubator import services
from incubator.criteria import CRITERIA
from incubator.models import Application, Call, CallAttachment, CallCriterion
from incubator.presets import GRANT, PLACE, preset
from incubator.states import State

CONTENT = Path(__file__).parent / "incubator.toml"
CLOSING_TIME = time(15, 0)
CONTACT = {
    "contact_name": "Ignacy Inkubator",
    "contact_phone": "85 000 00 00",
    "contact_email": "koordynator.inkubatora@demo.hajnowka.example",
}


def load(report: DemoReport) -> None:
    """Makes the calls and applications that are missing; what is there stays as it is."""
    content = read(CONTENT)
    for name in (PLACE, GRANT):
        version = save_version(name, preset(name), actor=SYSTEM)
        adopt_version(version, area=Area.INCUBATOR, actor=SYSTEM)
    calls = {row["key"]: _call(row, number) for number, row in enumerate(content["call"], start=1)}
    # All of them first: one is the patron of another.
    for row in content["application"]:
        _organisation(row, demo_user(row["owner"]))
    for row in content["application"]:
        _application(row, calls[row["call"]])
    report(f"{Call.objects.count()} calls, {Application.objects.count()} applications")


# Files are taken in outside of transactions (`core.files.store_upload`), as from a browser.
load.commits_by_itself = True  # type: ignore[attr-defined]


def page_content() -> dict[str, Any]:
    """The page of the incubator, for the demo's tree of pages."""
    content: dict[str, Any] = read(CONTENT)["page"]
    return content


def _call(row: dict[str, Any], number: int) -> Call:
    existing = Call.objects.filter(slug=row["slug"]).first()
    if existing is not None:
        return existing
    closes_at = _at(row["closes_in_days"])
    call = Call.objects.create(
        slug=row["slug"],
        year=closes_at.year,
        ordinal=number,
        **columns("name", row["name"]),
        **columns("summary", row["summary"]),
        **columns("body", row["body"]),
        **(columns("regulations", row["regulations"]) if "regulations" in row else {}),
        opens_at=_at(row["opens_in_days"]),
        closes_at=closes_at,
        decision_due=_at(row["decision_in_days"]).date(),
        seats=row["seats"],
        form_version=save_version(PLACE, preset(PLACE), actor=SYSTEM),
        is_published=True,
        is_example=True,
        **CONTACT,
    )
    for order, item in enumerate(row.get("criteria", [])):
        values = {**item, **columns("text", item["text"])}
        del values["text"]
        CallCriterion.objects.create(call=call, sort_order=order, **values)
    for order, item in enumerate(row.get("attachments", [])):
        CallAttachment.objects.create(call=call, sort_order=order, **item)
    return call


def _application(row: dict[str, Any], call: Call) -> None:
    owner = demo_user(row["owner"])
    organisation = _organisation(row, owner)
    if "patron" in row and organisation.patron is None:
        asked = ask_patron(organisation, number=row["patron"], actor=owner)
        leader = asked.patron.memberships.filter(role=TeamRole.OWNER).first()
        assert leader is not None
        answer_patronage(asked, accept=True, actor=leader.user)
    if Application.objects.filter(call=call, organisation=organisation).exists():
        return
    begun = min(call.closes_at, timezone.now()) - timedelta(days=4)
    application = services.begin_application(call, organisation, actor=owner, arrived_at=begun)
    services.save_draft(application, row["answers"], base_rev=0, client="demo", actor=owner)
    if row["state"] == State.DRAFT:
        return
    services.add_file(application, field_key="statute", upload=_statute(organisation), actor=owner)
    application.draft.refresh_from_db()
    services.submit(
        application,
        actor=owner,
        arrived_at=begun + timedelta(days=2, hours=3, minutes=17),
        rev=application.draft.rev,
        representation=row["representation"],
        idempotency_key=uuid.uuid4(),
    )
    _move(application, row)


def _move(application: Application, row: dict[str, Any]) -> None:
    """Bring a sent application into the state that the demo shows."""
    coordinator, approver = demo_user("koordynator.inkubatora"), demo_user("zatwierdzajaca")
    match row["state"]:
        case State.WITHDRAWN:
            services.withdraw(application, actor=demo_user(row["owner"]))
        case State.FORMAL_CHECK:
            transition(application, "start_check", actor=coordinator)
        case State.CLARIFICATION:
            transition(application, "start_check", actor=coordinator)
            services.ask_clarification(
                application,
                questions=row["questions"],
                keys=row["keys"],
                days=5,
                actor=coordinator,
            )
        case State.FORMAL_OK:
            transition(application, "start_check", actor=coordinator)
            services.save_check(
                application, dict.fromkeys(CRITERIA, ("yes", "")), actor=coordinator
            )
            transition(application, "pass", actor=coordinator)
        case State.FORMAL_REJECTED:
            transition(application, "start_check", actor=coordinator)
            transition(
                application, "propose_refusal", actor=coordinator, public_reason=row["reason"]
            )
            transition(application, "confirm_refusal", actor=approver)


def _organisation(row: dict[str, Any], owner: Any) -> Organisation:
    data = row["organisation"]
    existing = Organisation.objects.filter(name_pl=data["name_pl"], is_example=True).first()
    organisation = existing or create_organisation(actor=owner, is_example=True, **data)
    if "editor" in row:
        editor = demo_user(row["editor"])
        add_member(organisation, user=editor, role=TeamRole.EDITOR, actor=owner)
    return organisation


def _statute(organisation: Organisation) -> SimpleUploadedFile:
    """A page that says that it is an example."""
    source = (
        b'#set document(title: sys.inputs.name)\n#set text(lang: "pl", size: 12pt)\n'
        b"= Statut (przyk\xc5\x82ad)\n#sys.inputs.name\n"
    )
    pdf = typst.compile(
        source, ignore_system_fonts=True, sys_inputs={"name": organisation.name_pl}, timestamp=0
    )
    return SimpleUploadedFile("statut.pdf", pdf, content_type="application/pdf")


def _at(days: int) -> datetime:
    """That many days from today, at closing time in Hajnówka."""
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, CLOSING_TIME))
