"""Asking for the newsletter, saying yes, leaving."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from core.throttle import throttle, visitor_key
from core.tokens.models import AccessToken
from core.tokens.views import Question, TokenView, hide
from home.forms import NewsletterForm
from home.models import Subscriber
from home.models.newsletter import signer
from home.services import newsletter


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form: an address, and what happens with it."""
    form = NewsletterForm(request.POST or None)
    if request.method == "POST":
        throttle("home.newsletter", visitor_key(request), limit=10, per=timedelta(hours=1))
        if form.is_valid():
            language = get_language() or settings.LANGUAGE_CODE
            newsletter.ask(email=form.cleaned_data["email"], language=language)
            return redirect("letters:asked")
    status = 422 if form.is_bound else 200
    return render(request, "home/newsletter.html", {"form": form}, status=status)


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """What to do now; the same for every address."""
    context = {
        "title": _("Look into your mail"),
        "text": _("We have sent you a link. The newsletter comes once you have pressed it."),
    }
    return render(request, "home/newsletter_done.html", context)


@require_safe
def confirmed(request: HttpRequest) -> HttpResponse:
    context = {
        "title": _("You get the newsletter"),
        "text": _("Every issue has a link at its end with which you leave the list at once."),
    }
    return render(request, "home/newsletter_done.html", context)


class Confirm(TokenView):
    """Behind the link of the first mail."""

    purpose = newsletter.PURPOSE

    def question(self, token: AccessToken) -> Question:
        return Question(
            heading=_("Do you want our newsletter?"),
            text=_("We write about once a month, and use your address for nothing else."),
            button=_("Yes, send it to me"),
        )

    def act(self, token: AccessToken) -> HttpResponse:
        newsletter.confirm(Subscriber.objects.get(pk=token.target.id))
        return redirect("letters:confirmed")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, key: str) -> HttpResponse:
    """Looking asks; a press leaves the list, here or in the mail program (RFC 8058).

    Without Django's check of forms: mail programs post from anywhere, and the signed address is
    the right to do this and nothing else. Leaving twice is no error.
    """
    try:
        pk = int(signer.unsign(key))
    except (BadSignature, ValueError):
        context = {
            "title": _("We do not know this link"),
            "text": _("Check that it was copied whole."),
        }
        return hide_page(render(request, "home/newsletter_done.html", context, status=404))
    if request.method == "POST":
        newsletter.leave(pk)
    if request.method == "POST" or not Subscriber.objects.filter(pk=pk).exists():
        context = {
            "title": _("You do not get the newsletter any more"),
            "text": _("Your address was deleted from the list."),
        }
        return hide_page(render(request, "home/newsletter_done.html", context))
    question = Question(
        heading=_("Leave the newsletter?"),
        text=_("We delete your address from the list at once."),
        button=_("Leave the newsletter"),
    )
    return hide_page(render(request, "components/token_confirm.html", {"question": question}))


def hide_page(response: HttpResponse) -> HttpResponse:
    """Keep the signed address out of caches, logs of others and search engines."""
    hide(response)
    return response
