"""Where somebody sits while they vote: what differs between an account, a code and a kiosk."""

from __future__ import annotations

import hashlib
import hmac
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_variables

from plebiscite import clock
from plebiscite.models import Plebiscite
from plebiscite.promises import Promise
from plebiscite.selectors.voting import VoterStatus, voter_status
from plebiscite.services.casting import Vote, VoteRefused, cast, cast_with_code
from plebiscite.views import form_tokens
from plebiscite.views.common import draw

FRAME = "plebiscite/booth_base.html"


@dataclass(frozen=True)
class Seat(ABC):
    """One voter in front of one ballot."""

    request: HttpRequest
    plebiscite: Plebiscite
    #: Sent along with every form.
    carried: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    frame: str = FRAME
    is_kiosk: bool = False
    #: The last step of three, or of two where nothing has to be declared.
    first_step: int = 2

    @property
    @abstractmethod
    def user(self) -> Any:
        """Who is signed in, or nobody."""

    @property
    @abstractmethod
    def scope(self) -> str:
        """What the tokens of the forms are good for."""

    @abstractmethod
    def cast(self, vote: Vote) -> Promise:
        """Takes the vote. Raises BadBallot or VoteRefused."""

    @abstractmethod
    def voted(self) -> HttpResponse:
        """The page for somebody who has voted."""

    def refused(self, reason: str) -> HttpResponse | None:
        """The page for what only this kind of seat is refused for."""
        return None

    def turn(self, number: int) -> int:
        """By how many places the order of `number` works is turned for this voter.

        Always the same for one voter, and as good as drawn by lot over all of them.
        """
        text = f"{self.scope}|{self.user.pk}".encode()
        digest = hmac.digest(settings.SECRET_KEY.encode(), text, hashlib.sha256)
        return int.from_bytes(digest[:8]) % number if number else 0

    def token(self, opened_at: datetime | None = None) -> str:
        """The mark of a form: for whom it was drawn, and when the ballot was opened."""
        moment = opened_at or clock.now()
        return form_tokens.issue(self.scope, user=self.user, moment=moment)

    def read_token(self) -> datetime | None:
        """When the ballot of the form that was sent had been opened; None if it is not ours."""
        token = self.request.POST.get("opened", "")
        return form_tokens.read(token, self.scope, user=self.user)

    def draw(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """A page of the booth."""
        return draw(
            self.request, template, self.plebiscite, {**self.context(), **context}, status=status
        )

    def context(self) -> dict[str, Any]:
        """What all pages of the booth know."""
        # A stand has no way that leads elsewhere, in no part of a page.
        without = {"breadcrumbs": None, "navigation": None} if self.is_kiosk else {}
        return {
            **without,
            "frame": self.frame,
            "carried": self.carried,
            "is_kiosk": self.is_kiosk,
            "first_step": self.first_step,
            "last_step": self.first_step + 1,
        }


class AccountSeat(Seat):
    """Somebody who is signed in and has declared who they are."""

    @property
    def user(self) -> Any:
        return self.request.user

    @property
    def scope(self) -> str:
        return f"booth.{self.plebiscite.pk}"

    @sensitive_variables()
    def cast(self, vote: Vote) -> Promise:
        language = get_language() or settings.LANGUAGE_CODE
        return cast(self.plebiscite.pk, vote, actor=self.user, language=language)

    def status(self) -> VoterStatus:
        """What the register knows of them."""
        return voter_status(self.plebiscite.pk, self.user)

    def voted(self) -> HttpResponse:
        return self.draw("booth_voted.html", {"voted_on": self.status().voted_on})


@dataclass(frozen=True)
class CodeSeat(Seat):
    """Somebody who has typed a code that is well written; whether it is good, the vote tells."""

    digest: bytes = field(default=b"", repr=False)

    @property
    def user(self) -> Any:
        return AnonymousUser()

    @property
    def scope(self) -> str:
        return f"booth.{self.plebiscite.pk}.{self.digest.hex()}"

    @sensitive_variables()
    def cast(self, vote: Vote) -> Promise:
        return cast_with_code(self.plebiscite.pk, vote, digest=self.digest)

    def voted(self) -> HttpResponse:
        return self.draw("booth_code_used.html", {})

    def refused(self, reason: str) -> HttpResponse | None:
        if reason in {VoteRefused.UNKNOWN_CODE, VoteRefused.VOID_CODE}:
            return self.draw(
                "booth_code_refused.html", {"is_void": reason == VoteRefused.VOID_CODE}
            )
        return None
