from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Compares two copies of a public log (log.jsonl, dziennik.jsonl): the older one has to be "
        "the beginning of the newer one. Exit code 0: it is; 1: it is not, and the line is named; "
        "2: nothing was compared, as one of them is empty or no log."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("older", type=Path)
        parser.add_argument("newer", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        older, newer = _digests(options["older"]), _digests(options["newer"])
        if not older:
            raise CommandError(f"{options['older']}: no lines to compare", returncode=2)
        for number, digest in enumerate(older, start=1):
            if number > len(newer):
                self._differs(f"the newer copy ends before line {number} of the older one")
            if newer[number - 1] != digest:
                self._differs(f"line {number} is not the same in both copies")
        added = len(newer) - len(older)
        self.stdout.write(f"The {len(older)} lines of the older copy stand; {added} were added.")

    def _differs(self, what: str) -> None:
        self.stderr.write(f"DIFFERENT: {what}")
        sys.exit(1)


def _digests(path: Path) -> list[tuple[str, str]]:
    found = []
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                row = json.loads(line)
                if row["position"] != number:
                    raise CommandError(f"{path}, line {number}: another position", returncode=2)
                found.append((row["commitment"], row["digest"]))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=2) from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        what = f"{path}: line {len(found) + 1} is no line of a log"
        raise CommandError(what, returncode=2) from error
    return found
