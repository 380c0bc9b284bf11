from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlebisciteConfig(AppConfig):
    name = "plebiscite"
    verbose_name = _("Plebiscite")
