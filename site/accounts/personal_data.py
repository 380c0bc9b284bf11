"""A person's rights to their data: to read it, to take it along, to have it erased."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from accounts import mail
from accounts.models import ERASED_DOMAIN, User
from accounts.sessions import end_all
from core.actors import Actor, identify
from core.audit.events import forget_person, record
from core.audit.models import AuditEvent
from core.outbox import forget_mail
from core.ports import CannotErase, DataExport, DataNotice, personal_data


class AccountData:
    """What the account itself holds."""

    def notice(self) -> DataNotice:
        return DataNotice(
            title=_("Account"),
            what=_(
                "Your e-mail address, your name if you gave it, your password as a fingerprint "
                "from which it cannot be read back, the second factor if you set one up, your "
                "roles, when you made the account and when you last signed in. For each device "
                "that you are signed in on: its address in the network and the name of its "
                "browser."
            ),
            purpose=_("So that you can sign in and nobody else can in your place."),
            legal_basis=_("The agreement to keep the account (Article 6(1)(b) GDPR)."),
            retention=_(
                "Until you erase the account. Data about a device go when you sign out there or "
                "two weeks after you signed in. Accounts whose address nobody confirmed go after "
                "a week."
            ),
            stays=_(
                "The number of the account, without your name and address, where it stands in "
                "the register of what was done on the platform."
            ),
        )

    def export(self, user: User) -> DataExport:
        return DataExport(
            data={
                "email": user.email,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "created": user.date_joined,
                "last_login": user.last_login,
                "roles": sorted(user.groups.values_list("name", flat=True)),
                "is_administrator": user.is_superuser,
                "has_password": user.has_usable_password(),
                "addresses": list(
                    EmailAddress.objects.filter(user=user).values("email", "verified", "primary")
                ),
                "second_factor": [
                    {
                        "kind": factor.type,
                        "name": factor.data.get("name", ""),
                        "created": factor.created_at,
                        "last_used": factor.last_used_at,
                    }
                    for factor in Authenticator.objects.filter(user=user).order_by("pk")
                ],
                "devices": list(
                    UserSession.objects.filter(user=user).values(
                        "created_at", "last_seen_at", "ip", "user_agent"
                    )
                ),
                "admin_settings": UserProfile.objects.filter(user=user)
                .values(
                    "submitted_notifications",
                    "approved_notifications",
                    "rejected_notifications",
                    "updated_comments_notifications",
                    "preferred_language",
                    "current_time_zone",
                )
                .first(),
                "acts": list(
                    AuditEvent.objects.filter(actor_id=user.pk)
                    .order_by("pk")
                    .values("at", "object_type", "object_id", "verb")
                ),
            }
        )

    def erase(self, user: User) -> None:
        """Leaves an account with a number and nothing else, which nobody can enter."""
        if user.is_superuser and not others_run_the_platform(user):
            raise CannotErase(
                _("You are the only administrator. First make somebody else an administrator.")
            )
        end_all(user)
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        for profile in UserProfile.objects.filter(user=user):
            profile.avatar.delete(save=False)
            profile.delete()
        ModelLogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk)
        ).update(label=_("erased account"), data={})
        user.groups.clear()
        user.user_permissions.clear()
        user.email = f"{get_random_string(20).lower()}{ERASED_DOMAIN}"
        user.first_name = user.last_name = ""
        user.is_active = user.is_staff = user.is_superuser = False
        user.last_login = None
        user.set_unusable_password()
        user.save()


def others_run_the_platform(user: User) -> bool:
    """Whether somebody besides `user` is an administrator who can sign in."""
    return User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists()


def notices() -> list[DataNotice]:
    """What every part keeps, in the active language."""
    return [provider.notice() for provider in personal_data]


def export_json(user: User) -> bytes:
    """Everything kept about the person, as one JSON document."""
    parts = {name: provider.export(user).data for name, provider in personal_data.items()}
    return _json(parts)


def export_archive(user: User, *, now: datetime) -> bytes:
    """The same as a ZIP archive, with the person's files in a folder for each part."""
    buffer = io.BytesIO()
    parts: dict[str, Any] = {}
    moment = now.timetuple()[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, provider in personal_data.items():
            export = provider.export(user)
            parts[name] = export.data
            for file in export.files:
                archive.writestr(zipfile.ZipInfo(f"{name}/{file.name}", moment), file.content)
        archive.writestr(zipfile.ZipInfo("dane.json", moment), _json(parts))
    return buffer.getvalue()


def _json(value: Any) -> bytes:
    text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return (text + "\n").encode()


@transaction.atomic
def erase(user: User, *, actor: Any) -> None:
    """Erases what every part keeps about the person, features first and the account last.

    `actor` is the person or the administrator who does it for them. Raises CannotErase, and
    changes nothing, when a part says that it cannot be done now.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    address = user.email
    for provider in reversed(list(personal_data)):
        provider.erase(user)
    forget_mail(to=address)
    forget_person(user.pk, actor=actor)
    nameless = identify(actor)
    if nameless.pk == user.pk:
        nameless = Actor(kind=nameless.kind, pk=nameless.pk)
    record(user, "erase", actor=nameless)
    mail.send("account/email/account_erased", address, {})
