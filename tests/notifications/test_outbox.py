from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import Business
from notifications import letters, messages, outbox
from notifications.letters import Letter
from notifications.models import Audience, Message, MessageStatus, OutboxEvent
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def plain_letters() -> Iterator[None]:
    """A subject type of its own: the letter says its id, "poison" cannot be composed."""

    def composer(template: str, subject_id: str) -> Letter | None:
        if subject_id == "poison":
            raise ValueError("this letter cannot be composed")
        if subject_id == "stale":
            return None
        return Letter(
            subject=f"About {subject_id}",
            headline="Hello",
            paragraphs=[],
            facts=[],
            brand="Salon",
            color="#000000",
            language="en",
            sender_name="Salon",
        )

    letters.register_composer("plain", composer)
    yield
    del letters._composers["plain"]


def queue(business: Business, subject_id: str, *, key: str = "") -> Message:
    return messages.plan(
        business=business,
        dedup_key=key or subject_id,
        audience=Audience.CLIENT,
        template="t",
        recipient="eva@example.com",
        subject_type="plain",
        subject_id=subject_id,
        due_at=NOW,
    )


def test_planning_twice_is_one_message(business: Business) -> None:
    assert queue(business, "a") == queue(business, "a")
    assert Message.objects.count() == 1


def test_a_message_is_sent_once_and_kept_as_it_was_told(business: Business) -> None:
    message = queue(business, "a")
    assert [messages.send_due(now=NOW) for _ in range(2)] == [1, 0]
    message.refresh_from_db()
    assert (message.status, message.subject, message.sent_at) == ("sent", "About a", NOW)
    assert message.text.startswith("Hello")
    assert [sent.subject for sent in mail.outbox] == ["About a"]


def test_what_is_not_due_waits(business: Business) -> None:
    queue(business, "a")
    Message.objects.update(due_at=NOW + timedelta(minutes=1))
    assert messages.send_due(now=NOW) == 0


def test_one_bad_message_holds_up_no_other_and_is_given_up_in_the_end(
    business: Business,
) -> None:
    poison, good = queue(business, "poison"), queue(business, "good")
    assert messages.send_due(now=NOW) == 1
    good.refresh_from_db()
    assert good.status == MessageStatus.SENT
    waits = []
    for _ in range(messages.MAX_ATTEMPTS - 1):
        poison.refresh_from_db()
        assert poison.status == MessageStatus.QUEUED
        waits.append((poison.due_at - NOW) // timedelta(minutes=1))
        Message.objects.update(due_at=NOW)
        messages.send_due(now=NOW)
    poison.refresh_from_db()
    assert waits == [1, 2, 4, 8, 16, 32, 64]
    assert (poison.status, poison.error) == (
        MessageStatus.FAILED,
        "ValueError: this letter cannot be composed",
    )


def test_a_letter_without_a_reason_is_not_sent(business: Business) -> None:
    message = queue(business, "stale")
    assert messages.send_due(now=NOW) == 0
    message.refresh_from_db()
    assert message.status == MessageStatus.CANCELLED


def test_a_dispatcher_that_died_is_followed_with_the_same_message_id(
    business: Business,
) -> None:
    message = queue(business, "a")
    messages.send_due(now=NOW)
    Message.objects.update(
        status=MessageStatus.SENDING, claimed_until=NOW + messages.LEASE, sent_at=None
    )
    assert messages.send_due(now=NOW) == 0
    assert messages.send_due(now=NOW + messages.LEASE + timedelta(seconds=1)) == 1
    ids = [sent.extra_headers["Message-ID"] for sent in mail.outbox]
    assert ids == [f"<{message.uuid}@testserver>"] * 2


def test_a_cancelled_message_is_not_sent(business: Business) -> None:
    queue(business, "a")
    assert messages.cancel(subject_type="plain", subject_id="a") == 1
    assert messages.send_due(now=NOW) == 0


def test_an_event_that_fails_holds_up_no_other_and_is_tried_again(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def handler(event: OutboxEvent) -> None:
        if event.name == "bad" and not seen.count("good") > 1:
            raise ValueError("cannot be handled")
        seen.append(event.name)

    monkeypatch.setattr(outbox, "_handlers", [handler])
    for name in ("bad", "good"):
        outbox.record(name, business=business, payload={})
    assert outbox.handle_events(now=NOW) == 1
    bad = OutboxEvent.objects.get(name="bad")
    assert (bad.handled_at, bad.error, bad.attempts) == (None, "cannot be handled", 1)
    assert outbox.handle_events(now=NOW) == 0
    seen.append("good")
    assert outbox.handle_events(now=NOW + outbox.LEASE + timedelta(seconds=1)) == 1
    assert seen == ["good", "good", "bad"]


def test_what_a_failing_handler_wrote_is_taken_back(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    def handler(event: OutboxEvent) -> None:
        queue(business, "a")
        raise ValueError("too late")

    monkeypatch.setattr(outbox, "_handlers", [handler])
    outbox.record("bad", business=business, payload={})
    outbox.handle_events(now=NOW)
    assert not Message.objects.exists()
