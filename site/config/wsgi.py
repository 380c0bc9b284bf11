"""The application for a WSGI server: `config.wsgi:application`, with `site/` on PYTHONPATH."""

import os

from core import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
embedded.use()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - the settings read DATABASE_URL

application = get_wsgi_application()
