"""From a free time to a booking and back, as a program does it."""

from booking.models import Resource, Service
from tests.booking.api.conftest import Api, order_of, times_of


def test_from_a_free_time_to_a_cancelled_booking(
    api: Api, service: Service, provider: Resource
) -> None:
    day = api.get("availability/", times_of(service)).json()["days"][0]
    assert (day["date"], day["total_available"]) == ("2027-03-02", 8)
    start = day["slots"][0]["start"]
    held = api.post("holds/", {"service": service.slug, "start": start})
    assert held.status_code == 201, held.json()
    made = api.post("bookings/", order_of(service, start=start, hold=held.json()["id"]))
    assert made.status_code == 201, made.json()
    booking = made.json()
    token = {"Authorization": f"Bearer {booking['manage_token']}"}
    own = f"/api/v1/bookings/{booking['reference']}/"
    assert api.get(own, headers=token).json() == booking
    cancelled = api.post(f"{own}cancel/", {"reason": "I am ill."}, token).json()
    assert cancelled["status"] == "cancelled"
