from celery import shared_task

from booking import operations


@shared_task(ignore_result=True)
def expire_pending() -> int:
    """End the requests that nobody has answered in time. Harmless however often it runs."""
    return len(operations.expire_pending())


@shared_task(ignore_result=True)
def complete_past() -> int:
    """Complete the bookings that are over. Harmless however often it runs."""
    return len(operations.complete_past())


@shared_task(ignore_result=True)
def end_expired_holds() -> int:
    """Clear away times that are kept no longer. Harmless however often it runs."""
    return operations.end_expired_holds()


@shared_task(ignore_result=True)
def send_asked_links() -> int:
    """Answer those who have lost their links. Harmless however often it runs."""
    return operations.send_asked_links()
