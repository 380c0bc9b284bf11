from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from home.setup import setup_site


class Command(BaseCommand):
    help = "Makes languages, the home page, permissions of roles and the workflow, where missing."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            home = setup_site()
        self.stdout.write(f"The site stands on page {home.pk} “{home.title}”.")
