"""The page behind a private link: it says what the button does, and only the button does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from core.tokens.access import Reason, TokenRefused, peek, redeem
from core.tokens.models import AccessToken


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the page asks: a heading, a sentence about what happens, the words of the button."""

    heading: str
    text: str
    button: str


@method_decorator(csrf_exempt, name="dispatch")
class TokenView(View):
    """A page for tokens of one `purpose`, for a URL with the parameter `token`.

    A feature says in `question()` what the button does and does it in `act()`, which runs in the
    transaction that redeems the token and gives the answer: a redirect to an address without the
    token. `refused()` may lead people on whose link is of no use any more.

    Without Django's CSRF check: the secret in the address is what such a check would ask for, no
    cookie gives any right here, and browsers send `Origin: null` from pages that hide where they
    come from. What other sites send is refused by `Sec-Fetch-Site`.
    """

    http_method_names = ["get", "head", "post"]
    purpose: str
    template_name = "components/token_confirm.html"

    def question(self, token: AccessToken) -> Question:
        """What is asked about this token's object."""
        raise NotImplementedError

    def act(self, token: AccessToken) -> HttpResponse:
        """Do it. The token is redeemed; raising undoes that too."""
        raise NotImplementedError

    def refused(self, reason: Reason) -> HttpResponse:
        """The page for a link that opens nothing."""
        status = 404 if reason is Reason.UNKNOWN else 410
        context = {"refusal": refusal_text(reason)}
        return render(self.request, self.template_name, context, status=status)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in FOREIGN:
            raise PermissionDenied("this button stands on our own page alone")
        try:
            response = super().dispatch(request, *args, **kwargs)
        except TokenRefused as refusal:
            response = self.refused(refusal.reason)
        return hide(response)

    def get(self, request: HttpRequest, *, token: str, **kwargs: Any) -> HttpResponse:
        found = peek(token, self.purpose)
        return render(request, self.template_name, {"question": self.question(found)})

    def post(self, request: HttpRequest, *, token: str, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            self.lock(peek(token, self.purpose))
            return self.act(redeem(token, self.purpose))

    def lock(self, token: AccessToken) -> None:
        """Lock the object before the token, as everything does that changes both."""
        model = apps.get_model(token.object_type)
        model._base_manager.select_for_update(of=("self",)).filter(pk=token.object_id).first()


FOREIGN = {"cross-site", "same-site"}


def hide(response: HttpResponseBase) -> HttpResponseBase:
    """Keep the address with the token out of caches, other sites' logs and search engines."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def refusal_text(reason: Reason) -> str:
    """Why the link opens nothing, and nothing about what it once opened."""
    match reason:
        case Reason.EXPIRED:
            return _("This link was valid for a limited time, and that time is over.")
        case Reason.USED:
            return _("This link has already been used.")
        case Reason.REVOKED:
            return _("This link was replaced by a newer one. Look for the latest mail from us.")
        case _unknown:
            return _("We do not know this link. Check that it was copied whole.")
