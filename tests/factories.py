"""A business and everything below it, ready to be booked."""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import Business, Membership, Role, User
from booking.models import Question, RequiredGroup, Resource, ResourceKind, Service, Session
from booking.operations.create_business import add_settings
from booking.operations.take import claim
from booking.rulebook import rulebook_of


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"user{number}@example.com")
    name = factory.Sequence(lambda number: f"User {number}")
    password = factory.django.Password("a long password")


class BusinessFactory(DjangoModelFactory[Business]):
    """Open Monday to Friday 09:00–17:00 in Berlin, no buffers, two hours of notice."""

    class Meta:
        model = Business
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"Salon {number}")
    slug = factory.Sequence(lambda number: f"salon-{number}")
    timezone = "Europe/Berlin"
    phone = "+49 30 901820"
    email = "hello@salon.example"
    address = "Bergmannstr. 12, Berlin"

    @factory.post_generation
    def settings(self, create: bool, extracted: Any, **given: Any) -> None:
        settings = add_settings(self)  # type: ignore[arg-type]
        settings.buffer_after_minutes = 0
        for name, value in given.items():
            setattr(settings, name, value)
        settings.save()


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    business = factory.SubFactory(BusinessFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OWNER


class ProviderFactory(DjangoModelFactory[Resource]):
    class Meta:
        model = Resource

    business = factory.SubFactory(BusinessFactory)
    name = factory.Sequence(lambda number: f"Provider {number}")


class ServiceFactory(DjangoModelFactory[Service]):
    """One hour with one provider of its own, unless `providers` are given."""

    class Meta:
        model = Service
        skip_postgeneration_save = True

    business = factory.SubFactory(BusinessFactory)
    name = "Haircut"
    slug = factory.Sequence(lambda number: f"haircut-{number}")
    duration_minutes = 60

    @factory.post_generation
    def providers(self, create: bool, extracted: Any, **given: Any) -> None:
        chosen = extracted
        if chosen is None:
            chosen = [ProviderFactory.create(business=self.business)]
        self.providers.set(chosen)


class QuestionFactory(DjangoModelFactory[Question]):
    class Meta:
        model = Question

    service = factory.SubFactory(ServiceFactory)
    key = "topic"
    label = "What is it about?"


class RoomFactory(ProviderFactory):
    kind = ResourceKind.ROOM
    name = factory.Sequence(lambda number: f"Room {number}")


class PlannedSessionFactory(DjangoModelFactory[Session]):
    """A class of 6 with the service's first provider, who is taken for as long as it lasts."""

    class Meta:
        model = Session
        skip_postgeneration_save = True

    service = factory.SubFactory(ServiceFactory)
    business = factory.SelfAttribute("service.business")
    provider = factory.LazyAttribute(lambda made: made.service.providers.first())
    ends_at = factory.LazyAttribute(
        lambda made: made.starts_at + timedelta(minutes=made.service.duration_minutes)
    )
    capacity = 6
    is_planned = True

    @factory.post_generation
    def claims(self, create: bool, extracted: Any, **given: Any) -> None:
        rules = rulebook_of(self.business).services[self.service.pk]  # type: ignore[arg-type]
        claim(self, (self.provider.pk,), rules)  # type: ignore[arg-type]


def require(service: Service, *things: Resource, name: str = "Room") -> RequiredGroup:
    """Have the service need one of these rooms or pieces of equipment."""
    group = RequiredGroup.objects.create(service=service, name=name)
    group.resources.set(things)
    return group
