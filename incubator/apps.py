from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core.actors import Actor

if TYPE_CHECKING:
    from core.files.models import StoredFile


class IncubatorConfig(AppConfig):
    name = "incubator"
    verbose_name = _("Incubator")

    def ready(self) -> None:
        from core import ports
        from core.files import file_permissions
        from forms import presets
        from incubator.demo import load
        from incubator.merging import settle
        from incubator.personal_data import ApplicationData
        from incubator.presets import PRESETS
        from incubator.selectors import IncubatorActivity
        from incubator.services.tidying import tidy
        from incubator.sources import CallSearch

        ports.activity.register("incubator.calls", IncubatorActivity())
        ports.search_source.register("incubator.calls", CallSearch())
        ports.personal_data.register("incubator", ApplicationData())
        ports.demo.register("incubator", load)
        ports.organisation_merges.register("incubator", settle)
        ports.jobs.register("incubator.tidy", ports.Job(every=timedelta(minutes=10), run=tidy))
        for preset in PRESETS:
            presets.register(preset)
        file_permissions.register("incubator.application", may_read_file)


def may_read_file(actor: Any, file: StoredFile) -> bool:
    """Whoever may see an application may have its files."""
    from incubator.models import Application

    if isinstance(actor, Actor):
        return False
    return Application.objects.visible_to(actor).filter(pk=file.owner_id).exists()
