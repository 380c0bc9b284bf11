"""Hearing of new calls: the form, the link that confirms, the link that ends it."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.throttle import throttle, visitor_key
from core.tokens.models import AccessToken
from core.tokens.views import Question, Reason, TokenView
from incubator import services
from incubator.models import CallSubscription
from incubator.views.common import head

TRIES = 10


class SubscribeForm(forms.Form):
    """An address."""

    use_required_attribute = False

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        widget=forms.EmailInput({"class": "input", "autocomplete": "email"}),
        help_text=gettext_lazy(
            "We write when a call is announced, and about nothing else. The address is kept until "
            "you end it, which one press in any of the mails does."
        ),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Asking for mail about new calls. What follows is the same for every address."""
    form = SubscribeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        throttle("incubator.subscribe", visitor_key(request), limit=TRIES, per=timedelta(hours=1))
        services.subscribe(form.cleaned_data["email"], language=get_language() or "pl")
        return redirect("incubator:subscribe_sent")
    context = {
        **head(_("Mail about new calls")),
        "form": form,
        "has_errors": bool(form.errors),
    }
    return render(request, "incubator/subscribe.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def subscribe_sent(request: HttpRequest) -> HttpResponse:
    """Look into your mail."""
    return render(request, "incubator/subscribe_sent.html", head(_("Look into your mail")))


@never_cache
@require_safe
def subscribe_done(request: HttpRequest) -> HttpResponse:
    """It is confirmed."""
    return render(request, "incubator/subscribe_done.html", head(_("You will hear of new calls")))


class ConfirmSubscription(TokenView):
    """The link in the first mail; only its button acts."""

    purpose = services.CONFIRM

    def question(self, token: AccessToken) -> Question:
        return Question(
            heading=_("Mail about new calls"),
            text=_("Press the button, and we write to you when a call is announced."),
            button=_("I want this mail"),
        )

    def act(self, token: AccessToken) -> HttpResponse:
        found = CallSubscription.objects.filter(pk=token.object_id).first()
        if found is None:
            return self.refused(Reason.EXPIRED)
        services.confirm_subscription(found)
        return redirect("incubator:subscribe_done")


class EndSubscription(TokenView):
    """The link in every mail. Mail programs press it by themselves (RFC 8058), without cookies."""

    purpose = services.END

    def question(self, token: AccessToken) -> Question:
        return Question(
            heading=_("No more mail about new calls"),
            text=_("Press the button, and we forget your address."),
            button=_("End it"),
        )

    def act(self, token: AccessToken) -> HttpResponse:
        found = CallSubscription.objects.filter(pk=token.object_id).first()
        if found is not None:
            services.end_subscription(found)
        return self._ended()

    def refused(self, reason: Reason) -> HttpResponse:
        # Pressed again, here or by the mail program: it has ended, and that is what was wanted.
        return self._ended() if reason is Reason.REVOKED else super().refused(reason)

    def _ended(self) -> HttpResponse:
        return render(self.request, "incubator/unsubscribed.html", head(_("It has ended")))
