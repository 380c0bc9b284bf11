"""Everything the project reads from the environment, read once and in one place."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PROJECT_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(os.environ.get("HAJNOWKA_VAR") or PROJECT_DIR / "var").resolve()


def required(name: str) -> str:
    """The value of variable `name`, or a refusal to start that says which one is missing."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Production does not start without it: "
            "see the table of variables in docs/operations.md."
        )
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated variable as a list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def origin(name: str, url: str) -> str:
    """The origin of the `https://` address in variable `name`, "" where there is none."""
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ImproperlyConfigured(f"{name} is no address that begins with https://.")
    return f"https://{parts.netloc}"


def secret_file(name: str) -> str:
    """A random secret kept in `var/secrets/` (0600), made on first use.

    For the demo and development only: production takes its secrets from the environment.
    """
    folder = VAR_DIR / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        # Written aside and linked into place, so that a second process never reads half of it,
        # and the first of two stays.
        descriptor, aside = tempfile.mkstemp(dir=folder)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(aside, path)
        os.unlink(aside)
    return path.read_text().strip()


def database(url: str) -> dict[str, object]:
    """Django's database settings from a `postgresql://` address.

    The host may also be a socket folder, as `postgresql:///name?host=/run/postgresql`.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL has to begin with postgresql:// (it begins with {parts.scheme!r})."
        )
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    port = options.pop("port", "") or (str(parts.port) if parts.port else "")
    user = options.pop("user", "") or unquote(parts.username or "")
    options.setdefault("connect_timeout", "10")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "hajnowka",
        "USER": user,
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
