"""The part of a body that says what is to be held or booked."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from accounts.models import Business
from booking.api.fields import read_moment
from booking.api.lookup import find_service, find_session
from booking.api.query import NO_SUCH_DURATION, NO_SUCH_PROVIDER, NO_SUCH_SERVICE
from booking.models import Service, Session
from booking.validators import MAX_CAPACITY
from booking.web.query import find_provider
from booking.wish import Wish
from config.core.when import validate_zone

NO_SUCH_SESSION = "There is no such session here."
NEEDED = "Say this, or name a session."


@dataclass(frozen=True, slots=True)
class _Subject:
    service: Service
    start: datetime
    session: Session | None = None


class WishInput(serializers.Serializer[Any]):
    """A service and a start, or a session instead, of the `business` in the context.

    Valid, it has the `wish` and its `start` in UTC; a start without offset is read in `timezone`.
    """

    service = serializers.CharField(required=False, max_length=100)
    start = serializers.CharField(required=False, max_length=50)
    session = serializers.UUIDField(required=False, allow_null=True)
    provider = serializers.UUIDField(required=False, allow_null=True)
    spots = serializers.IntegerField(default=1, min_value=1, max_value=MAX_CAPACITY)
    duration_minutes = serializers.IntegerField(required=False, allow_null=True)
    timezone = serializers.CharField(required=False, max_length=64, validators=[validate_zone])

    @property
    def business(self) -> Business:
        business: Business = self.context["business"]
        return business

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given.setdefault("timezone", self.business.timezone)
        subject = self._session(given) if given.get("session") else self._appointment(given)
        wish = Wish(
            service=subject.service,
            provider_id=_provider_id(subject.service, given.get("provider")),
            session_id=subject.session.pk if subject.session else None,
            duration_minutes=_duration(subject, given.get("duration_minutes")),
            spots=given["spots"],
        )
        return given | {"wish": wish, "start": subject.start}

    def _appointment(self, given: dict[str, Any]) -> _Subject:
        missing = {name: [NEEDED] for name in ("service", "start") if name not in given}
        if missing:
            raise serializers.ValidationError(missing)
        service = find_service(self.business, given["service"])
        if service is None:
            raise serializers.ValidationError({"service": [NO_SUCH_SERVICE]})
        return _Subject(service, _read_start(given))

    def _session(self, given: dict[str, Any]) -> _Subject:
        session = find_session(self.business, given["session"])
        if session is None:
            raise serializers.ValidationError({"session": [NO_SUCH_SESSION]})
        if given.get("service", session.service.slug) != session.service.slug:
            raise serializers.ValidationError({"service": ["The session is of another service."]})
        if "start" in given and _read_start(given) != session.starts_at:
            raise serializers.ValidationError({"start": ["The session starts at another time."]})
        return _Subject(session.service, session.starts_at.astimezone(UTC), session)


def _read_start(given: dict[str, Any]) -> datetime:
    try:
        return read_moment(given["start"], given["timezone"])
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"start": error.detail}) from error


def _provider_id(service: Service, public_id: object) -> int | None:
    if public_id is None:
        return None
    provider = find_provider(service, str(public_id))
    if provider is None:
        raise serializers.ValidationError({"provider": [NO_SUCH_PROVIDER]})
    return provider.pk


def _duration(subject: _Subject, minutes: int | None) -> int | None:
    """As asked for; a session that was made on demand is as long as it is."""
    session = subject.session
    if minutes is None and session and not session.is_planned:
        return int((session.ends_at - session.starts_at).total_seconds()) // 60
    if minutes is not None and minutes not in subject.service.durations_minutes:
        raise serializers.ValidationError({"duration_minutes": [NO_SUCH_DURATION]})
    return minutes
