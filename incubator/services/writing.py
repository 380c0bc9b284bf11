"""Beginning an application and writing in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.clock import database_now
from core.transitions import lock_row
from core.transitions import transition as change_state
from directory import permissions as directory_permissions
from directory.models import Organisation
from forms.autosave import DraftClosed
from forms.services import Saved, freeze_version, save_answers
from forms.types import registry
from incubator import permissions
from incubator.eligibility import obstacles
from incubator.models import Application, ApplicationDraft, Call, Phase
from incubator.services.saves import keep_save
from incubator.states import GIVEN_UP, State


class CallNotOpen(ValidationError):
    """The call does not take applications (yet, or any more)."""

    def __init__(self) -> None:
        super().__init__(_("This call is not open now."), code="not_open")


class AlreadyApplying(ValidationError):
    """The organisation has an application in this call; `application` is that one."""

    def __init__(self, application: Application) -> None:
        super().__init__(
            _("Your organisation already has an application in this call."), code="already"
        )
        self.application = application


@transaction.atomic
def begin_application(
    call: Call, organisation: Organisation, *, actor: Any, arrived_at: datetime | None = None
) -> Application:
    """A new application of `organisation` in `call`, as an empty draft of its team.

    Raises `CallNotOpen`, `AlreadyApplying`, and `PermissionDenied` for people who do not write
    for the organisation.
    """
    # The organisation's row keeps two of a team from beginning two applications at once.
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not directory_permissions.may_write(actor, organisation):
        raise PermissionDenied
    if organisation.archived_at is not None:
        raise ValidationError(_("This organisation has been put into the archive."))
    call = Call.objects.select_related("form_version").get(pk=call.pk)
    now = arrived_at or database_now()
    is_open = call.phase_at(now) == Phase.OPEN or (
        call.annulled_at is None and call.opens_at <= now < call.closes_for(organisation.pk)
    )
    if not call.is_published or not is_open:
        raise CallNotOpen
    if call.legal_forms and organisation.legal_form not in call.legal_forms:
        raise ValidationError(obstacles(call, organisation)[0], code="not_for_you")
    if call.one_per_organisation:
        existing = (
            Application.objects.filter(call=call, organisation=organisation)
            .exclude(state__in=GIVEN_UP)
            .first()
        )
        if existing is not None:
            raise AlreadyApplying(existing)
    freeze_version(call.form_version)
    application = Application.objects.create(
        call=call,
        organisation=organisation,
        form_version=call.form_version,
        lead=actor,
        is_only_one=call.one_per_organisation,
    )
    ApplicationDraft.objects.create(application=application)
    record(application, "begin", actor=actor, to_state=application.state)
    return application


def locked_draft(application: Application, *, actor: Any) -> Application:
    """The application with its row locked, if `actor` may write in it.

    Raises `DraftClosed` when it is no draft any more: whoever saves while somebody else sends
    waits for the lock and then reads this.
    """
    current: Application = lock_row(application)
    if not directory_permissions.may_write(actor, current.organisation):
        raise PermissionDenied
    if current.is_writable:
        return current
    if current.number:
        raise DraftClosed(
            _("The application has been sent already, with the number %(number)s.")
            % {"number": current.number}
        )
    raise DraftClosed(_("The application has been given up."))


@transaction.atomic
def save_draft(
    application: Application,
    changes: Mapping[str, Any],
    *,
    base_rev: int,
    client: str,
    actor: Any,
) -> Saved:
    """Save answers as typed; also after the close, because nothing that is written gets lost.

    Raises `DraftClosed`, `PermissionDenied` and what `forms.services.save_answers` raises.
    """
    current = locked_draft(application, actor=actor)
    unlocked = current.unlocked_keys
    saved = save_answers(
        application.draft,
        current.form_version.form,
        {key: value for key, value in changes.items() if unlocked is None or key in unlocked},
        base_rev=base_rev,
        client=client,
        actor=actor,
    )
    keep_save(application.draft, saved, client=client, actor=actor)
    return saved


@transaction.atomic
def bring_back(application: Application, *, save_id: int, actor: Any) -> Saved | None:
    """Answer the questions as they were answered in an earlier state; None where there is none.

    It is a save like any other: what stood before it can be brought back in turn. Raises
    `DraftClosed`, `PermissionDenied`.
    """
    current = locked_draft(application, actor=actor)
    draft = ApplicationDraft.objects.select_for_update().get(application=current)
    wanted = draft.saves.filter(pk=save_id).first()
    if wanted is None:
        return None
    form, unlocked = current.form_version.form, current.unlocked_keys
    changes = {
        key: wanted.data.get(key) or ([] if registry[item.type].is_multiple else "")
        for key, item in form.fields.items()
        if not registry[item.type].takes_files and (unlocked is None or key in unlocked)
    }
    saved = save_answers(draft, form, changes, base_rev=draft.rev, client="", actor=actor)
    keep_save(draft, saved, client="", actor=actor, alone=True)
    if saved.changed:
        record(current, "bring_back", actor=actor, fields=saved.changed)
    return saved


@transaction.atomic
def save_representation(
    application: Application, representation: Mapping[str, str], *, actor: Any
) -> None:
    """Keep who declares to act for the organisation, as typed."""
    locked_draft(application, actor=actor)
    draft = application.draft
    if draft.representation != dict(representation):
        draft.representation = dict(representation)
        draft.save(update_fields=["representation"])


def abandon(application: Application, *, actor: Any) -> Application:
    """Give a draft up; another one may then be begun."""
    return change_state(application, "abandon", actor=actor)


def withdraw(application: Application, *, actor: Any) -> Application:
    """Take a sent application back. Its number stays its own."""
    if not permissions.may_lead(actor, application):
        raise PermissionDenied
    return change_state(application, "withdraw", actor=actor)


@transaction.atomic
def begin_correction(application: Application, *, actor: Any) -> Application:
    """Open what was sent, so that it can be corrected and sent again before the close.

    What was sent counts until the correction is sent. Raises `PermissionDenied`, `CallNotOpen`.
    """
    current: Application = lock_row(application)
    if not directory_permissions.may_write(actor, current.organisation):
        raise PermissionDenied
    if not current.can_be_corrected:
        raise CallNotOpen
    if not current.draft.is_correcting:
        ApplicationDraft.objects.filter(application=current).update(is_correcting=True)
        record(current, "begin_correction", actor=actor)
    return current


@transaction.atomic
def drop_correction(application: Application, *, actor: Any) -> Application:
    """Leave it at what was sent; changes since then are put aside."""
    current: Application = lock_row(application)
    if not directory_permissions.may_write(actor, current.organisation):
        raise PermissionDenied
    if current.state == State.SUBMITTED and current.draft.is_correcting:
        back_to_sent(current)
        record(current, "drop_correction", actor=actor)
    return current


def back_to_sent(application: Application) -> None:
    """Let the draft be what was sent last, its files too; what was never sent is put aside."""
    draft = ApplicationDraft.objects.select_for_update().get(application=application)
    draft.is_correcting = False
    if draft.data != draft.sent_data:
        draft.unsent_data = draft.data
        draft.data = draft.sent_data
        # Windows that are still open rest on an older revision and meet this one as a conflict.
        draft.rev += 1
        draft.marks = {key: [draft.rev, "", None, ""] for key in draft.data}
    draft.save()
    snapshot = application.latest_snapshot
    if snapshot is None:
        return
    sent = [info["id"] for infos in snapshot.files.values() for info in infos]
    files = application.attachments
    files.filter(removed_at=None).exclude(file_id__in=sent).update(removed_at=database_now())
    files.filter(file_id__in=sent).update(removed_at=None)
