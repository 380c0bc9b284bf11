"""A case without its link: a new one by mail, or number and PIN from the slip."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from services_catalog.cases import services
from services_catalog.cases.access import grant
from services_catalog.cases.forms import LostLinkForm, PinForm
from services_catalog.without_link import LostLinkView, PinView


class CaseLostLink(LostLinkView):
    """Number and address of a case."""

    form_class = LostLinkForm
    template_name = "services_catalog/cases/lost_link.html"

    def send(self, **values: Any) -> None:
        services.send_new_link(**values)


@never_cache
@require_http_methods(["GET", "HEAD"])
def lost_link_sent(request: HttpRequest) -> HttpResponse:
    """What is said whether a mail was written or not."""
    return render(request, "services_catalog/cases/lost_link_sent.html")


class CaseByPin(PinView):
    """Number and PIN of a case."""

    form_class = PinForm
    template_name = "services_catalog/cases/pin.html"

    def open(self, **values: Any) -> HttpResponse | None:
        case = services.find_by_pin(**values)
        if case is None:
            return None
        grant(self.request, case)
        return redirect("services:case", pk=case.pk)
