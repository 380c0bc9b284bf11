from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesCatalogConfig(AppConfig):
    name = "services_catalog"
    verbose_name = _("Services")

    def ready(self) -> None:
        from core import ports
        from services_catalog.demo import load
        from services_catalog.selectors import ServiceActivity
        from services_catalog.sources import ServiceSearch

        ports.activity.register("services_catalog.services", ServiceActivity())
        ports.search_source.register("services_catalog.services", ServiceSearch())
        ports.demo.register("services_catalog", load)
