from services_catalog.bookings.models import Booking, BookingContact
from services_catalog.cases.models import (
    CaseFeedback,
    CaseMessage,
    PersonalDataView,
    ReplyTemplate,
    RequestContact,
    SavedFilter,
    ServiceRequest,
)
from services_catalog.models.package import Package, PackageItem
from services_catalog.models.page import CataloguePage
from services_catalog.models.service import Service, ServiceMode, ServicePlace
from services_catalog.models.service_parts import (
    EligibilityQuestion,
    ServiceHours,
    ServiceProvider,
    ServiceStep,
)
from services_catalog.place.models import Idea, IdeaGroup
from services_catalog.timetable.models import ScheduleRule, Slot

__all__ = [
    "Booking",
    "BookingContact",
    "CaseFeedback",
    "CaseMessage",
    "CataloguePage",
    "EligibilityQuestion",
    "Idea",
    "IdeaGroup",
    "Package",
    "PackageItem",
    "PersonalDataView",
    "ReplyTemplate",
    "RequestContact",
    "SavedFilter",
    "ScheduleRule",
    "Service",
    "ServiceHours",
    "ServiceMode",
    "ServicePlace",
    "ServiceProvider",
    "ServiceRequest",
    "ServiceStep",
    "Slot",
]
