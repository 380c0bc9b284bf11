"""Why a state does not change. Each has a sentence for the person who tried."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class TransitionError(Exception):
    """Nothing was changed, written or sent. `sentence` may be shown as it is."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(TransitionError, PermissionDenied):
    """This actor may not do this. A view that lets it pass answers with the page 403."""

    def __init__(self, sentence: str | Promise = "") -> None:
        super().__init__(sentence or _("You may not do this."))


class WrongState(TransitionError):
    """The actor may, but not from the state that the object is in (by now)."""

    def __init__(self, state: str, label: str | Promise) -> None:
        super().__init__(
            _("This is no longer possible, because in the meantime the state is “%(state)s”.")
            % {"state": label}
        )
        self.state = state


class Refused(TransitionError):
    """A guard says no, and why. `field` names the field of the form that has to be put right."""

    def __init__(self, sentence: str | Promise, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field
