from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction

from accounts.models import Business
from config.core.clock import now as clock_now
from notifications import letters, messages, outbox
from notifications.admin import contents
from notifications.channels import email
from notifications.letters import Letter
from notifications.models import Audience, Message, MessageStatus, OutboxEvent
from tests.conftest import NOW
from tests.factories import BusinessFactory


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
            paragraphs=["Open it with s3cret"] if subject_id == "secret" else [],
            secrets=["s3cret"],
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
    assert [messages.send_due() for _ in range(2)] == [1, 0]
    message.refresh_from_db()
    assert (message.status, message.subject, message.sent_at) == ("sent", "About a", NOW)
    assert message.text.startswith("Hello")
    assert [sent.subject for sent in mail.outbox] == ["About a"]


def test_what_is_not_due_waits(business: Business) -> None:
    queue(business, "a")
    Message.objects.update(due_at=NOW + timedelta(minutes=1))
    assert messages.send_due() == 0


def test_one_bad_message_holds_up_no_other_and_is_given_up_in_the_end(
    business: Business, clock: time_machine.Traveller
) -> None:
    poison, good = queue(business, "poison"), queue(business, "good")
    assert messages.send_due() == 1
    good.refresh_from_db()
    assert good.status == MessageStatus.SENT
    tried = NOW
    for minutes in (1, 4, 16, 64, 256, 360, 360):
        poison.refresh_from_db()
        assert poison.status == MessageStatus.QUEUED
        assert 0.75 <= (poison.due_at - tried) / timedelta(minutes=minutes) <= 1.25
        tried = poison.due_at
        clock.move_to(tried)
        messages.send_due()
    poison.refresh_from_db()
    assert (poison.status, poison.attempts, poison.error) == (
        MessageStatus.FAILED,
        messages.MAX_ATTEMPTS,
        "ValueError: this letter cannot be composed",
    )


def test_what_failed_together_does_not_come_again_together(business: Business) -> None:
    for number in range(20):
        queue(business, "poison", key=str(number))
    messages.send_due()
    assert len(set(Message.objects.values_list("due_at", flat=True))) == 20


def test_a_letter_without_a_reason_is_not_sent(business: Business) -> None:
    message = queue(business, "stale")
    assert messages.send_due() == 0
    message.refresh_from_db()
    assert message.status == MessageStatus.CANCELLED


def test_a_dispatcher_that_died_is_followed_with_the_same_message_id(
    business: Business, clock: time_machine.Traveller
) -> None:
    message = queue(business, "a")
    messages.send_due()
    Message.objects.update(
        status=MessageStatus.SENDING, claimed_until=NOW + messages.LEASE, sent_at=None
    )
    assert messages.send_due() == 0
    clock.shift(messages.LEASE + timedelta(seconds=1))
    assert messages.send_due() == 1
    ids = [sent.extra_headers["Message-ID"] for sent in mail.outbox]
    assert ids == [f"<{message.uuid}@testserver>"] * 2


def test_a_message_that_ends_every_dispatcher_is_given_up(
    business: Business, clock: time_machine.Traveller
) -> None:
    message = queue(business, "a")
    Message.objects.update(
        status=MessageStatus.SENDING, claimed_until=NOW, attempts=messages.MAX_ATTEMPTS
    )
    clock.shift(1)
    assert messages.send_due() == 0
    message.refresh_from_db()
    assert (message.status, message.error, mail.outbox) == (
        MessageStatus.FAILED,
        "Every worker that tried to send it was ended on the way.",
        [],
    )


def test_a_client_gets_twenty_messages_a_day_and_the_rest_says_why(
    business: Business, clock: time_machine.Traveller
) -> None:
    for number in range(messages.DAILY_LIMIT + 2):
        queue(business, "a", key=str(number))
    Message.objects.filter(dedup_key="0").update(recipient="Eva@Example.com")
    assert (messages.send_due(), len(mail.outbox)) == (20, 20)
    held_back = Message.objects.filter(status=MessageStatus.FAILED)
    assert (
        list(held_back.values_list("error", flat=True))
        == ["Not sent: this address has had 20 messages within 24 hours."] * 2
    )
    # A day later the next one passes.
    clock.shift(timedelta(days=1))
    queue(business, "a", key="tomorrow")
    assert messages.send_due() == 1


def test_the_limit_counts_neither_the_owner_nor_another_business_nor_another_client(
    business: Business,
) -> None:
    for number in range(messages.DAILY_LIMIT):
        queue(business, "a", key=str(number))
    messages.send_due()
    rival = BusinessFactory.create(name="Rival", slug="rival")
    queue(rival, "a", key="of another business")
    queue(business, "a", key="to another client")
    Message.objects.filter(dedup_key="to another client").update(recipient="ann@example.com")
    for number in range(messages.DAILY_LIMIT + 1):
        queue(business, "a", key=f"owner {number}")
    Message.objects.filter(dedup_key__startswith="owner").update(audience=Audience.OWNER)
    assert messages.send_due() == 2 + messages.DAILY_LIMIT + 1


def test_what_others_are_sending_counts_towards_the_limit(business: Business) -> None:
    for number in range(messages.DAILY_LIMIT + 1):
        queue(business, "a", key=str(number))
    Message.objects.exclude(dedup_key="0").update(
        status=MessageStatus.SENDING, claimed_until=NOW + messages.LEASE
    )
    assert messages.send_due() == 0


def test_a_slow_dispatcher_writes_nothing_over_the_one_that_followed_it(
    business: Business, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = queue(business, "a")

    def slow(*args: object) -> None:
        clock.shift(messages.LEASE + timedelta(seconds=1))
        Message.objects.update(claimed_until=clock_now() + messages.LEASE)
        raise TimeoutError("the server was too slow")

    monkeypatch.setattr(email, "send", slow)
    messages.send_due()
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.SENDING, "")


