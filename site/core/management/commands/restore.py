from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.backup import restore
from core.backup.errors import BackupError


class Command(BaseCommand):
    help = "Puts a backup back, into an empty database and empty folders."
    # Before a restore there are no tables to check anything against.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `backup` has written")
        parser.add_argument(
            "--force", action="store_true", help="replace everything that is there, for good"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restore(options["file"].absolute(), force=options["force"], say=self.say)
        except BackupError as error:
            raise CommandError(str(error)) from error

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
