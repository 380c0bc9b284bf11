"""Writing an application, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.clock import database_now
from forms.autosave import (
    DraftClosed,
    autosave_response,
    draft_state,
    names_of,
    posted_client,
    posted_number,
    signed_out,
)
from forms.merging import Conflict
from forms.rendering import StepView, other_answers, read_posted, step_view
from forms.schema import Step
from forms.services import StaleDraft, is_too_long
from incubator import permissions, selectors, services
from incubator.models import Application
from incubator.selectors.calls import CallView
from incubator.views.common import for_people, head, visible
from incubator.views.kept import take_kept
from incubator.views.uploads import accepted, accepted_in_words, upload_limit, with_urls


@dataclass
class Page:
    """What a step's page shows besides the draft itself."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    conflicts: Sequence[Conflict] = ()
    status: int = 200


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def step(request: HttpRequest, uuid: Any, key: str) -> HttpResponse:
    """One step. Whatever is sent is saved first; then it is said what has to be put right."""
    application = visible(request, uuid)
    found = application.form_version.form.step(key)
    if found is None:
        raise Http404
    if request.method == "POST":
        return _posted(request, application, found, request.POST, request.FILES)
    may_write = permissions.may_write(request.user, application)
    if not may_write or found not in selectors.open_steps(application):
        return redirect("incubator:application", application.uuid)
    kept = take_kept(request)
    if kept is not None:
        page = _saved(request, application, found, kept)
        if isinstance(page, HttpResponse):
            return page
        if not page.conflicts:
            messages.success(
                request, _("What you sent after you had been signed out has been saved.")
            )
        return _page(request, application, found, page)
    return _page(request, application, found, Page())


@require_http_methods(["GET", "POST"])
@never_cache
def autosave(request: HttpRequest, uuid: Any) -> JsonResponse:
    """What the script saves while somebody types (`forms.autosave`)."""
    if not request.user.is_authenticated:
        return signed_out()
    application = visible(request, uuid)
    if request.method == "GET":
        return draft_state(request, rev=application.draft.rev)

    def save(changes: Mapping[str, Any], base_rev: int, client: str) -> Any:
        return services.save_draft(
            application, changes, base_rev=base_rev, client=client, actor=request.user
        )

    return autosave_response(request, application.form_version.form, application.draft, save)


def _posted(
    request: HttpRequest, application: Application, found: Step, posted: QueryDict, files: Any
) -> HttpResponse:
    page = _saved(request, application, found, posted)
    if isinstance(page, HttpResponse):
        return page
    if page.conflicts or page.errors:
        return _page(request, application, found, page)
    here = selectors.applications.step_url(application, found.key)
    errors: dict[str, str] = {}
    if "upload" in posted:
        errors = _upload(request, application, posted.get("upload", ""), files)
    elif "remove" in posted:
        _remove(request, application, posted.get("remove", ""))
    elif "comment" in posted:
        errors = _comment(request, application, posted)
        here = f"{here}#comments-{posted['comment']}"
    elif "settle" in posted:
        _settle(request, application, posted.get("settle", ""))
    elif posted.get("go") == "next":
        errors = _said_about(application, found)
        if not errors:
            return redirect(_following(application, found))
    elif posted.get("go") == "summary":
        return redirect("incubator:summary", application.uuid)
    else:
        saved_at = timezone.localtime(application.draft.saved_at or database_now())
        messages.success(
            request, _("The draft has been saved, %(time)s.") % {"time": f"{saved_at:%H:%M:%S}"}
        )
    if errors:
        return _page(request, application, found, Page(errors=errors, status=422))
    return redirect(here)


def _saved(
    request: HttpRequest, application: Application, found: Step, posted: QueryDict
) -> Page | HttpResponse:
    """Save what was sent; a page of its own where that is impossible."""
    only = posted.getlist("keys") if "scripted" in posted else None
    changes = read_posted(found, posted, only=only)
    if taken := posted.get("take"):
        changes.pop(taken, None)
    too_long = {key: changes.pop(key) for key in list(changes) if is_too_long(changes[key])}
    try:
        saved = services.save_draft(
            application,
            changes,
            base_rev=posted_number(posted, "rev"),
            client=posted_client(posted),
            actor=request.user,
        )
    except DraftClosed as error:
        return _closed(request, application, found, changes, str(error))
    except PermissionDenied:
        return _closed(
            request,
            application,
            found,
            changes,
            _("You may read this application but not change it."),
            status=403,
        )
    except StaleDraft:
        return _closed(
            request, application, found, changes, _("This page belongs to another draft.")
        )
    if too_long:
        said = _("This is too long to be kept, and was not saved. Shorten it.")
        return Page(answers=too_long, errors=dict.fromkeys(too_long, said), status=413)
    mine = {conflict.key: conflict.mine for conflict in saved.conflicts}
    return Page(answers=mine, conflicts=saved.conflicts, status=409 if mine else 200)


