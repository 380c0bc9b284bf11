"""People for tests."""

from __future__ import annotations

import factory
from django.apps import apps
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.roles import Role


class UserFactory(factory.django.DjangoModelFactory):
    """Somebody with an account and a verified address."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"osoba{number}@poczta.example")
    first_name = "Anna"
    last_name = factory.Sequence(lambda number: f"Osoba {number}")

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        self.set_password(extracted or "haslo-do-testow")
        if create:
            self.save()

    @factory.post_generation
    def verified(self, create, extracted, **kwargs):
        if create and apps.is_installed("allauth.account"):
            apps.get_model("account", "EmailAddress").objects.create(
                user=self, email=self.email, primary=True, verified=extracted is not False
            )


def person_with(*roles: Role, **fields) -> User:
    """Somebody who holds the roles."""
    user = UserFactory(**fields)
    if Role.ADMINISTRATOR in roles:
        user.is_superuser = user.is_staff = True
        user.save()
    user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    return User.objects.get(pk=user.pk)
