"""What somebody sent after their session had ended, kept until they have signed in again.

It stands in the visitor's new session, which signing in takes over. Only what a page of an
existing application sends is kept, and only so much of it as answers are long.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict

from incubator.models import Application

SESSION_KEY = "incubator-kept"
MOST = 300_000


def keep_posted(request: HttpRequest) -> bool:
    """Keep a submitted step; whether it was one that can be kept."""
    match = request.resolver_match
    if match is None or match.view_name != "incubator:step":
        return False
    if not Application.objects.filter(uuid=match.kwargs["uuid"]).exists():
        return False
    posted = {key: request.POST.getlist(key) for key in request.POST}
    posted.pop("csrfmiddlewaretoken", None)
    if sum(len(value) for values in posted.values() for value in values) > MOST:
        return False
    request.session[SESSION_KEY] = {"path": request.path, "posted": posted}
    return True


def take_kept(request: HttpRequest) -> QueryDict | None:
    """What was kept for this page, once."""
    kept: dict[str, Any] | None = request.session.get(SESSION_KEY)
    if not kept or kept.get("path") != request.path:
        return None
    del request.session[SESSION_KEY]
    posted = QueryDict(mutable=True)
    for key, values in kept["posted"].items():
        posted.setlist(key, values)
    return posted
