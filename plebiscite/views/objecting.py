"""Raising an objection to a result: for everybody, without an account."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.throttle import throttle, visitor_key
from core.transitions import Refused
from plebiscite import clock
from plebiscite.forms import ObjectionForm
from plebiscite.models import Plebiscite
from plebiscite.phases import takes_objections
from plebiscite.services.objecting import object_to
from plebiscite.views.common import draw, private, public_or_404

#: From one address; a whole family may object.
TRIES, PER = 20, timedelta(hours=1)


@csrf_exempt  # the form carries a key of its own, signed, and no cookie gives any right here
@sensitive_post_parameters("name", "email", "text")
@private
@require_http_methods(["GET", "HEAD", "POST"])
def objecting(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, and the number that an objection gets."""
    plebiscite = public_or_404(slug)
    if request.method != "POST":
        if not takes_objections(plebiscite, clock.now()):
            return draw(request, "objecting_closed.html", plebiscite, {})
        return _form(request, plebiscite, ObjectionForm())
    form = ObjectionForm(request.POST)
    key = _key_of(request, plebiscite)
    if key is None or not form.is_valid():
        return _form(request, plebiscite, form, key)
    throttle("plebiscite.objection", visitor_key(request), limit=TRIES, per=PER)
    try:
        objection = object_to(
            plebiscite.pk,
            key=key,
            name=form.cleaned_data["name"],
            email=form.cleaned_data["email"],
            text=form.cleaned_data["text"],
            language=get_language() or "pl",
        )
    except Refused:
        return draw(request, "objecting_closed.html", plebiscite, {})
    return draw(request, "objecting_done.html", plebiscite, {"objection": objection})


def _form(
    request: HttpRequest, plebiscite: Plebiscite, form: ObjectionForm, key: UUID | None = None
) -> HttpResponse:
    signed = signing.dumps(str(key or uuid4()), salt=_salt(plebiscite))
    return draw(request, "objecting.html", plebiscite, {"form": form, "key": signed})


def _key_of(request: HttpRequest, plebiscite: Plebiscite) -> UUID | None:
    try:
        return UUID(signing.loads(request.POST.get("key", ""), salt=_salt(plebiscite)))
    except (signing.BadSignature, ValueError):
        return None


def _salt(plebiscite: Plebiscite) -> str:
    return f"plebiscite.objection.{plebiscite.pk}"
