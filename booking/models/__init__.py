from booking.models.blocked_period import BlockedPeriod
from booking.models.booking import Booking, Source
from booking.models.client import Client
from booking.models.history import ActorKind, HistoryEntry
from booking.models.link_request import LinkRequest
from booking.models.resource import Resource, ResourceKind
from booking.models.schedule import DateOverride, Schedule, Weekday, WeeklyHours
from booking.models.service import Question, QuestionType, RequiredGroup, Service
from booking.models.session import Claim, Hold, HoldPurpose, Session, SessionSeries
from booking.models.settings import BookingSettings

__all__ = [
    "ActorKind",
    "BlockedPeriod",
    "Booking",
    "BookingSettings",
    "Claim",
    "Client",
    "DateOverride",
    "HistoryEntry",
    "Hold",
    "HoldPurpose",
    "LinkRequest",
    "Question",
    "QuestionType",
    "RequiredGroup",
    "Resource",
    "ResourceKind",
    "Schedule",
    "Service",
    "Session",
    "SessionSeries",
    "Source",
    "Weekday",
    "WeeklyHours",
]
