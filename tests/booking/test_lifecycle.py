import pytest

from booking.lifecycle import RELEASED, TRANSITIONS, InvalidTransition, Status, check_transition

ALLOWED = {
    ("pending", "confirmed"),
    ("pending", "awaiting_payment"),
    ("pending", "rejected"),
    ("pending", "expired"),
    ("pending", "cancelled"),
    ("awaiting_payment", "confirmed"),
    ("awaiting_payment", "expired"),
    ("awaiting_payment", "cancelled"),
    ("confirmed", "completed"),
    ("confirmed", "no_show"),
    ("confirmed", "cancelled"),
    ("expired", "confirmed"),
    ("completed", "no_show"),
    ("no_show", "completed"),
}


@pytest.mark.parametrize("current", list(Status))
@pytest.mark.parametrize("target", list(Status))
def test_every_pair_of_states(current: Status, target: Status) -> None:
    if (current, target) in ALLOWED:
        check_transition(current, target)
    else:
        with pytest.raises(InvalidTransition):
            check_transition(current, target)


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert {"rejected", "cancelled", "expired"} == RELEASED
