"""The incubator in Wagtail's admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSetGroup

from incubator.viewsets.applications import ApplicationViewSet, states_view
from incubator.viewsets.calls import CallViewSet, QuestionViewSet
from incubator.viewsets.messages import MessageViewSet

__all__ = ["IncubatorGroup", "states_view"]


class IncubatorGroup(ModelViewSetGroup):
    """The menu of the incubator."""

    menu_label = _("Incubator")
    menu_icon = "folder-open-inverse"
    menu_order = 306
    items = (ApplicationViewSet(), CallViewSet(), QuestionViewSet(), MessageViewSet())
