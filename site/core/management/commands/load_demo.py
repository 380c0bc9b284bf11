from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from wagtail.models import Page
from wagtail.signal_handlers import disable_reference_index_auto_update

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
        before = Page.objects.count()
        # Row by row this index costs more than the rows, and it would ask the worker for rows
        # that the same loading replaced.
        with disable_reference_index_auto_update():
            for name, load in ports.demo.items():
                # A loader that goes through services with transactions of their own says so.
                by_itself = getattr(load, "commits_by_itself", False)
                with nullcontext() if by_itself else transaction.atomic():
                    load(lambda message, name=name: self.stdout.write(f"  {name}: {message}"))
        if Page.objects.count() != before:
            call_command("rebuild_references_index", verbosity=0)
        self.stdout.write(f"  search: {rebuild()} entries")
