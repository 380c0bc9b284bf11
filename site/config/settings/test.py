"""The test suite: fast hashing, no hashed static files, mail in memory."""

from __future__ import annotations

from .base import *  # noqa: F403

SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["*"]
DEMO = True
DEMO_PASSWORD = "hajnowka-demo"
STAFF_SECOND_FACTOR = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
# Kept connections would hold on to cloned databases after their test.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
# Tests look at what was drawn; those of the page cache switch it on.
PAGE_CACHE = False
