from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesCatalogConfig(AppConfig):
    name = "services_catalog"
    verbose_name = _("Services")

    def ready(self) -> None:
        from core import ports
        from services_catalog.bookings import upkeep
        from services_catalog.bookings.selectors import BookingActivity, free_places, next_dates
        from services_catalog.cases.digest import send_digests
        from services_catalog.cases.services import erase_due, expire_and_close
        from services_catalog.demo import load
        from services_catalog.demo.bookings import load as load_bookings
        from services_catalog.demo.cases import load as load_cases
        from services_catalog.demo.timetable import load as load_timetable
        from services_catalog.merging import settle
        from services_catalog.my_calendar import booked_slots
        from services_catalog.open_data import SERVICES
        from services_catalog.personal_data import BookingPersonalData, CasePersonalData
        from services_catalog.selectors import ServiceActivity, dates
        from services_catalog.sources import ServiceSearch
        from services_catalog.timetable import feeds, weeks
        from services_catalog.timetable import selectors as timetable
        from services_catalog.timetable.generating import tick

        ports.activity.register("services_catalog.services", ServiceActivity())
        ports.activity.register("services_catalog.bookings", BookingActivity())
        dates.sources.register("services_catalog.bookings", next_dates)
        dates.day_sources.register("services_catalog.timetable", timetable.weekdays_of)
        ports.search_source.register("services_catalog.services", ServiceSearch())
        ports.organisation_merges.register("services_catalog", settle)
        ports.personal_data.register("services_catalog.cases", CasePersonalData())
        ports.personal_data.register("services_catalog.bookings", BookingPersonalData())
        ports.demo.register("services_catalog", load)
        ports.open_data.register("uslugi", SERVICES)
        ports.demo.register("services_catalog.cases", load_cases)
        ports.demo.register("services_catalog.timetable", load_timetable)
        ports.demo.register("services_catalog.bookings", load_bookings)
        every = timedelta(minutes=5)
        ports.jobs.register("services_catalog.cases", ports.Job(every=every, run=expire_and_close))
        quarter = timedelta(minutes=15)
        day = timedelta(days=1)
        ports.jobs.register("services_catalog.erase", ports.Job(every=day, run=erase_due))
        ports.jobs.register("services_catalog.digest", ports.Job(every=quarter, run=send_digests))
        minute = timedelta(minutes=1)
        ports.jobs.register("services_catalog.bookings", ports.Job(every=minute, run=upkeep.tick))
        ports.jobs.register(
            "services_catalog.bookings_check", ports.Job(every=day, run=upkeep.check_counters)
        )
        ports.jobs.register(
            "services_catalog.bookings_erase", ports.Job(every=day, run=upkeep.erase_due)
        )
        ports.jobs.register(
            "services_catalog.timetable", ports.Job(every=timedelta(minutes=10), run=tick)
        )
        feeds.person_sources.register(
            "services_catalog.own_organisation", feeds.slots_of_own_organisation
        )
        feeds.person_sources.register("services_catalog.bookings", booked_slots)
        weeks.free_places.register("services_catalog.bookings", free_places)
