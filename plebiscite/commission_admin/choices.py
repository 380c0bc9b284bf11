"""By what the works of a contest are sorted: kinds and themes."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSet

from plebiscite.commission_admin.policies import PlebiscitePolicy
from plebiscite.models import ContestChoice


class ContestChoiceViewSet(ModelViewSet):
    """Kinds and themes."""

    model = ContestChoice
    name = "plebiscite_choices"
    url_prefix = "rodzaje-i-tematy"
    icon = "tag"
    menu_label = _("Kinds and themes")
    copy_view_enabled = False
    list_filter = ["plebiscite", "axis"]
    list_display = [
        TitleColumn(
            "name_pl",
            label=_("Name"),
            get_url=lambda one: reverse("plebiscite_choices:edit", args=[one.pk]),
        ),
        Column("axis", label=_("Sorts works by"), accessor="get_axis_display"),
        Column("plebiscite", label=_("Plebiscite"), accessor="plebiscite.title"),
        Column("position", label=_("Place in the list")),
    ]
    search_fields = ["name_pl"]
    search_backend_name = None
    panels = [
        FieldPanel("plebiscite"),
        FieldRowPanel([FieldPanel("axis"), FieldPanel("position")]),
        FieldPanel("code"),
        FieldRowPanel([FieldPanel("name_pl"), FieldPanel("name_be")]),
        FieldRowPanel([FieldPanel("name_en"), FieldPanel("name_it")]),
    ]

    @property
    def permission_policy(self) -> PlebiscitePolicy:
        return PlebiscitePolicy(self.model)
