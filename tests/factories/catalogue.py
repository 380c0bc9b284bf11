"""Services, rooms, groups and organisations for tests."""

from __future__ import annotations

import factory
from wagtail.models import Locale

from directory.models import LegalForm, Organisation, OrganisationKind, Room, TargetGroup
from services_catalog.models import Service, ServiceMode, ServicePlace


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name_pl = factory.Sequence(lambda number: f"Spółdzielnia {number}")
    slug = factory.Sequence(lambda number: f"spoldzielnia-{number}")
    kind = OrganisationKind.MEMBER
    legal_form = LegalForm.SOCIAL_COOPERATIVE


class RoomFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Room

    number = factory.Sequence(lambda number: number + 1)
    name_pl = factory.Sequence(lambda number: f"Sala {number}")
    slug = factory.Sequence(lambda number: f"sala-{number}")
    description_pl = "Sala spotkań."
    accessibility_pl = "Wejście bez progu."
    seats = 12
    plan_x = 0
    plan_y = 0
    plan_width = 100
    plan_height = 100


class TargetGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TargetGroup

    name_pl = factory.Sequence(lambda number: f"Grupa {number}")
    slug = factory.Sequence(lambda number: f"grupa-{number}")


class ServiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Service
        skip_postgeneration_save = True

    locale = factory.LazyFunction(lambda: Locale.objects.get_or_create(language_code="pl")[0])
    code = factory.Sequence(lambda number: f"U-{number:02}")
    slug = factory.Sequence(lambda number: f"usluga-{number}")
    name = factory.Sequence(lambda number: f"Usługa {number}")
    summary = "Krótko o usłudze."
    cost = "bezpłatnie"
    is_free = True
    mode = ServiceMode.REQUEST
    place = ServicePlace.AT_STATION
    live = True

    @factory.post_generation
    def groups(self, create, extracted, **kwargs):
        if extracted:
            self.target_groups.set(extracted)
            self.save()

    @factory.post_generation
    def hours(self, create, extracted, **kwargs):
        for weekday, opens_at, closes_at in extracted or []:
            self.hours.add(
                self.hours.model(
                    weekday=weekday, opens_at=opens_at, closes_at=closes_at, locale=self.locale
                )
            )
        if extracted:
            self.save()
