"""Asking to use the winning sign, with or without an account."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.throttle import throttle, visitor_key
from core.transitions import Refused
from plebiscite.forms import UseForm
from plebiscite.models import Plebiscite
from plebiscite.selectors.sign import sign_context
from plebiscite.services import signing
from plebiscite.views.common import draw, public_or_404

#: A school or an office may ask for many things from one address.
LIMIT, PER = 20, timedelta(hours=1)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, and after it the number of the request."""
    plebiscite = public_or_404(slug)
    context = sign_context(plebiscite)
    if context is None or context["rules"] is None:
        raise Http404
    if request.method != "POST":
        user = request.user
        initial: dict[str, object] = {"key": uuid4()}
        if user.is_authenticated:
            initial |= {"name": user.get_full_name(), "email": user.email}
        return _page(request, plebiscite, UseForm(initial=initial), context)
    throttle("plebiscite.use", visitor_key(request), limit=LIMIT, per=PER)
    form = UseForm(request.POST)
    if not form.is_valid():
        return _page(request, plebiscite, form, context, status=422)
    texts = {name: form.cleaned_data[name] for name in ("name", "organisation", "email", "purpose")}
    key: UUID = form.cleaned_data["key"]
    try:
        asked = signing.ask(
            plebiscite, actor=request.user, key=key, language=get_language() or "pl", **texts
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, plebiscite, form, context, status=422)
    return draw(request, "sign_asked.html", plebiscite, {**context, "number": asked.number})


def _page(
    request: HttpRequest,
    plebiscite: Plebiscite,
    form: UseForm,
    context: dict[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    return draw(request, "sign_ask.html", plebiscite, {**context, "form": form}, status=status)
