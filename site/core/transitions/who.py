"""Who may do something: a permission with a name, so that tables and diagrams can tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.actors import SYSTEM

Test = Callable[[Any, Any], bool]


class Who:
    """A test of (actor, object) with a label for people. `|` and `&` combine them.

    `roles` are the names of roles that are enough by themselves, where it is known.
    """

    def __init__(
        self, test: Test, label: str | Promise, *, roles: frozenset[str] = frozenset()
    ) -> None:
        self.test = test
        self.label = label
        self.roles = roles

    def __call__(self, actor: Any, obj: Any) -> bool:
        return self.test(actor, obj)

    def __or__(self, other: Who) -> Who:
        return Who(
            lambda actor, obj: self(actor, obj) or other(actor, obj),
            format_lazy(_("{one} or {other}"), one=self.label, other=other.label),
            roles=self.roles | other.roles,
        )

    def __and__(self, other: Who) -> Who:
        return Who(
            lambda actor, obj: self(actor, obj) and other(actor, obj),
            format_lazy(_("{one} who is also {other}"), one=self.label, other=other.label),
        )

    def __repr__(self) -> str:
        return f"<Who {self.label}>"


def who(label: str | Promise) -> Callable[[Test], Who]:
    """Makes a permission of a function: `@who(_("the person who asked"))`."""
    return lambda test: Who(test, label)


def roles(*names: str) -> Who:
    """Anybody who holds one of the roles."""
    return Who(lambda actor, _obj: holds(actor, *names), ", ".join(names), roles=frozenset(names))


def holds(actor: Any, *names: str) -> bool:
    """Whether an actor has an active account with one of the roles."""
    return getattr(actor, "is_active", False) and not role_names(actor).isdisjoint(names)


def role_names(user: Any) -> frozenset[str]:
    """The roles of a user, asked once per user object (so once per request).

    A superuser is an Administrator and nothing else by that: who runs the machine neither counts
    votes nor decides on applications, unless a role is given to them, which is in the audit trail.
    """
    names: frozenset[str] | None = getattr(user, "_role_names", None)
    if names is None:
        held = set(user.groups.values_list("name", flat=True)) - {ADMINISTRATOR}
        names = user._role_names = frozenset(
            held | ({ADMINISTRATOR} if user.is_superuser else set())
        )
    return names


#: The role that comes with being a superuser, never with a group.
ADMINISTRATOR = "Administrator"

ANYONE = Who(lambda actor, obj: True, _("anybody"))
#: The worker alone, when something's time has come.
SYSTEM_ONLY = Who(lambda actor, obj: actor is SYSTEM, _("the platform itself"))
