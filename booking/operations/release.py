from django.db.models import F

from booking.models import Booking, Session


def release_session(booking: Booking) -> None:
    """Give the booking's spots back; the session ends with its last spot, and its claims with it.

    Leaves `booking.session` unset and unsaved, for the caller to write with the new status.
    """
    session_id, booking.session = booking.session_id, None
    if session_id is None:
        return
    Booking.objects.filter(pk=booking.pk).update(session=None)
    rows = Session.objects.filter(pk=session_id)
    rows.update(spots_taken=F("spots_taken") - booking.spots)
    rows.filter(spots_taken=0, is_planned=False).delete()
