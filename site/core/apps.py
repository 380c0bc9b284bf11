from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from datetime import timedelta

        from core import (
            ports,
            translating,  # noqa: F401
        )
        from core.demo import load_pictures
        from core.files import clamav
        from core.outbox import keeping as outbox
        from core.pagecache import front
        from core.pagecache import signals as pagecache_signals  # noqa: F401
        from core.pictures import draw_slow_sizes
        from core.search import signals as search_signals  # noqa: F401
        from core.search.documents import DocumentSearch
        from core.search.editing import forget_misses
        from core.transitions import checks  # noqa: F401

        ports.search_source.register("core.documents", DocumentSearch())
        ports.demo.register("pictures", load_pictures)
        ports.jobs.register("core.search", ports.Job(every=timedelta(hours=24), run=forget_misses))
        ports.jobs.register(
            "core.pictures", ports.Job(every=timedelta(seconds=15), run=draw_slow_sizes)
        )
        ports.jobs.register(
            "core.front_cache", ports.Job(every=timedelta(seconds=1), run=front.purge)
        )
        ports.health.register("core.outbox", outbox.check_health)
        ports.health.register("core.files", clamav.check_health)
