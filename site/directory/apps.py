from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "directory"
    verbose_name = _("Directory")

    def ready(self) -> None:
        from core import ports
        from directory.demo import load
        from directory.open_data import ORGANISATIONS
        from directory.personal_data import TeamData

        ports.personal_data.register("directory", TeamData())
        ports.demo.register("directory", load)
        ports.open_data.register("organizacje", ORGANISATIONS)
