"""The first hour of an installation: somebody to sign in, a business, its hours, a service."""

from dataclasses import dataclass
from datetime import time

from django.contrib.auth.hashers import make_password

from accounts.models import Business, User
from accounts.slugs import make_slug
from booking.locking import locked_installation
from booking.models import Resource, ResourceKind, Service, WeeklyHours
from booking.operations.create_business import create_business
from config.core.errors import DomainError


class AlreadySetUp(DomainError):
    """There is somebody or something already; whatever comes next is for them to do."""

    code = "already_set_up"
    message = "This installation has been set up already. Please sign in."


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstBusiness:
    """What the first owner says. `days` count from Monday = 0; an end before its start lies on the
    next day; `price_amount` is in minor units of `currency`.
    """

    owner_name: str
    email: str
    password: str
    name: str
    timezone: str
    currency: str
    locale: str
    days: list[int]
    opens: time
    closes: time
    service_name: str
    duration_minutes: int
    price_amount: int


def is_untouched() -> bool:
    """Whether nobody and nothing was made yet.

    That nobody can sign in is not enough: whoever came by first after an owner was deactivated
    would be given everything there is.
    """
    return not User.objects.exists() and not Business.objects.exists()


def set_up(first: FirstBusiness) -> User:
    """Make the first owner, who also operates the installation, with a business to be booked.

    Raises `AlreadySetUp` for an installation with any account or business, and Django's
    `ValidationError`, by field, for what cannot be used; then nothing was made.
    """
    # This takes its time on purpose, and nobody has to wait for it behind the lock.
    password = make_password(first.password)
    with locked_installation():
        if not is_untouched():
            raise AlreadySetUp
        business = create_business(
            name=first.name,
            owner_email=first.email,
            timezone=first.timezone,
            currency=first.currency,
            locale=first.locale,
        )
        _open(business, first)
        _offer(business, first)
        return _let_in(business, first, password)


def _open(business: Business, first: FirstBusiness) -> None:
    schedule = business.settings.default_schedule
    schedule.weekly_hours.all().delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=day, start=first.opens, end=first.closes)
        for day in first.days
    )


def _offer(business: Business, first: FirstBusiness) -> None:
    person = Resource(business=business, kind=ResourceKind.PERSON, name=first.owner_name)
    person.full_clean()
    person.save()
    service = Service(
        business=business,
        slug=make_slug(first.service_name, is_taken=set[str]().__contains__, fallback="service"),
        name=first.service_name,
        duration_minutes=first.duration_minutes,
        price_amount=first.price_amount,
    )
    service.full_clean()
    service.save()
    service.providers.add(person)


def _let_in(business: Business, first: FirstBusiness, password: str) -> User:
    owner = business.memberships.get().user
    owner.name, owner.is_superuser, owner.password = first.owner_name, True, password
    owner.full_clean()
    owner.save()
    return owner
