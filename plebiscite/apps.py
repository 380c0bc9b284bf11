from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlebisciteConfig(AppConfig):
    name = "plebiscite"
    verbose_name = _("Plebiscite")

    def ready(self) -> None:
        from core import ports
        from core.files import file_permissions
        from core.ports import Job
        from plebiscite import sources
        from plebiscite.demo import load
        from plebiscite.open_data import TOTALS
        from plebiscite.services import (
            bundles,
            checkpoints,
            forgetting,
            mixing,
            moving,
            proposals,
            reminding,
            sign_files,
            signing,
            witnessing,
        )
        from plebiscite.services.commission import paper

        ports.activity.register("plebiscite", sources.PlebisciteActivity())
        ports.search_source.register("plebiscite.plebiscites", sources.PlebisciteSearch())
        ports.search_source.register("plebiscite.works", sources.WorkSearch())
        ports.personal_data.register("plebiscite", sources.PlebisciteData())
        ports.health.register("plebiscite", sources.check_health)
        ports.demo.register("plebiscite", load)
        ports.open_data.register("wyniki-glosowan", TOTALS)
        file_permissions.register(proposals.FILE_OWNER, proposals.may_read_picture)
        file_permissions.register(paper.FILE_OWNER, paper.may_read_protocol)
        file_permissions.register(sign_files.FILE_OWNER, sign_files.may_read_sign_file)
        for name, every, run in (
            ("plebiscite.keys", timedelta(seconds=10), moving.make_missing_keys),
            ("plebiscite.due", timedelta(seconds=1), moving.write_down_what_is_due),
            ("plebiscite.mix", timedelta(seconds=2), mixing.flush_open_boxes),
            ("plebiscite.checkpoints", timedelta(minutes=10), checkpoints.sign_open_logs),
            ("plebiscite.bundles", timedelta(seconds=5), bundles.make_wanted_bundles),
            ("plebiscite.destroy_keys", timedelta(seconds=5), witnessing.destroy_ordered_keys),
            ("plebiscite.forget", timedelta(hours=1), forgetting.forget_voters),
            ("plebiscite.remind", timedelta(hours=1), reminding.remind),
            ("plebiscite.forget_requests", timedelta(hours=1), signing.forget_requests),
        ):
            ports.jobs.register(name, Job(every=every, run=run))
