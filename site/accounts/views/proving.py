"""Showing again who one is, with a code sent to the account's address."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import BaseReauthenticateView
from allauth.core.internal.cryptokit import compare_user_code
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.decorators import method_decorator

from accounts import limits
from accounts.adapter import WRONG_CODE
from accounts.forms import MailedCodeForm

SESSION_KEY = "account_proof_code"
MAX_TRIES = 5


@method_decorator(login_required, name="dispatch")
class ProveByCodeView(BaseReauthenticateView):
    """First a button that sends the code, then a field for it. GET sends nothing."""

    form_class = MailedCodeForm
    template_name = "account/prove_by_code.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") == "send" or not self._pending():
            return self._send()
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: MailedCodeForm) -> HttpResponse:
        pending = self._pending() or {}
        digest = _digest(form.cleaned_data["code"])
        if not compare_user_code(actual=digest, expected=pending.get("digest", "")):
            pending["tries"] = pending.get("tries", 0) + 1
            if pending["tries"] >= MAX_TRIES:
                self.request.session.pop(SESSION_KEY, None)
                return self._again(get_adapter().error_messages["too_many_login_attempts"])
            self.request.session[SESSION_KEY] = pending
            form.add_error("code", WRONG_CODE)
            return self.form_invalid(form)
        del self.request.session[SESSION_KEY]
        record_authentication(self.request, self.request.user, "code", reauthenticated=True)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "is_sent": bool(self._pending()),
            "email": self.request.user.email,
        }

    def _send(self) -> HttpResponse:
        if not limits.take("mail", self.request.user.email):
            return self._again(get_adapter().error_messages["too_many_login_attempts"])
        code = get_adapter().generate_login_code()
        self.request.session[SESSION_KEY] = {"digest": _digest(code), "at": time.time()}
        get_adapter().send_mail("account/email/proof_code", self.request.user.email, {"code": code})
        return redirect(self.passthrough_next_url(reverse("account_prove_by_code")))

    def _again(self, problem: Any) -> HttpResponse:
        return self.render_to_response(
            self.get_context_data(form=MailedCodeForm(), problem=problem)
        )

    def _pending(self) -> dict[str, Any] | None:
        pending = self.request.session.get(SESSION_KEY)
        if pending and time.time() - pending["at"] > account_settings.LOGIN_BY_CODE_TIMEOUT:
            return None
        return pending


def _digest(code: str) -> str:
    """The session keeps no code that could be read from it."""
    digits = "".join(filter(str.isdigit, code))
    return salted_hmac(SESSION_KEY, digits, algorithm="sha256").hexdigest()
