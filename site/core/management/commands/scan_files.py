from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.files import clamav
from core.files.keeping import scan_again
from core.files.models import Scan, StoredFile


class Command(BaseCommand):
    help = (
        "Checks private files for viruses that were stored while there was no scanner; --all "
        "checks every file anew. Infected files are kept, but nobody can download them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="also files found clean before")

    def handle(self, *args: Any, **options: Any) -> None:
        if not clamav.is_configured():
            raise CommandError("There is no scanner: set CLAMAV_SOCKET or CLAMAV_HOST.")
        files = StoredFile.objects.all()
        if not options["all"]:
            files = files.filter(scan__in=[Scan.NOT_SCANNED, Scan.ERROR])
        total = files.count()
        found: Counter[Scan] = Counter()
        for number, file in enumerate(files.iterator(), start=1):
            try:
                found[scan_again(file)] += 1
            except FileNotFoundError:
                self.stderr.write(f"{file.pk}: missing in the store")
            if number % 100 == 0:
                self.stdout.write(f"  {number} of {total}")
        clean, infected, failed = (found[key] for key in (Scan.CLEAN, Scan.INFECTED, Scan.ERROR))
        self.stdout.write(f"{clean} clean, {infected} infected, {failed} could not be checked.")
        if infected or failed:
            sys.exit(1)
