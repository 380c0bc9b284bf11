"""The settings of tests with the page cache on, for servers of their own."""

from config.settings.test import *  # noqa: F403

PAGE_CACHE = True
