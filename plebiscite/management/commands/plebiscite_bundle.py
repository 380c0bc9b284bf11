from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from plebiscite import keys
from plebiscite.models import Plebiscite
from plebiscite.selectors import bundling
from plebiscite.services.bundles import write_bundle


class Command(BaseCommand):
    help = "Writes the audit bundle of a published vote: a zip file by which anybody recounts it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the address part of the plebiscite")
        parser.add_argument("-o", "--output", required=True, type=Path, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        plebiscite = Plebiscite.objects.filter(slug=options["slug"]).first()
        if plebiscite is None:
            raise CommandError(f"There is no plebiscite {options['slug']}.")
        total = bundling.size(plebiscite)
        target: Path = options["output"]
        if not target.parent.is_dir() or target.is_dir():
            raise CommandError(f"{target}: this is no place for a file")
        # Written beside and moved into place: nobody ever takes half a bundle for a whole one.
        draft = target.with_name(f".{target.name}.part")

        def tell(done: int) -> None:
            if sys.stderr.isatty():
                self.stderr.write(f"\r{done} / {total}", ending="")

        try:
            with draft.open("wb") as file:
                sums = write_bundle(plebiscite, file, progress=tell)
            os.replace(draft, target)
        except (LookupError, keys.MissingKey, OSError) as error:
            raise CommandError(str(error)) from None
        finally:
            draft.unlink(missing_ok=True)
        if sys.stderr.isatty():
            self.stderr.write("")
        self.stdout.write(f"{target}: {target.stat().st_size} bytes")
        self.stdout.write(f"SHA-256 of its SHA256SUMS: {sums}")
