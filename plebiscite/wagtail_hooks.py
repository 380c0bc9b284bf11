"""Contests and votes in the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup

from plebiscite.commission_admin import desk, setup, sign_files, urns
from plebiscite.commission_admin.choices import ContestChoiceViewSet
from plebiscite.commission_admin.dashboard import CommissionPanel
from plebiscite.commission_admin.juries import JuryViewSet
from plebiscite.commission_admin.objections import ObjectionViewSet
from plebiscite.commission_admin.plebiscites import PlebisciteViewSet
from plebiscite.commission_admin.proposals import ProposalViewSet
from plebiscite.commission_admin.signs import SignRulesViewSet, UseRequestViewSet
from plebiscite.models import PollingPoint
from plebiscite.permissions import is_commission


class PlebisciteGroup(ViewSetGroup):
    """The commission's part of the menu."""

    menu_label = _("Plebiscite")
    menu_icon = "pick"
    menu_order = 320
    items = (
        PlebisciteViewSet(),
        ProposalViewSet(),
        ObjectionViewSet(),
        ContestChoiceViewSet(),
        JuryViewSet(),
        SignRulesViewSet(),
        UseRequestViewSet(),
    )


@hooks.register("register_admin_viewset")
def register_plebiscites() -> Any:
    return PlebisciteGroup()


@hooks.register("construct_homepage_panels")
def add_commission_panel(request: HttpRequest, panels: list[Any]) -> None:
    if is_commission(request.user):
        panels.append(CommissionPanel(request))


class PointsMenuItem(MenuItem):
    """For those alone who are named for a polling point."""

    def is_shown(self, request: HttpRequest) -> bool:
        return PollingPoint.objects.of_clerk(request.user).exists()


@hooks.register("register_admin_menu_item")
def points_menu_item() -> MenuItem:
    return PointsMenuItem(
        _("Polling points"), reverse_lazy("plebiscite_points"), icon_name="group", order=321
    )


@hooks.register("register_admin_urls")
def point_urls() -> list[URLPattern]:
    return [
        path("przygotowanie/<uuid:pk>/", setup.overview_view, name="plebiscite_setup"),
        path("przygotowanie/<uuid:pk>/<slug:key>/", setup.step_view, name="plebiscite_setup_step"),
        path("punkty/", desk.points_view, name="plebiscite_points"),
        path("punkty/<int:pk>/", desk.desk_view, name="plebiscite_desk"),
        path(
            "punkty/<int:pk>/imiennicy/<uuid:request_pk>/",
            desk.namesake_view,
            name="plebiscite_namesake",
        ),
        path("punkty/<int:pk>/lista/", desk.list_view, name="plebiscite_issue_list"),
        path("punkty/<int:pk>/urny/", urns.urns_view, name="plebiscite_urns"),
        path("urny/<int:pk>/", urns.batch_view, name="plebiscite_batch"),
        path("urny/<int:pk>/karty/", urns.entry_view, name="plebiscite_entry"),
        path("urny/<int:pk>/protokol/", urns.protocol_view, name="plebiscite_protocol"),
        path("pliki-znaku/<uuid:pk>/", sign_files.sign_files_view, name="plebiscite_sign_files"),
        path("papier/<uuid:pk>/", urns.account_view, name="plebiscite_paper_account"),
    ]
