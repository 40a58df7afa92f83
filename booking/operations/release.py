from django.db.models import F

from booking.models import Session


def give_back(session_id: int | None, *, spots: int) -> None:
    """Free spots that no booking points to any more; with its last spot the session ends.

    Its claims go with it, and so the time is free for others at the commit.
    """
    if session_id is None:
        return
    rows = Session.objects.filter(pk=session_id)
    rows.update(spots_taken=F("spots_taken") - spots)
    rows.filter(spots_taken=0, is_planned=False).delete()
