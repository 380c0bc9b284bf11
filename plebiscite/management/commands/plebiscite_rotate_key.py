from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from plebiscite import keys
from plebiscite.models import Plebiscite
from plebiscite.services import checkpoints


class Command(BaseCommand):
    help = (
        "Hands the signing of a vote's log over to a new key. The old key signs the change, so "
        "that nobody else can make it. To be run where the worker's keys are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the address part of the plebiscite")

    def handle(self, *args: Any, **options: Any) -> None:
        plebiscite = Plebiscite.objects.filter(slug=options["slug"]).first()
        if plebiscite is None:
            raise CommandError(f"There is no plebiscite {options['slug']}.")
        try:
            made = checkpoints.rotate(plebiscite.pk)
        except (LookupError, keys.MissingKey) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"From checkpoint {made.number} on: {bytes(made.next_key).hex()}")