def _said_about(application: Application, found: Step) -> dict[str, str]:
    files = selectors.files_by_field(application)
    answers = application.draft.data
    return selectors.checked_answers(application, answers, files, step=found.key).errors


def _upload(
    request: HttpRequest, application: Application, field_key: str, files: Any
) -> dict[str, str]:
    sent = files.get(f"file-{field_key}")
    if sent is None:
        return {field_key: _("Choose a file first.")}
    try:
        services.add_file(application, field_key=field_key, upload=sent, actor=request.user)
    except ValidationError as error:
        return {field_key: error.messages[0]}
    messages.success(request, _("The file “%(name)s” has been added.") % {"name": sent.name})
    return {}


def _comment(request: HttpRequest, application: Application, posted: QueryDict) -> dict[str, str]:
    key = posted.get("comment", "")
    text = posted.get(f"comment-{key}", "")
    try:
        services.comment(application, field_key=key, text=text, actor=request.user)
    except ValidationError as error:
        return {key: error.messages[0]}
    return {}


def _settle(request: HttpRequest, application: Application, text: str) -> None:
    if text.isascii() and text.isdigit() and len(text) < 18:
        services.settle_comment(application, comment_id=int(text), actor=request.user)


def _remove(request: HttpRequest, application: Application, text: str) -> None:
    with suppress(ValueError):
        file_id = UUID(text)
        try:
            services.remove_file(application, file_id=file_id, actor=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("The file has been removed."))


def _following(application: Application, found: Step) -> str:
    steps = selectors.open_steps(application)
    position = steps.index(found) if found in steps else len(steps)
    if position + 1 < len(steps):
        return selectors.applications.step_url(application, steps[position + 1].key)
    return selectors.applications.summary_url(application)


def _page(request: HttpRequest, application: Application, found: Step, page: Page) -> HttpResponse:
    form = application.form_version.form
    draft = application.draft
    files = with_urls(application, selectors.files_by_field(application))
    answers = {**draft.data, **page.answers}
    view: StepView = step_view(
        form,
        found,
        answers,
        files,
        errors=page.errors,
        conflicts=page.conflicts,
        names=names_of(list(page.conflicts)),
    )
    unlocked = application.unlocked_keys
    if unlocked is not None:
        view.questions = [question for question in view if question.key in unlocked]
    for question in view:
        if question.takes_files:
            question.accept = accepted(question.definition)
            question.accept_words = accepted_in_words(question.definition)
    steps = selectors.wizard_steps(application, now=found.key)
    comments = selectors.comments_by_field(application)
    for question in view:
        question.comments = comments.get(question.key, [])
    open_now = selectors.open_steps(application)
    position = open_now.index(found)
    context = {
        **head(application.call.name, is_example=application.call.is_example),
        "has_errors": view.has_errors or bool(page.conflicts),
        "application": application,
        "call": application.call,
        "call_view": CallView(application.call, database_now(), application.organisation_id),
        "clarification": application.open_clarification,
        "step": found,
        "view": view,
        "conflicts": len(page.conflicts),
        "steps": steps,
        "position": position + 1,
        "previous": steps[position - 1] if position else None,
        "is_last": position + 1 == len(steps),
        "draft": draft,
        "completeness": selectors.completeness(application),
        "other_answers": other_answers(form, found, answers, files),
        "store": f"{request.user.pk} {application.uuid}",
        "upload_max": upload_limit(),
        "team": application.organisation.memberships.select_related("user"),
    }
    return render(request, "incubator/step.html", context, status=page.status)


def _closed(
    request: HttpRequest,
    application: Application,
    found: Step,
    changes: Mapping[str, Any],
    reason: str,
    *,
    status: int = 409,
) -> HttpResponse:
    """Nothing can be saved any more: what was typed is shown, so that it can be copied."""
    typed = [
        (question.definition.label, question.raw)
        for question in step_view(application.form_version.form, found, changes, {})
        if question.key in changes and question.raw
    ]
    context = {
        **head(application.call.name),
        "application": application,
        "reason": reason,
        "typed": typed,
    }
    return render(request, "incubator/closed.html", context, status=status)
