"""Writing to us, demanding accessibility, and seeing how it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from core.throttle import throttle, visitor_key
from core.tokens.views import hide
from home import states
from home.forms import AccessForm, ContactForm, LetterForm
from home.models import ContactFormPage, Letter
from home.services import letters


def _initial(user: Any) -> dict[str, str]:
    if not user.is_authenticated:
        return {}
    return {"name": user.get_full_name(), "email": user.email}


def _take(
    request: HttpRequest, form: LetterForm, kind: str, office_email: str = ""
) -> Letter | None:
    """The letter, once its form is right."""
    throttle("home.letter", visitor_key(request), limit=10, per=timedelta(hours=1))
    if not form.is_valid():
        return None
    return letters.write(
        kind=kind,
        actor=request.user,
        language=get_language() or settings.LANGUAGE_CODE,
        office_email=office_email,
        **form.letter_values(),
    )


@sensitive_post_parameters()
def contact(request: HttpRequest, page: ContactFormPage) -> HttpResponse:
    """A page with a contact form; called before Wagtail would draw the page without one."""
    if request.method == "POST":
        form = ContactForm(request.POST, topics=page.topic_list)
        letter = _take(request, form, Letter.Kind.CONTACT, page.office_email)
        if letter:
            return redirect(letter.path)
    else:
        form = ContactForm(topics=page.topic_list, initial=_initial(request.user))
    context = {**page.get_context(request), "form": form}
    response = render(request, page.get_template(request), context, status=_status(form))
    add_never_cache_headers(response)
    return response


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def demand(request: HttpRequest) -> HttpResponse:
    """The form that article 18 of the act asks for."""
    if request.method == "POST":
        form = AccessForm(request.POST)
        letter = _take(request, form, Letter.Kind.ACCESS)
        if letter:
            return redirect(letter.path)
    else:
        place = request.GET.get("strona", "").replace("\x00", "")[:300]
        form = AccessForm(initial={**_initial(request.user), "place": place})
    return render(request, "home/demand.html", {"form": form}, status=_status(form))


def _status(form: LetterForm) -> int:
    return 422 if form.is_bound else 200


@never_cache
@require_safe
def letter_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Number, state and dates: nothing about the person, so that the address is enough."""
    letter = get_object_or_404(Letter, pk=pk)
    context = {
        "letter": letter,
        "is_open": letter.state in states.OPEN,
        "is_demand": letter.kind == Letter.Kind.ACCESS,
        "latest_on": states.latest_on(timezone.localtime(letter.received_at).date()),
    }
    return hide(render(request, "home/letter.html", context))  # type: ignore[return-value]
