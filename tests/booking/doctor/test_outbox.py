from datetime import timedelta

import pytest
import time_machine

from booking.doctor import outbox
from notifications.models import Message, MessageStatus, OutboxEvent
from notifications.tasks import dispatch
from tests.conftest import NOW, Book, at

pytestmark = pytest.mark.django_db


def levels() -> list[str]:
    return [finding.level for finding in outbox.look()]


def test_what_was_told_is_well(booked: Book, clock: time_machine.Traveller) -> None:
    booked(at(8))
    dispatch()
    clock.shift(timedelta(hours=1))
    assert levels() == ["ok"]


def test_what_waits_too_long_is_a_problem(booked: Book, clock: time_machine.Traveller) -> None:
    booked(at(8))
    assert levels() == ["ok"]
    clock.shift(timedelta(minutes=11))
    [finding] = outbox.look()
    assert (finding.level, finding.text) == (
        "problem",
        f"Events and messages wait (1), the oldest since {NOW:%Y-%m-%d %H:%M} UTC.",
    )


def test_a_message_that_failed_is_a_warning_for_a_week(
    booked: Book, clock: time_machine.Traveller
) -> None:
    booked(at(8))
    dispatch()
    Message.objects.update(status=MessageStatus.FAILED)
    assert levels() == ["warning"]
    clock.shift(timedelta(days=8))
    assert levels() == ["ok"]


def test_an_event_that_was_given_up_is_a_problem(booked: Book) -> None:
    booked(at(8))
    OutboxEvent.objects.update(due_at=None)
    assert levels() == ["problem"]
