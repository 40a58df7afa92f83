from collections.abc import Sequence
from datetime import datetime

from booking.events import Event
from booking.lifecycle import Status
from booking.models import Booking
from booking.operations.record import Actor, Facts, record_change
from booking.operations.release import end_kept, give_back


def leave(
    row: Booking,
    status: Status,
    *,
    event: Event,
    actor: Actor,
    now: datetime,
    written: Sequence[str] = (),
    said: Facts | None = None,
    tell_client: bool = True,
) -> None:
    """Bring a booking to a state that occupies nothing: write it, free its time, tell of it.

    Part of the caller's transaction, which has locked the row and found the transition allowed.
    `written` are other fields that the caller has set, `said` is kept in the history with it.
    """
    before, session_id = row.status, row.session_id
    row.session, row.status, row.updated_at = None, status, now
    row.save(update_fields=["session", "status", "updated_at", *written])
    give_back(session_id, spots=row.spots)
    end_kept(row)
    record_change(
        row,
        event,
        actor=actor,
        now=now,
        before={"status": before},
        after={"status": row.status, **(said or {})},
        tell_client=tell_client,
    )
