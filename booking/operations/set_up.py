"""The first hour of an installation: somebody to sign in, a business, its hours, a service."""

from dataclasses import dataclass
from datetime import time

from accounts.models import Business, User
from accounts.slugs import make_slug
from booking.locking import locked_installation
from booking.models import Resource, ResourceKind, Service, WeeklyHours
from booking.operations.create_business import create_business
from config.core.errors import DomainError


class AlreadySetUp(DomainError):
    """Somebody can sign in already; whatever comes next is for them to do."""

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


def set_up(first: FirstBusiness) -> User:
    """Make the first owner, who also operates the installation, with a business to be booked.

    Raises `AlreadySetUp` once somebody can sign in, and Django's `ValidationError`, by field, for
    what cannot be used; then nothing was made.
    """
    with locked_installation():
        if User.objects.who_can_sign_in().exists():
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
        return _let_in(business, first)


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


def _let_in(business: Business, first: FirstBusiness) -> User:
    owner = business.memberships.get().user
    owner.name, owner.is_superuser, owner.is_active = first.owner_name, True, True
    owner.set_password(first.password)
    owner.full_clean()
    owner.save()
    return owner
