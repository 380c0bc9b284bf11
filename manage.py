#!/usr/bin/env python
"""Django's command line for this project: `python manage.py help`."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Choose the settings, have a database, run the command."""
    # `site/` is a source root, not a package: Python's own `site` module comes first.
    sys.path.insert(0, str(Path(__file__).resolve().parent / "site"))
    for number, argument in enumerate(sys.argv[2:], start=2):
        if argument == "--settings" and number + 1 < len(sys.argv):
            os.environ["DJANGO_SETTINGS_MODULE"] = sys.argv[number + 1]
        elif argument.startswith("--settings="):
            os.environ["DJANGO_SETTINGS_MODULE"] = argument.partition("=")[2]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")

    from core import embedded

    embedded.use()
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("The packages are not installed: run `make run`, or use .venv/bin/python.")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"✗ {error}")


if __name__ == "__main__":
    main()
