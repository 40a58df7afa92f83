"""Giving time back: spots, holds, and sessions that nobody is left in."""

from django.db.models import F, Max

from booking.lifecycle import Status
from booking.locking import lock_rows
from booking.models import Booking, Claim, Hold, Session


def give_back(session_id: int | None, *, spots: int) -> None:
    """Free spots that nothing points to any more; with its last spot the session ends.

    Its claims go with it, and so the time is free for others at the commit. A planned one stays.
    """
    if session_id is not None:
        _free(session_id, spots=spots)
        end_if_empty(session_id)


def free_spots(session_id: int, *, spots: int) -> None:
    """Free spots that something still points to; with the last one the time is free as well.

    Once nothing points to them any more, the caller calls `end_if_empty`.
    """
    _free(session_id, spots=spots)
    empty = {"session": session_id, "session__spots_taken": 0, "session__is_planned": False}
    Claim.objects.filter(**empty).delete()


def _free(session_id: int, *, spots: int) -> None:
    Session.objects.filter(pk=session_id).update(spots_taken=F("spots_taken") - spots)


def end_if_empty(session_id: int) -> None:
    """The session ends if nothing is left in it, and else takes time for as long as the rest."""
    rows = Session.objects.filter(pk=session_id, spots_taken=0, is_planned=False)
    ended, _ = rows.delete()
    if not ended:
        renew_claims(session_id)


def end_hold(hold: Hold) -> bool:
    """Give back what a hold keeps; False when it had ended already."""
    ended, _ = Hold.objects.filter(pk=hold.pk).delete()
    if ended:
        give_back(hold.session_id, spots=hold.spots)
    return bool(ended)


def end_kept(booking: Booking) -> None:
    """Give back the other times that are kept for a booking: it has another one, or has ended."""
    for hold in booking.holds.order_by("pk"):
        end_hold(hold)


def renew_claims(session_id: int) -> None:
    """A session takes time as long as anything that is in it: for good with anything firm.

    For whoever has joined or left one that others are in, or became firm there. Whoever else does
    so at this moment is waited for: neither would see what the other has written.
    """
    lock_rows(Session.objects.filter(pk=session_id))
    bookings = Booking.objects.filter(session=session_id)
    until = None
    if not bookings.exclude(status=Status.PENDING).exists():
        holds = Hold.objects.filter(session=session_id)
        ends = [rows.aggregate(last=Max("expires_at"))["last"] for rows in (bookings, holds)]
        until = max((end for end in ends if end), default=None)
    Claim.objects.filter(session=session_id, session__is_planned=False).update(expires_at=until)
