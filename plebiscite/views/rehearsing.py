"""The booth of a test run: the pages of the booth for codes, for those who set the vote up.

It has a frame of its own that says on every page that the ballot is thrown away, and that links
to nothing public: a test run has no public pages.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from plebiscite.models import Plebiscite
from plebiscite.permissions import may_rehearse
from plebiscite.views.booth.code import serve
from plebiscite.views.common import private

FRAME = "plebiscite/rehearsal_base.html"


@csrf_exempt  # as the booth for codes
@sensitive_post_parameters()
@private
@require_http_methods(["GET", "HEAD", "POST"])
def trial_booth(request: HttpRequest, slug: str) -> HttpResponse:
    """The booth; to everybody else a test run does not exist."""
    run = get_object_or_404(Plebiscite.objects.exclude(rehearsal_of=None), slug=slug)
    if not may_rehearse(request.user, run):
        raise Http404
    return serve(request, run, frame=FRAME, is_kiosk=True)
