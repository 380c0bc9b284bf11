"""The town's own server. Refuses to start without its secrets and addresses."""

from __future__ import annotations

import os

from config.environment import database, required, words

from .base import *  # noqa: F403

SECRET_KEY = required("SECRET_KEY")
DATABASES = {"default": database(required("DATABASE_URL"))}
required("ALLOWED_HOSTS")
ALLOWED_HOSTS = words("ALLOWED_HOSTS")
WAGTAILADMIN_BASE_URL = os.environ.get("BASE_URL") or f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS") or [
    f"https://{'*' if host.startswith('.') else ''}{host}" for host in ALLOWED_HOSTS if host != "*"
]

DEMO = False
STAFF_SECOND_FACTOR = True
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
# The proxy in front says whether the visitor came over TLS; it must overwrite this header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# … and who the visitor is: without this all of them would share one count of tries.
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "1"))
# While the key is being changed: older ones still open sessions and second factors.
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")

TRY_OUTSIDE_LINKS = os.environ.get("TRY_OUTSIDE_LINKS", "1") == "1"

EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", DEFAULT_FROM_EMAIL)  # noqa: F405
SERVER_EMAIL = DEFAULT_FROM_EMAIL
