"""`make run`: production without TLS and without the staff's second factor, on this machine."""

from __future__ import annotations

import os

from config.environment import VAR_DIR, secret_file, words

from .base import *  # noqa: F403

SECRET_KEY = os.environ.get("SECRET_KEY") or secret_file("secret_key")
HOST = os.environ.get("HOST", "")
IS_LOCAL = HOST in {"", "localhost", "127.0.0.1", "::1"}
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if IS_LOCAL else "*")
PORT = os.environ.get("PORT", "8000")
WAGTAILADMIN_BASE_URL = os.environ.get("BASE_URL", f"http://localhost:{PORT}")

# Well-known demo passwords only where nobody else can reach them.
DEMO_PASSWORD = "hajnowka-demo" if IS_LOCAL else secret_file("demo_password")[:16]
DEMO = True
STAFF_SECOND_FACTOR = False
# Browsers ignore this header, with a warning, on plain HTTP from another machine.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if IS_LOCAL else None

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]
