from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = _("Site")

    def ready(self) -> None:
        from datetime import timedelta

        from core import ports
        from home.demo import load
        from home.law import remind_of_review
        from home.links.outside import gather, try_next
        from home.open_data import EVENTS, INDICATORS
        from home.personal_data import LetterData, NewsletterData
        from home.publishing import publish_news
        from home.selectors import EventActivity
        from home.services.letters import keep_clocks
        from home.services.newsletter import tidy, write_due
        from home.sources import PageSearch
        from home.views.sharing import tidy as tidy_pictures

        ports.activity.register("home.events", EventActivity())
        ports.search_source.register("home.pages", PageSearch())
        ports.demo.register("home", load)
        ports.open_data.register("wydarzenia", EVENTS)
        ports.open_data.register("wskazniki", INDICATORS)
        ports.jobs.register(
            "home.declaration", ports.Job(every=timedelta(hours=12), run=remind_of_review)
        )
        ports.jobs.register("home.letters", ports.Job(every=timedelta(hours=1), run=keep_clocks))
        ports.personal_data.register("home.letters", LetterData())
        ports.personal_data.register("home.newsletter", NewsletterData())
        ports.jobs.register("home.newsletter", ports.Job(every=timedelta(seconds=5), run=write_due))
        ports.jobs.register("home.subscribers", ports.Job(every=timedelta(hours=6), run=tidy))
        ports.jobs.register("home.links", ports.Job(every=timedelta(hours=6), run=gather))
        ports.jobs.register(
            "home.outside_links", ports.Job(every=timedelta(minutes=1), run=try_next)
        )
        ports.jobs.register("home.sharing", ports.Job(every=timedelta(hours=24), run=tidy_pictures))
        ports.publish_news.register("home", publish_news)
