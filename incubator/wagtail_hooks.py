"""The incubator in the admin."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail import hooks

from incubator.viewsets import IncubatorGroup, states_view


@hooks.register("register_admin_viewset")
def register_viewsets() -> IncubatorGroup:
    return IncubatorGroup()


@hooks.register("register_admin_urls")
def admin_urls() -> list[URLPattern]:
    return [path("incubator/stany/", states_view, name="incubator_states")]
