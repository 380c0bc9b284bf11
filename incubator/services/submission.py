"""Sending an application: once, in time, whole, with a number."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation

from core.transitions import lock_row
from core.transitions import transition as change_state
from directory.models import Organisation
from forms.checking import raw_answer
from forms.services import take_snapshot
from forms.types import registry
from incubator.models import Application, ApplicationDraft, ApplicationSnapshot
from incubator.selectors.applications import checked_answers
from incubator.selectors.files import files_by_field
from incubator.states import State

CLARIFICATION = "clarification"
KINDS = {"submit": "submission", "correct": "correction", "answer": CLARIFICATION}


@dataclass(frozen=True)
class Submitted:
    """What was sent. `is_repeat` when this press of the button had been answered before."""

    application: Application
    snapshot: ApplicationSnapshot
    is_repeat: bool = False


@transaction.atomic
def submit(
    application: Application,
    *,
    actor: Any,
    arrived_at: datetime,
    rev: int,
    representation: Mapping[str, str],
    idempotency_key: uuid.UUID,
) -> Submitted:
    """Send what is being written: check it, freeze it, tell the team; a draft gets its number.

    What was sent before the close is corrected, a request for clarification is answered: each
    makes a new snapshot beside the earlier ones. `arrived_at` is when the request reached the
    server, by the database's clock; `rev` the revision that the sender has read;
    `idempotency_key` comes from the page and makes a second press of the same button give the
    first one's answer. Raises what the table's guards raise: `Late`, `Incomplete`, `Refused`;
    `NotAllowed`; `WrongState` when somebody else was quicker.
    """
    current: Application = lock_row(application)
    earlier = ApplicationSnapshot.objects.filter(
        application=current, idempotency_key=idempotency_key
    ).first()
    if earlier is not None:
        return Submitted(current, earlier, is_repeat=True)
    if ApplicationSnapshot.objects.filter(idempotency_key=idempotency_key).exists():
        # The key of another application's page: no page of ours gives it to this one.
        idempotency_key = uuid.uuid4()
    form = current.form_version.form
    files = files_by_field(current)
    draft = ApplicationDraft.objects.select_for_update().get(application=current)
    answers = draft.data
    checked = checked_answers(current, answers, files)
    verb = current.sending_verb
    if current.state == State.SUBMITTED and draft.is_correcting:
        # Also when the close has passed meanwhile: then the table says so.
        verb = "correct"
    sent = change_state(
        current, verb, actor=actor, arrived_at=arrived_at, rev=rev, errors=checked.errors
    )
    kept = {
        key: value
        for key, value in checked.values.items()
        if not registry[form.fields[key].type].takes_files
    }
    manifest = {
        key: [info.as_json() for info in raw_answer(form.fields[key], answers, files)]
        for key in checked.values
        if registry[form.fields[key].type].takes_files
    }
    kind = KINDS[verb]
    last = ApplicationSnapshot.objects.filter(application=sent).order_by("-seq").first()
    snapshot = take_snapshot(
        ApplicationSnapshot,
        seq=last.seq + 1 if last else 1,
        kind=kind,
        form_version=sent.form_version,
        values=kept,
        files=manifest,
        context=_context(sent, representation),
        idempotency_key=idempotency_key,
        sent_by=actor.pk,
        application=sent,
        arrived_at=arrived_at,
        in_grace=kind != CLARIFICATION and sent.call.is_late(arrived_at, sent.organisation_id),
    )
    draft.sent_data, draft.sent_rev, draft.is_correcting = draft.data, draft.rev, False
    draft.save(update_fields=["sent_data", "sent_rev", "is_correcting"])
    return Submitted(sent, snapshot)


def _context(application: Application, representation: Mapping[str, str]) -> dict[str, Any]:
    """What the answers do not say: whose application it is, as it stood when it was sent."""
    with translation.override("pl"):
        return {
            "number": application.number,
            "call": {"code": application.call.code, "name": application.call.name_pl},
            "organisation": organisation_data(application.organisation),
            "representation": {
                "name": representation["name"],
                "function": representation["function"],
            },
        }


def organisation_data(organisation: Organisation) -> dict[str, Any]:
    """The applicant as it stands now, in the active language."""
    patron = organisation.patron if organisation.is_group else None
    return {
        "name": organisation.name_pl,
        "legal_form": organisation.get_legal_form_display(),
        "register": organisation.register_text,
        "nip": organisation.nip,
        "regon": organisation.regon,
        "address": organisation.address_text,
        "units": [str(unit) for unit in organisation.units.all()],
        "social_economy": organisation.get_pes_category_display()
        if organisation.pes_category
        else "",
        "social_enterprise": organisation.social_enterprise_text,
        "people": organisation.people,
        "patron": f"{patron.name_pl}, {patron.register_text}".strip(", ") if patron else "",
    }
