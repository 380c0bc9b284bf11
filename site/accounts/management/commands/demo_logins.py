from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import DEMO_DOMAIN


class Command(BaseCommand):
    help = "Lists the demo accounts and their password."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("There are no demo accounts under production settings.")
        users = get_user_model().objects.filter(email__endswith=DEMO_DOMAIN).order_by("pk")
        for user in users.prefetch_related("groups"):
            roles = ", ".join(group.name for group in user.groups.all()) or "mieszkaniec"
            self.stdout.write(f"  {user.email:<32} {settings.DEMO_PASSWORD:<18} {roles}")
