"""Who may do what, as far as it rests on roles.

A feature's own permissions module asks these, and adds what depends on its objects and states.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.roles import Role
from core.transitions import role_names


def roles_of(user: User | AnonymousUser) -> frozenset[Role]:
    """The roles a person holds; none for visitors and for closed accounts.

    Read once per user object, as Django does with permissions: after a change of groups, ask a
    newly read user. A superuser is an Administrator and holds no other role by that.
    """
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset(role for role in Role if role in role_names(user))


def has_role(user: User | AnonymousUser, *roles: Role) -> bool:
    """Whether the person holds at least one of the roles."""
    return not roles_of(user).isdisjoint(roles)


def is_administrator(user: User | AnonymousUser) -> bool:
    """Whether the person runs the platform."""
    return has_role(user, Role.ADMINISTRATOR)


def can_enter_admin(user: User | AnonymousUser) -> bool:
    """Whether the person works in the admin, and therefore needs a second factor."""
    return user.is_authenticated and user.has_perm("wagtailadmin.access_admin")


def people_with(*roles: Role) -> QuerySet[User]:
    """Everybody with an open account who holds at least one of the roles."""
    condition = Q(groups__name__in=[role for role in roles if role != Role.ADMINISTRATOR])
    if Role.ADMINISTRATOR in roles:
        condition |= Q(is_superuser=True)
    return User.objects.filter(condition, is_active=True).distinct()


def signed_in(request: HttpRequest) -> User:
    """The account of a request that `login_required` or a like guard has let through."""
    if not isinstance(request.user, User):
        raise TypeError("this view has to be guarded")
    return request.user