def test_what_opens_a_page_is_not_kept_and_not_shown(business: Business) -> None:
    message = queue(business, "secret")
    assert "s3cret" not in contents(message).text
    messages.send_due()
    message.refresh_from_db()
    assert "s3cret" in str(mail.outbox[0].body)
    assert "s3cret" not in message.text + message.html


def test_a_message_that_cannot_be_written_can_be_looked_at(business: Business) -> None:
    assert contents(queue(business, "poison")) == ("t", "This mail cannot be written.", "")


def test_a_cancelled_message_is_not_sent(business: Business) -> None:
    queue(business, "a")
    assert messages.cancel(subject_type="plain", subject_id="a", templates=["t"]) == 1
    assert messages.send_due() == 0


Handle = Callable[[OutboxEvent], None]


@pytest.fixture
def handled_by(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def register(**handlers: Handle) -> None:
        monkeypatch.setattr(outbox, "_handlers", handlers)

    return register


def record(business: Business, name: str, subject: str) -> None:
    outbox.record(name, business=business, subject_type="x", subject_id=subject, payload={})


def test_an_event_that_fails_holds_up_no_other_subject_and_is_tried_again(
    business: Business, clock: time_machine.Traveller, handled_by: Callable[..., None]
) -> None:
    seen: list[str] = []

    def handler(event: OutboxEvent) -> None:
        if event.name == "bad" and event.attempts == 1:
            raise ValueError("cannot be handled")
        seen.append(event.name)

    handled_by(one=handler)
    record(business, "bad", "a")
    record(business, "after", "a")
    record(business, "good", "b")
    assert outbox.handle_events() == 1
    bad = OutboxEvent.objects.get(name="bad")
    assert (bad.handled_at, bad.error, bad.attempts) == (None, "cannot be handled", 1)
    assert outbox.handle_events() == 0
    clock.shift(timedelta(minutes=1))
    assert outbox.handle_events() == 2
    # Of one subject in the order in which it happened, whatever failed between.
    assert seen == ["good", "bad", "after"]


def test_a_poisoned_event_is_given_up_and_lets_its_subject_go_on(
    business: Business, clock: time_machine.Traveller, handled_by: Callable[..., None]
) -> None:
    seen: list[str] = []

    def handler(event: OutboxEvent) -> None:
        if event.name == "poison":
            raise ValueError("never")
        seen.append(event.name)

    handled_by(one=handler)
    record(business, "poison", "a")
    record(business, "after", "a")
    for _ in range(outbox.MAX_ATTEMPTS):
        assert seen == []
        outbox.handle_events()
        clock.shift(timedelta(hours=2))
    outbox.handle_events()
    poison = OutboxEvent.objects.get(name="poison")
    assert (seen, poison.due_at, poison.handled_at) == (["after"], None, None)


def test_an_event_that_ends_every_worker_is_given_up(
    business: Business, handled_by: Callable[..., None]
) -> None:
    seen: list[str] = []
    handled_by(one=lambda event: seen.append(event.name))
    record(business, "deadly", "a")
    OutboxEvent.objects.update(attempts=outbox.MAX_ATTEMPTS)
    record(business, "after", "a")
    assert [outbox.handle_events() for _ in range(2)] == [0, 1]
    deadly = OutboxEvent.objects.get(name="deadly")
    assert (seen, deadly.due_at, deadly.error) == (
        ["after"],
        None,
        "Every worker that tried to handle it was ended on the way.",
    )


@pytest.mark.parametrize("fails", [False, True])
def test_a_slow_handler_changes_nothing_after_the_one_that_followed_it(
    business: Business,
    clock: time_machine.Traveller,
    handled_by: Callable[..., None],
    fails: bool,
) -> None:
    def slow(event: OutboxEvent) -> None:
        queue(business, "slow")
        if fails:
            raise ValueError("too late")

    handled_by(one=lambda event: None)
    record(business, "e", "a")
    claimed = OutboxEvent.objects.get()
    assert outbox._claim(claimed)
    clock.shift(outbox.LEASE + timedelta(seconds=1))
    assert outbox.handle_events() == 1
    handled_by(one=slow)
    assert not outbox._handle(claimed)
    event = OutboxEvent.objects.get()
    assert (event.due_at, event.error, event.handled_at) == (None, "", clock_now())
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_is_rolled_back_is_told_to_nobody(
    business: Business, handled_by: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    nudged: list[str] = []
    monkeypatch.setattr(outbox, "_after_commit", [lambda: nudged.append("nudge")])
    handled_by(one=lambda event: None)
    with transaction.atomic():
        record(business, "undone", "a")
        transaction.set_rollback(True)
    record(business, "done", "a")
    assert (list(OutboxEvent.objects.values_list("name", flat=True)), nudged) == (
        ["done"],
        ["nudge"],
    )


def test_a_handler_that_fails_keeps_no_other_from_its_work(
    business: Business, handled_by: Callable[..., None]
) -> None:
    def failing(event: OutboxEvent) -> None:
        queue(business, "half done")
        raise ValueError("the calendar is down")

    def working(event: OutboxEvent) -> None:
        queue(business, "told")

    handled_by(calendar=failing, notices=working)
    record(business, "e", "a")
    assert outbox.handle_events() == 1
    assert list(Message.objects.values_list("subject_id", flat=True)) == ["told"]
    assert OutboxEvent.objects.values_list("event_id").distinct().count() == 1
