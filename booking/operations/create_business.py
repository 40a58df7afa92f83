from datetime import time

from django.db import transaction

from accounts.models import Business, Membership, Role, User
from accounts.slugs import make_slug
from booking.models import BookingSettings, Schedule, Weekday, WeeklyHours

WORKING_DAYS = (
    Weekday.MONDAY,
    Weekday.TUESDAY,
    Weekday.WEDNESDAY,
    Weekday.THURSDAY,
    Weekday.FRIDAY,
)


def create_business(
    *,
    name: str,
    owner_email: str,
    slug: str = "",
    timezone: str = "UTC",
    currency: str = "EUR",
    locale: str = "en-GB",
) -> Business:
    """A business that can be set up at once: owner, settings, Monday to Friday 09:00–17:00.

    An owner who is not known yet is made without a password. Raises Django's `ValidationError`, by
    field, for anything that cannot be used; then nothing was made.
    """
    with transaction.atomic():
        owner = User.objects.filter(email__iexact=owner_email).first()
        owner = owner or User.objects.create_user(owner_email)
        business = Business(
            name=name,
            slug=slug or free_slug(name),
            timezone=timezone,
            currency=currency,
            locale=locale,
        )
        business.full_clean()
        business.save()
        Membership.objects.create(business=business, user=owner, role=Role.OWNER)
        add_settings(business)
    return business


def free_slug(name: str) -> str:
    return make_slug(name, is_taken=lambda slug: Business.objects.at(slug).exists())


def add_settings(business: Business) -> BookingSettings:
    """The settings of a new business, with the usual office hours."""
    schedule = Schedule.objects.create(business=business, name="Opening hours")
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=day, start=time(9), end=time(17))
        for day in WORKING_DAYS
    )
    return BookingSettings.objects.create(business=business, default_schedule=schedule)
