from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core import ports
from core.search.index import rebuild


class Command(BaseCommand):
    help = "Fills the site with the demo content. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demo has known passwords and invented people: "
                "it does not load under production settings."
            )
        for name, load in ports.demo.items():
            # A loader that goes through services with transactions of their own says so.
            by_itself = getattr(load, "commits_by_itself", False)
            with nullcontext() if by_itself else transaction.atomic():
                load(lambda message, name=name: self.stdout.write(f"  {name}: {message}"))
        self.stdout.write(f"  search: {rebuild()} entries")
