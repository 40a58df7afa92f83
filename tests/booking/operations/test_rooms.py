"""Rooms and equipment that a service needs beside its provider."""

import pytest

from booking.availability import Refusal
from booking.models import BlockedPeriod, Claim, Resource, Service
from booking.operations import SlotTaken, SlotUnavailable
from tests.booking.operations.test_holds import hours_free
from tests.conftest import Book, at
from tests.factories import ProviderFactory, RoomFactory, require

ALL_DAY = [8, 9, 10, 11, 12, 13, 14, 15]


@pytest.fixture
def people(service: Service) -> list[Resource]:
    """Three who offer the service, more than there are rooms."""
    service.providers.add(*ProviderFactory.create_batch(2, business=service.business))
    return list(service.providers.all())


@pytest.fixture
def rooms(service: Service, people: list[Resource]) -> list[Resource]:
    made: list[Resource] = [
        RoomFactory.create(business=service.business, priority=number) for number in (1, 2)
    ]
    require(service, *made)
    return made


def room_ids() -> list[int]:
    return list(Claim.objects.filter(resource__kind="room").values_list("resource_id", flat=True))


def test_each_booking_takes_the_first_free_room(rooms: list[Resource], booked: Book) -> None:
    for number in range(2):
        booked(at(8), email=f"{number}@example.com")
    assert room_ids() == [rooms[0].pk, rooms[1].pk]
    with pytest.raises(SlotTaken):
        booked(at(8), email="late@example.com")


def test_a_service_that_shares_the_room_finds_it_taken(
    rooms: list[Resource], service: Service, booked: Book
) -> None:
    other = Service.objects.create(
        business=service.business, slug="talk", name="Talk", duration_minutes=60
    )
    other.providers.add(ProviderFactory.create(business=service.business))
    require(other, rooms[0])
    booked(at(8), service=other)
    booked(at(8))
    assert room_ids() == [rooms[0].pk, rooms[1].pk]
    with pytest.raises(SlotTaken):
        booked(at(8), email="late@example.com")


def test_of_each_group_one_is_needed(rooms: list[Resource], service: Service, booked: Book) -> None:
    laser = RoomFactory.create(business=service.business, kind="equipment", name="Laser")
    require(service, laser, name="Laser")
    booked(at(8))
    assert Claim.objects.count() == 3
    assert hours_free(service) == ALL_DAY[1:]


def test_time_off_of_the_only_room_closes_the_service(
    people: list[Resource], service: Service, booked: Book
) -> None:
    room = RoomFactory.create(business=service.business)
    require(service, room)
    BlockedPeriod.objects.create(
        business=service.business, resource=room, starts_at=at(8), ends_at=at(10)
    )
    assert hours_free(service) == ALL_DAY[2:]
    with pytest.raises(SlotUnavailable) as refused:
        booked(at(8))
    assert refused.value.reasons == {Refusal.NO_ROOM}


def test_a_service_whose_rooms_are_all_archived_is_not_offered(
    rooms: list[Resource], service: Service
) -> None:
    assert hours_free(service) == ALL_DAY
    Resource.objects.filter(kind="room").update(is_active=False)
    assert hours_free(service) == []


def test_a_room_in_two_groups_counts_for_the_first(rooms: list[Resource], service: Service) -> None:
    require(service, rooms[0], name="Another")
    assert hours_free(service) == []
