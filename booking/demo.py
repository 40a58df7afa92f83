"""A salon with people, services and a week of bookings, to look at and to play with."""

import secrets
from datetime import datetime, time, timedelta
from itertools import cycle, islice

from django.conf import settings
from django.db import transaction

from accounts.models import Business, User
from booking import offers
from booking.availability import Starts
from booking.models import (
    ActorKind,
    BlockedPeriod,
    Booking,
    Question,
    QuestionType,
    RequiredGroup,
    Resource,
    ResourceKind,
    Schedule,
    Service,
    Source,
    Weekday,
    WeeklyHours,
)
from booking.operations import (
    Actor,
    Details,
    Terms,
    book,
    cancel_booking,
    create_business,
    plan_sessions,
)
from booking.recurrence import Weekly, instants
from booking.rulebook import rulebook_of
from booking.taken import moment
from booking.wish import Wish
from config.core import clock

SLUG = "salon-mara"
LESSON = "styling-class"
OWNER_EMAIL = "mara@salon-mara.example"

CLIENT = Actor(kind=ActorKind.CLIENT, source=Source.WEB)
STAFF = Actor(kind=ActorKind.SYSTEM, source=Source.COMMAND)
CLIENTS = (
    ("Anna Weber", "anna.weber@mail.example", "+4930901820"),
    ("Jonas Fischer", "jonas.fischer@mail.example", ""),
    ("Leyla Demir", "leyla.demir@mail.example", "+4930901821"),
    ("Peter Nowak", "", "+4930901822"),
    ("Sofia Rossi", "sofia.rossi@mail.example", ""),
    ("Tom Becker", "tom.becker@mail.example", "+4930901823"),
    ("Mia Schulz", "mia.schulz@mail.example", ""),
    ("Noor Haddad", "noor.haddad@mail.example", "+4930901824"),
)
# Of each seven free starts one is taken: a week that is busy, with room left to book.
TAKE_EVERY = 7
BOOKINGS = 24


def password() -> str:
    """The demo owner's password: made once for each data folder and kept there."""
    kept = settings.DATA_DIR / "demo-password"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(f"demo-{secrets.token_hex(6)}\n")
    return str(kept.read_text()).strip()


def seed() -> Business | None:
    """Make the demo business; None, and nothing is changed, when there is one already."""
    business = Business.objects.filter(slug=SLUG).first()
    if business and business.bookings.exists():
        return None
    if business is None:
        business = _set_up()
    # These have transactions of their own: a start that was interrupted here goes on here.
    lesson = business.services.get(slug=LESSON)
    if not lesson.sessions.exists():
        _plan_lessons(lesson)
    _book_a_week(list(business.services.exclude(pk=lesson.pk)))
    _book_lessons(lesson)
    return business


@transaction.atomic
def _set_up() -> Business:
    business = create_business(
        name="Salon Mara", owner_email=OWNER_EMAIL, slug=SLUG, timezone="Europe/Berlin"
    )
    _describe(business)
    mara, ali, june = _people(business)
    _add_haircut(business, [mara, ali, june])
    _add_color(business, [mara, june])
    _add_consultation(business, [mara, ali])
    _add_lesson(business, mara)
    _time_off(business, june)
    return business


def _describe(business: Business) -> None:
    business.description = "Hair, colour and time for you, in the middle of Kreuzberg."
    business.address = "Bergmannstr. 12, 10961 Berlin"
    business.phone = "+49 30 901820"
    business.email = "hello@salon-mara.example"
    business.color = "#7a3b5d"
    business.save()
    business.settings.owner_name = "Mara Lindner"
    business.settings.cancellation_notice_minutes = 24 * 60
    business.settings.save()
    owner = User.objects.get(email=OWNER_EMAIL)
    owner.name = "Mara Lindner"
    owner.set_password(password())
    owner.save()


def _people(business: Business) -> list[Resource]:
    late = Schedule.objects.create(business=business, name="Late shift")
    days = (Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=late, weekday=day, start="12:00", end="20:00") for day in days
    )
    people = (("Mara", None), ("Ali", None), ("June", late))
    return [
        Resource.objects.create(
            business=business,
            kind=ResourceKind.PERSON,
            name=name,
            schedule=schedule,
            priority=number,
        )
        for number, (name, schedule) in enumerate(people, start=1)
    ]


def _add_haircut(business: Business, people: list[Resource]) -> None:
    haircut = Service.objects.create(
        business=business,
        slug="haircut",
        name="Haircut",
        description="Wash, cut and dry.",
        duration_minutes=45,
        price_amount=4200,
        color="#7a3b5d",
        position=1,
    )
    haircut.providers.set(people)


