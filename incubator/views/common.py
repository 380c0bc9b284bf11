"""What the views of one application share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from incubator.models import Application, IncubatorPage
from incubator.views.kept import keep_posted

View = Callable[..., HttpResponseBase]


def for_people(view: View) -> View:
    """Asks to sign in; what somebody sent after their session had ended is kept until then."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            keep_posted(request)
        return redirect_to_login(request.get_full_path())

    return wrapped


def visible(request: HttpRequest, uuid: Any) -> Application:
    """The application, 404 for whoever may not see it: they learn nothing of it."""
    found = Application.objects.visible_to(request.user).with_lists().filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


def head(title: Any, *, lead: str = "", is_example: bool = False) -> dict[str, Any]:
    """Title, lead and the way from the home page, for pages that stand below the incubator's."""
    page = IncubatorPage.objects.live().filter(locale__language_code=get_language()).first()
    return {
        "title": title,
        "lead": lead,
        "is_example": is_example,
        "crumbs": [*page.breadcrumbs, page] if page else [],
    }
