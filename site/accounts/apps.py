from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from accounts import receivers  # noqa: F401
        from accounts.demo import load
        from accounts.keeping import sweep
        from accounts.personal_data import AccountData
        from core import ports

        ports.demo.register("accounts", load)
        ports.personal_data.register("accounts", AccountData())
        ports.jobs.register("accounts.sweep", ports.Job(every=timedelta(hours=6), run=sweep))
