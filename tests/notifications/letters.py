from booking.models import Booking
from config.core import clock
from notifications import messages, outbox
from notifications.models import Audience, Message


def queue_letters(booking: Booking, count: int) -> None:
    """Letters to as many clients, and nothing else."""
    outbox.handle_events()
    Message.objects.all().delete()
    for number in range(count):
        messages.plan(
            business=booking.business,
            dedup_key=str(number),
            audience=Audience.CLIENT,
            template="client_confirmed",
            recipient=f"client{number}@example.com",
            subject_type="booking",
            subject_id=str(booking.uuid),
            due_at=clock.now(),
        )
