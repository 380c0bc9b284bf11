"""Contests and votes in the admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup

from plebiscite.commission_admin.choices import ContestChoiceViewSet
from plebiscite.commission_admin.juries import JuryViewSet
from plebiscite.commission_admin.plebiscites import PlebisciteViewSet
from plebiscite.commission_admin.proposals import ProposalViewSet
from plebiscite.commission_admin.signs import SignRulesViewSet, UseRequestViewSet


class PlebisciteGroup(ViewSetGroup):
    """The commission's part of the menu."""

    menu_label = _("Plebiscite")
    menu_icon = "pick"
    menu_order = 320
    items = (
        PlebisciteViewSet(),
        ProposalViewSet(),
        ContestChoiceViewSet(),
        JuryViewSet(),
        SignRulesViewSet(),
        UseRequestViewSet(),
    )


@hooks.register("register_admin_viewset")
def register_plebiscites() -> Any:
    return PlebisciteGroup()
