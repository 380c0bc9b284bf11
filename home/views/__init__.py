"""The edges of the site that are not pages of its tree."""

from home.views.sharing import share_picture
from home.views.site import (
    forbidden,
    healthz,
    my_matters_page,
    not_found,
    picture,
    ready,
    robots,
    search,
    server_error,
    sitemap,
    suggest,
)

__all__ = [
    "forbidden",
    "healthz",
    "my_matters_page",
    "not_found",
    "picture",
    "ready",
    "robots",
    "search",
    "server_error",
    "share_picture",
    "sitemap",
    "suggest",
]
