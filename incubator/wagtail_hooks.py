"""The incubator in the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path
from wagtail import hooks

from incubator.viewsets import IncubatorGroup, states_view
from incubator.viewsets.desk import IncubatorPanel, is_shown_to


@hooks.register("register_admin_viewset")
def register_viewsets() -> IncubatorGroup:
    return IncubatorGroup()


@hooks.register("register_admin_urls")
def admin_urls() -> list[URLPattern]:
    return [path("incubator/stany/", states_view, name="incubator_states")]


@hooks.register("construct_homepage_panels")
def add_incubator_panel(request: HttpRequest, panels: list[Any]) -> None:
    if is_shown_to(request.user):
        panels.append(IncubatorPanel(request))
