"""The endpoint that `static/js/autosave.js` talks to; a feature's view wraps it.

    def autosave(request, uuid):
        application = …                      # 404 for whoever may not see it
        if request.method == "GET":
            return draft_state(request, rev=application.draft.rev)
        return autosave_response(request, form, save=…)

`signed_out()` answers 401 to people who are not signed in, so that the script keeps its copy
and waits; 409 with both answers where two people changed one; 410 where nothing can be saved any
more; 413 for an answer that is longer than a draft keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext as _

from core.i18n.dates import hour
from forms.merging import Conflict
from forms.models import Draft
from forms.rendering import initial_value
from forms.schema import Field, Form
from forms.services import AnswerTooLong, Saved, StaleDraft
from forms.types import registry

Save = Callable[[Mapping[str, Any], int, str], Saved]


class DraftClosed(Exception):
    """Nothing can be saved any more; the message is for the person."""


def posted_number(posted: QueryDict, name: str) -> int:
    """A whole number that a page of ours sent; 0 when somebody has tampered with it."""
    value = posted.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def posted_client(posted: QueryDict) -> str:
    """The window that a save comes from."""
    return posted.get("client", "")[:64]


def signed_out() -> JsonResponse:
    """For somebody whose session has ended while they were writing."""
    return JsonResponse({"error": _("You are signed out.")}, status=401)


def draft_state(request: HttpRequest, *, rev: int) -> JsonResponse:
    """What the script needs to go on after somebody has signed in again."""
    response = JsonResponse({"rev": rev, "csrf": get_token(request)})
    response["Cache-Control"] = "no-store"
    return response


def autosave_response(request: HttpRequest, form: Form, draft: Draft, save: Save) -> JsonResponse:
    """Save the posted answers by `save(changes, base_rev, client)` and say what became of them.

    `draft` is the object that `save` writes. `save` may raise `DraftClosed`.
    """
    changes = {
        key: registry[form.fields[key].type].read(form.fields[key], request.POST.getlist(key))
        for key in request.POST.getlist("keys")
        if key in form.fields and not registry[form.fields[key].type].takes_files
    }
    try:
        saved = save(changes, posted_number(request.POST, "rev"), posted_client(request.POST))
    except DraftClosed as error:
        return JsonResponse({"error": str(error)}, status=410)
    except StaleDraft:
        return JsonResponse({"error": _("Reload this page: it is out of date.")}, status=410)
    except AnswerTooLong as error:
        message = _("“%(question)s”: this is too long to be kept. Shorten it.")
        return JsonResponse(
            {"error": message % {"question": form.fields[error.key].label}}, status=413
        )
    return JsonResponse(
        {
            "rev": saved.rev,
            "time": timezone.localtime(saved.at).strftime("%H:%M:%S"),
            "conflicts": [
                _answer(form.fields[conflict.key], conflict.theirs, conflict)
                for conflict in saved.conflicts
            ],
            "updates": [
                _answer(form.fields[key], draft.data.get(key), None, draft.marks.get(key))
                for key in saved.updates
            ],
        },
        status=409 if saved.conflicts else 200,
    )


def names_of(conflicts: list[Conflict]) -> dict[int, str]:
    """The names of those who gave the other answers, by account."""
    numbers = {conflict.by for conflict in conflicts if conflict.by}
    users = get_user_model().objects.filter(pk__in=numbers)
    return {user.pk: user.get_full_name() for user in users}


def _answer(
    field: Field, raw: Any, conflict: Conflict | None, mark: list[Any] | None = None
) -> dict[str, Any]:
    kind = registry[field.type]
    by, at = (conflict.by, conflict.at) if conflict else ((mark or [0, "", None, ""])[2:])
    user = get_user_model().objects.filter(pk=by).first() if by else None
    value = initial_value(field, raw)
    moment = datetime.fromisoformat(at) if at else None
    return {
        "key": field.key,
        "value": [str(item) for item in raw] if kind.is_multiple and raw else [str(value or "")],
        "text": kind.show_raw(field, raw or ""),
        "by": user.get_full_name() if user else "",
        "at": hour(moment) if moment else "",
    }
