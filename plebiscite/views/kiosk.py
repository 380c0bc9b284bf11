"""The voting stand: a library's tablet that takes codes and can do nothing else.

Its pages have a frame of their own with no way out. A minute after the last touch it is empty
again; what was sent from a page that is older than a few minutes is not acted on, whatever the
browser has kept.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import logout
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from core.i18n.languages import CODES
from core.templatetags.site_tags import localised_path
from core.throttle import throttle, visitor_key
from plebiscite import addresses, kiosk_pass
from plebiscite.models import Plebiscite
from plebiscite.permissions import is_commission
from plebiscite.selectors import view
from plebiscite.views.booth.code import serve, with_codes_or_404
from plebiscite.views.booth.seat import CodeSeat
from plebiscite.views.common import private

FRAME = "plebiscite/kiosk_base.html"
#: Seconds without a touch after which the stand clears itself.
IDLE_S = 60
#: A page can be sent this long after it was drawn: time to read all works, not for the next voter.
GOOD_FOR = timedelta(minutes=5)
_SALT = "plebiscite.kiosk.page"


@csrf_exempt  # as the booth for codes
@sensitive_post_parameters()
@private
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest, slug: str) -> HttpResponse:
    """The stand itself."""
    plebiscite = with_codes_or_404(slug)
    stand = kiosk_pass.stand_of(request)
    if stand is None or stand.slug != slug:
        return _not_a_stand(request, plebiscite)
    if request.method == "POST" and not _is_fresh(request):
        return redirect(addresses.kiosk(slug))
    if request.method == "POST" and request.POST.get("step") == "clear":
        return redirect(addresses.kiosk(slug))
    is_start = request.method != "POST"
    stand_page = StandPage(plebiscite, is_start)
    request.stand = stand_page  # type: ignore[attr-defined]
    response = serve(
        request, plebiscite, frame=FRAME, is_kiosk=True, carried=(("page", stand_page.token),)
    )
    if is_start:
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
def turn_on(request: HttpRequest, slug: str) -> HttpResponse:
    """The commission makes the device in its hands a stand; only the button does it."""
    plebiscite = with_codes_or_404(slug)
    if not is_commission(request.user):
        raise Http404
    if request.method != "POST":
        return _page(request, plebiscite, "kiosk_on.html")
    stand = kiosk_pass.new_stand(slug)
    logout(request)
    response = _page(request, plebiscite, "kiosk_ready.html", word=stand.word)
    kiosk_pass.hand_out(response, stand)
    return response


@csrf_exempt  # the word is the right
@sensitive_post_parameters()
@private
@require_http_methods(["GET", "HEAD", "POST"])
def turn_off(request: HttpRequest, slug: str) -> HttpResponse:
    """Ends the stand for whoever knows its word."""
    plebiscite = with_codes_or_404(slug)
    stand = kiosk_pass.stand_of(request)
    if stand is None or stand.slug != slug:
        return redirect(addresses.of_plebiscite(slug))
    error = ""
    if request.method == "POST":
        throttle("plebiscite.kiosk_off", visitor_key(request), limit=10, per=timedelta(minutes=10))
        if kiosk_pass.is_word(stand, request.POST.get("word", "")):
            response = redirect(addresses.of_plebiscite(slug))
            kiosk_pass.take_back(response)
            return response
        error = _("This is not the word of this stand.")
    return _page(request, plebiscite, "kiosk_off.html", error=error)


@sensitive_variables()
def _is_fresh(request: HttpRequest) -> bool:
    try:
        signer = signing.TimestampSigner(salt=_SALT)
        return signer.unsign(request.POST.get("page", ""), max_age=GOOD_FOR) == "page"
    except signing.BadSignature:
        return False


class StandPage:
    """What the frame of a stand shows besides the booth."""

    def __init__(self, plebiscite: Plebiscite, is_start: bool) -> None:
        self.is_start = is_start
        self.url = addresses.kiosk(plebiscite.slug)
        self.token = signing.TimestampSigner(salt=_SALT).sign("page")
        self.idle_s = IDLE_S
        self.languages = [
            (code, localised_path(addresses.kiosk(plebiscite.slug, "pl"), code)) for code in CODES
        ]


def _not_a_stand(request: HttpRequest, plebiscite: Plebiscite) -> HttpResponse:
    seat = CodeSeat(request, plebiscite)
    url = addresses.code_booth(plebiscite.slug)
    return seat.draw("kiosk_missing.html", {"code_url": url}, status=404)


def _page(
    request: HttpRequest, plebiscite: Plebiscite, template: str, **context: object
) -> HttpResponse:
    here = {"view": view(plebiscite), "plebiscite": plebiscite, "frame": FRAME}
    if template == "kiosk_on.html":
        here["frame"] = "plebiscite/booth_base.html"
    return render(request, f"plebiscite/{template}", {**here, **context})
