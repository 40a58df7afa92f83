"""What is asked of the engine, with all that the answer depends on, and the answer's slots."""

from dataclasses import dataclass, field

from booking.availability.values import Instant, Provider, Resource, ServiceRules, Span


@dataclass(frozen=True, slots=True)
class Session(Span):
    """A session of the service that exists and could be joined, with what is left of its spots.

    Whoever joins must do so `booking_deadline_minutes` before it starts; 0 for one made on demand.
    """

    provider_id: int | None
    spots_left: int
    is_bookable: bool = True
    booking_deadline_minutes: int = 0
    id: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Group:
    """Rooms or pieces of equipment of which a session needs one; in the order to be taken."""

    id: int
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A wish for `spots` of a service, and what there is to meet it.

    `providers` come in the order of priority. `sessions` are the ones that answer the wish (those
    of the provider asked for, say), full ones included. `session_starts` are the starts of all the
    service's sessions in every period that its limits count. `business_tz` has the calendar of
    limits and horizon.

    What does not block is left out by the caller: the wisher's own hold, the booking that is being
    moved, whatever has expired.
    """

    rules: ServiceRules
    providers: tuple[Provider, ...]
    business_tz: str
    now: Instant
    groups: tuple[Group, ...] = ()
    sessions: tuple[Session, ...] = ()
    session_starts: tuple[Instant, ...] = ()
    spots: int = 1

    def __post_init__(self) -> None:
        if self.spots < 1:
            raise ValueError(f"nobody books {self.spots} spots")
        members = [resource.id for group in self.groups for resource in group.resources]
        if len(members) != len(set(members)):
            raise ValueError("required groups have no resource in common")


@dataclass(frozen=True, slots=True)
class Slot:
    """A start that can be booked, and who can take it, in the order the providers were given.

    `spots_left` is the largest party that one booking could get. With a `session_id` it is a
    session to join, else a new start.
    """

    starts_at: Instant
    ends_at: Instant
    provider_ids: tuple[int, ...]
    spots_left: int = 1
    session_id: int | None = None
