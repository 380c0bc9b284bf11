"""Looking up a receipt or a code without JavaScript: the answer to a POST, kept by nobody.

What was typed is in the body alone, which no log holds; nothing is written and nothing changes, so
the form needs no token and can stand on a page that caches keep.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from plebiscite.codes import BadCode
from plebiscite.selectors import lookup
from plebiscite.selectors.public import view
from plebiscite.views.common import draw, private, public_or_404

_LONGEST = 200


@csrf_exempt  # reads what is public and changes nothing
@sensitive_post_parameters()
@private
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """What is public of the receipt or the code that was typed."""
    plebiscite = public_or_404(slug)
    if request.method != "POST":
        # An address that was kept, or loaded again: the page with the form, without what was asked.
        return redirect(view(plebiscite).lookup_url or view(plebiscite).url)
    context = lookup.lookup_context(plebiscite)
    if context is None:
        return HttpResponse(status=404)
    typed = request.POST.get("receipt", "")[:_LONGEST]
    code = request.POST.get("code", "")[:_LONGEST]
    answer: dict[str, object] = {"typed_receipt": typed}
    if "code" in request.POST:
        try:
            answer["code_state"] = lookup.find_code(plebiscite, code)
        except BadCode as error:
            answer["code_error"] = lookup.why_unreadable(error)
        except LookupError:
            answer["code_error"] = _("Whether a code was used is told when the box is sealed.")
    else:
        try:
            answer["found"] = lookup.find_receipt(plebiscite, typed)
        except lookup.Unreadable:
            answer["receipt_error"] = _(
                "A receipt code has three groups of four characters, for example H7KM-2QXD-94TR."
            )
    return draw(request, "lookup.html", plebiscite, {**context, **answer})
