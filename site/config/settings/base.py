"""Settings shared by every way of running the platform. Secrets and addresses are not here."""

from __future__ import annotations

import os

from config.environment import PROJECT_DIR, VAR_DIR, database, origin, words

from .accounts import *  # noqa: F403

DEBUG = False
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
SITE_ID = 1

INSTALLED_APPS = [
    # Lower layers first: their demo content is loaded first.
    "core",
    "accounts",
    "directory",
    "forms",
    "plebiscite",
    "services_catalog",
    "incubator",
    "home",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.contrib.table_block",
    "wagtail.contrib.typed_table_block",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "accounts.users_admin.apps.UsersAdminConfig",  # wagtail.users with our forms
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "plebiscite.middleware.StandMiddleware",
    "core.pagecache.middleware.PageCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.ContentSecurityPolicyMiddleware",
    "core.middleware.LanguageMiddleware",
    "core.middleware.PauseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "core.throttle.middleware.ThrottleMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "home.context_processors.site_chrome",
                "core.consent.consent",
            ],
            "builtins": ["core.templatetags.typography", "core.templatetags.site_tags"],
        },
    }
]

# The address comes from the environment; `core.embedded.use()` puts the project's own
# PostgreSQL there when nothing else is given (manage.py, wsgi.py and the tests call it).
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or "postgresql:///hajnowka")}

# --- Languages: Polish without a prefix, the others under /be/, /en/, /it/ ----------------------
LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", "polski"), ("be", "беларуская"), ("en", "English"), ("it", "italiano")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
# Beginning a translation publishes nothing: a service would stand there in Polish as its own.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
WAGTAILADMIN_PERMITTED_LANGUAGES = [("pl", "polski"), ("en", "English")]
LOCALE_PATHS = [PROJECT_DIR / "site" / "locale"]
FORMAT_MODULE_PATH = ["core.formats"]
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

# --- Files --------------------------------------------------------------------------------------
STATICFILES_DIRS = [PROJECT_DIR / "site" / "static"]
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
PAUSE_FILE = VAR_DIR / "pause"
# Keys of votes: kept apart from the database and the media, in backups too (docs/plebiscite.md).
KEYS_DIR = VAR_DIR / "keys"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.staticfiles.HashedStaticFiles"},
}
WHITENOISE_MANIFEST_STRICT = True
# Files that belong to people: outside of everything that is served (docs/core.md).
PRIVATE_STORAGE = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {
        "location": VAR_DIR / "private",
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    },
}
# The virus scanner: a socket of clamd, or its host. Without either, files are kept unscanned and
# say so.
CLAMAV_SOCKET = os.environ.get("CLAMAV_SOCKET", "")
CLAMAV_HOST = os.environ.get("CLAMAV_HOST", "")
CLAMAV_PORT = int(os.environ.get("CLAMAV_PORT", "3310"))
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- Sessions and cookies: set for people who sign in, never for readers ------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# Whole pages for readers without a session (core/pagecache).
PAGE_CACHE = True
# Caches in front of the site (addresses, separated by commas), told of every public change by one
# request of this method to their address; the secret, if any, goes along as a bearer token.
FRONT_CACHES = words("FRONT_CACHES")
FRONT_CACHE_METHOD = os.environ.get("FRONT_CACHE_METHOD", "PURGE")
FRONT_CACHE_TOKEN = os.environ.get("FRONT_CACHE_TOKEN", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "renditions": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "renditions",
    },
}

# --- Security headers ---------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY: str | None = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
# Whether links to other sites are tried, for the report of links that lead nowhere.
TRY_OUTSIDE_LINKS = False
# --- Statistics and foreign content: none, and no panel, unless the town names them --------------
# The address of a script that counts visits, what it is called, and the cookies it sets.
STATISTICS_SCRIPT = os.environ.get("STATISTICS_SCRIPT", "").strip()
STATISTICS_NAME = os.environ.get("STATISTICS_NAME", "").strip()
STATISTICS_COOKIES = words("STATISTICS_COOKIES")
# Hosts whose films or maps editors may put into pages.
EMBED_HOSTS = words("EMBED_HOSTS")
_directives = CONTENT_SECURITY_POLICY["DIRECTIVES"]
if _statistics := origin("STATISTICS_SCRIPT", STATISTICS_SCRIPT):
    for _name in ("script-src", "connect-src", "img-src"):
        _directives[_name] = [*_directives[_name], _statistics]
if EMBED_HOSTS:
    _directives["frame-src"] = [f"https://{host}" for host in EMBED_HOSTS]

# Wagtail's admin still carries inline scripts and styles; it alone is relaxed, and still talks
# to no other host. See docs/decisions/0004-content-security-policy.md.
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": ["'self'"],
    "script-src": ["'self'", "'unsafe-inline'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- How often somebody may try something -------------------------------------------------------
THROTTLE_BACKEND = "core.throttle.backends.DatabaseBackend"
# How many proxies of ours stand in front and add to X-Forwarded-For.
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))

# --- Wagtail ------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Hajnówka OdNowa"
WAGTAILADMIN_BASE_URL = os.environ.get("BASE_URL", "http://localhost:8000")
WAGTAILIMAGES_IMAGE_MODEL = "core.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "core.picture_form.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
WAGTAILIMAGES_FORMAT_CONVERSIONS = {"avif": "webp", "webp": "webp", "png": "webp", "jpeg": "webp"}
WAGTAILIMAGES_WEBP_QUALITY = 82
WAGTAILIMAGES_AVIF_QUALITY = 62
WAGTAILDOCS_DOCUMENT_MODEL = "core.PublicDocument"
WAGTAILDOCS_EXTENSIONS = [
    "csv", "docx", "mp4", "ods", "odt", "pdf", "txt", "vtt", "webm", "xlsx", "zip",
]  # fmt: skip
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["bold", "italic", "ol", "ul", "link", "document-link"]},
    }
}
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# Saving in the background while a new page is being made can make it twice: the button pressed in
# the same second then meets the page of that second. A draft is saved by the button.
WAGTAIL_AUTOSAVE_INTERVAL = 0
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_USER_TIME_ZONES = ["Europe/Warsaw"]
WAGTAIL_DATE_FORMAT = "%d.%m.%Y"
WAGTAIL_DATETIME_FORMAT = "%d.%m.%Y %H:%M"
WAGTAIL_TIME_FORMAT = "%H:%M"
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
TAGGIT_CASE_INSENSITIVE = True

# --- Background work: a worker on the same database, no broker ----------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- Mail ---------------------------------------------------------------------------------------
EMAIL_BACKEND = "core.outbox.smtp.EmailBackend"
DEFAULT_FROM_EMAIL = "Hajnówka OdNowa <odnowa@hajnowka.example>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Logging: to standard error, without query strings or personal data -------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "core.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
