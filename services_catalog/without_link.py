"""Without a link: a new one by mail, or number and PIN from a paper slip."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from core.throttle import throttle, visitor_key


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class _NumberView(FormView[Form]):
    """A form with the number of a case or a booking."""

    http_method_names = ["get", "head", "post"]

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class LostLinkView(_NumberView):
    """Number and address give a new link by mail; the answer is the same always."""

    def send(self, **values: Any) -> None:
        """Writes the mail, if there is something of this number and address."""
        raise NotImplementedError

    def form_valid(self, form: Form) -> HttpResponse:
        throttle("services.link", visitor_key(self.request), limit=10, per=timedelta(hours=1))
        self.send(**form.cleaned_data)
        return redirect("services:lost_link_sent")


class PinView(_NumberView):
    """Number and PIN open something for an hour; wrong ones all answer alike."""

    def open(self, **values: Any) -> HttpResponse | None:
        """Lets the visitor in and leads there; None when number and PIN do not fit together."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle("services.pin", visitor_key(request), limit=20, per=timedelta(hours=1))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        opened = self.open(**form.cleaned_data)
        if opened is not None:
            return opened
        form.add_error(
            None,
            _(
                "Number and PIN do not fit together. After five wrong tries the PIN is "
                "locked; we print a new one at the desk."
            ),
        )
        return self.form_invalid(form)