def _add_color(business: Business, people: list[Resource]) -> None:
    color = Service.objects.create(
        business=business,
        slug="colour",
        name="Colour",
        description="A new tone, with advice and care. We confirm each request ourselves.",
        duration_minutes=120,
        price_amount=9500,
        color="#b4552d",
        position=2,
        requires_approval=True,
    )
    color.providers.set(people)
    Question.objects.create(
        service=color,
        key="last_colour",
        label="When was your hair last coloured?",
        type=QuestionType.TEXT,
        is_required=True,
    )
    Question.objects.create(
        service=color,
        key="allergies",
        label="I have no allergies to hair colour",
        type=QuestionType.YES_NO,
        position=1,
    )


def _add_consultation(business: Business, people: list[Resource]) -> None:
    consultation = Service.objects.create(
        business=business,
        slug="consultation",
        name="Consultation",
        description="A first talk about what would suit you.",
        duration_minutes=20,
        slot_interval_minutes=30,
        buffer_after_minutes=0,
        color="#2f5d50",
        position=3,
    )
    consultation.providers.set(people)
    Question.objects.create(
        service=consultation,
        key="topic",
        label="What is it about?",
        type=QuestionType.CHOICE,
        choices=["Cut", "Colour", "Wedding", "Something else"],
    )


def _add_lesson(business: Business, teacher: Resource) -> None:
    lesson = Service.objects.create(
        business=business,
        slug=LESSON,
        name="Styling class",
        description="Six people, six mirrors: learn to put your own hair up.",
        duration_minutes=90,
        price_amount=3500,
        color="#3d5a80",
        position=4,
        starts=Starts.PLANNED,
        capacity=6,
    )
    lesson.providers.set([teacher])
    studio = Resource.objects.create(business=business, kind=ResourceKind.ROOM, name="Studio")
    RequiredGroup.objects.create(service=lesson, name="Studio").resources.set([studio])


def _plan_lessons(lesson: Service) -> None:
    """On four Thursdays in the evening, the first of them far enough ahead to be booked."""
    business = lesson.business
    soon = clock.now().astimezone(business.zone).date() + timedelta(days=2)
    series = Weekly(
        first=soon,
        at=time(18),
        every_weeks=1,
        weekdays=[Weekday.THURSDAY],
        until=None,
        count=4,
    )
    plan_sessions(
        service=lesson,
        provider=lesson.providers.get(),
        starts=instants(series.dates(), series.at, business.timezone),
        terms=Terms(capacity=lesson.capacity),
        recurrence=series.as_text(),
        actor=STAFF,
    )


def _time_off(business: Business, person: Resource) -> None:
    day = clock.now().astimezone(business.zone).date() + timedelta(days=8)
    BlockedPeriod.objects.create(
        business=business, resource=person, first_date=day, last_date=day, reason="Holiday"
    )


def _book_a_week(services: list[Service]) -> None:
    clients = cycle(CLIENTS)
    made: list[Booking] = []
    for service, count in zip(services, (BOOKINGS // 2, BOOKINGS // 4, BOOKINGS // 4), strict=True):
        for start in _some_starts(service)[:count]:
            name, email, phone = next(clients)
            details = Details(
                name=name,
                email=email,
                phone=phone,
                timezone=service.business.timezone,
                answers=_answers(service),
            )
            made.append(
                book(wish=Wish(service=service), start=start, details=details, actor=CLIENT)
            )
    cancel_booking(booking=made[3], reason="I am ill, sorry.", actor=CLIENT)


def _book_lessons(lesson: Service) -> None:
    """The first class is nearly full, the second has begun to fill."""
    clients = iter(CLIENTS)
    for session, count in zip(lesson.sessions.all(), (4, 2), strict=False):
        for name, email, phone in islice(clients, count):
            details = Details(
                name=name, email=email, phone=phone, timezone=lesson.business.timezone
            )
            wish = Wish(service=lesson, session_id=session.pk)
            book(wish=wish, start=session.starts_at, details=details, actor=CLIENT)


def _some_starts(service: Service) -> list[datetime]:
    now = clock.now()
    today = now.date()
    slots = offers.find_slots(
        rulebook_of(service.business),
        Wish(service=service),
        first=today,
        last=today + timedelta(days=7),
        viewer_tz=service.business.timezone,
        now=now,
    )
    return [moment(slot.starts_at) for slot in slots[::TAKE_EVERY]]


def _answers(service: Service) -> list[dict[str, str]]:
    said = {"last_colour": "Half a year ago", "allergies": "Yes", "topic": "Cut"}
    return [
        {"key": question.key, "label": question.label, "value": said[question.key]}
        for question in service.questions.all()
    ]
