"""Who does something: a person with an account, a visitor, the platform itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody or something that acts without an account.

    A feature derives its own: the holder of a private link is an actor that knows which case the
    link opens, so that a permission can ask for it. `kind` is written into the audit trail.
    """

    kind: str
    pk: int | None = None
    label: str = ""


#: The worker, when something happens because its time has come.
SYSTEM = Actor(kind="system")
#: Somebody who has not signed in.
VISITOR = Actor(kind="visitor")
#: A person with an account.
PERSON = "person"


def identify(actor: Any) -> Actor:
    """What the audit trail says about `actor`: an `Actor`, a user, or a request's anonymous user.

    The label of a person is their name, else their address: personal data, which has to go
    nowhere but into `AuditPerson`.
    """
    if isinstance(actor, Actor):
        return actor
    if actor is None:
        raise TypeError("an act has an actor: a user, SYSTEM, VISITOR or an Actor of your own")
    if not actor.is_authenticated:
        return VISITOR
    return Actor(kind=PERSON, pk=actor.pk, label=str(actor.get_full_name() or actor.email))
