"""What the page's address asks for: which service, with whom, how long, for how many, and when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Business
from booking.availability import resolve_wall
from booking.models import Booking, Resource, Service
from booking.taken import moment
from booking.validators import MAX_CAPACITY, validate_whole_minute, validate_year
from booking.web.query import ANYBODY, read_start
from booking.wish import Wish, own_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`day` and `start` are None while they are still to be chosen."""

    service: Service
    provider: Resource | None = None
    duration_minutes: int | None = None
    spots: int = 1
    day: date | None = None
    start: datetime | None = None
    session_id: int | None = None
    # A booking that is to be moved: its own time does not stand in its way.
    moved: Booking | None = None

    @property
    def business(self) -> Business:
        return self.service.business

    @property
    def wish(self) -> Wish:
        return Wish(
            service=self.service,
            provider_id=self.provider.pk if self.provider else None,
            session_id=self.session_id,
            duration_minutes=self.duration_minutes,
            spots=self.spots,
            own=own_of(self.moved) if self.moved else None,
            is_agreed=self.moved is not None,
        )

    @property
    def chosen_start(self) -> datetime:
        """For the steps that come once there is a time."""
        if self.start is None:
            raise ValueError("no time has been chosen yet")
        return self.start

    @property
    def with_whom(self) -> str:
        """Who was asked for, or gives the session; "" for anyone."""
        if self.provider:
            return self.provider.name
        if self.session_id is None:
            return ""
        sessions = self.service.sessions.filter(pk=self.session_id)
        return sessions.values_list("provider__name", flat=True).first() or ""

    @property
    def minutes(self) -> int:
        return self.duration_minutes or self.service.duration_minutes

    def of_day(self, day: date) -> str:
        """The address of the free times of that day."""
        return self._address(date=day.isoformat())

    def at(self, start: datetime, session_id: int | None = None) -> str:
        """The address that asks for the client of that start, or of that session."""
        return self._address(start=f"{start:%Y-%m-%dT%H:%M:%SZ}", session=session_id)

    def kept(self) -> dict[str, object]:
        """What every address of these times has in it."""
        values = {
            "service": self.service.pk,
            "provider": self.provider.pk if self.provider else self._anybody,
            "duration": None if self.moved else self.duration_minutes,
            "spots": self.spots if self.spots > 1 and not self.moved else None,
        }
        return {name: value for name, value in values.items() if value}

    @property
    def _anybody(self) -> str | None:
        """What is moved stays with the same provider unless anybody is asked for by name."""
        return ANYBODY if self.moved else None

    def _address(self, **more: object) -> str:
        values = self.kept() | more
        return "?" + urlencode({name: value for name, value in values.items() if value})


class WishForm(forms.Form):
    """What a service leaves open. `start` and `session` come from the page's own links."""

    provider = forms.ModelChoiceField[Resource](
        queryset=Resource.objects.none(), label="With", required=False, empty_label="Anyone"
    )
    duration = forms.TypedChoiceField(label="Minutes", required=False, coerce=int, empty_value=None)
    spots = forms.IntegerField(label="People", required=False, min_value=1, max_value=MAX_CAPACITY)
    date = forms.DateField(
        label="On",
        required=False,
        validators=[validate_year],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label="At",
        required=False,
        validators=[validate_whole_minute],
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    start = forms.CharField(required=False, widget=forms.HiddenInput)
    session = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, service: Service, data: Any) -> None:
        super().__init__(data, label_suffix="")
        self.service = service
        provider: Any = self.fields["provider"]
        provider.queryset = service.providers.active()
        duration: Any = self.fields["duration"]
        duration.choices = [(minutes, minutes) for minutes in service.durations_minutes]
        if len(duration.choices) < 2:
            del self.fields["duration"]
        if not service.is_shared:
            del self.fields["spots"]

    @property
    def choices(self) -> list[forms.BoundField]:
        """The fields that people fill in to see the free times of a day."""
        names = ("provider", "duration", "spots", "date")
        return [self[name] for name in names if name in self.fields]

    def clean_start(self) -> datetime | None:
        text = self.cleaned_data["start"]
        start = read_start(text) if text else None
        if text and start is None:
            raise ValidationError("Choose a time.")
        return start

    def clean(self) -> None:
        super().clean()
        given = self.cleaned_data
        if given.get("at") and not given.get("date") and "date" not in self.errors:
            self.add_error("date", "Choose the day as well.")

    def asked(self) -> Asked:
        """What a valid address asks for."""
        given = self.cleaned_data
        return Asked(
            service=self.service,
            provider=given["provider"],
            duration_minutes=given.get("duration"),
            spots=given.get("spots") or 1,
            day=given["date"],
            start=given["start"] or self._start_on_the_clock(),
            session_id=given["session"],
        )

    def _start_on_the_clock(self) -> datetime | None:
        day, at = self.cleaned_data["date"], self.cleaned_data["at"]
        if day is None or at is None:
            return None
        return moment(resolve_wall(day, at, self.service.business.timezone))
