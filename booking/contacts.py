"""Who is told of a booking, who has ended it, and whom a client can turn to."""

from accounts.models import Business, Role, User
from booking.events import Event
from booking.models import ActorKind, Booking, Resource


def alert_addresses(business: Business) -> list[str]:
    """The alert addresses of the settings, else the owners' own."""
    return list(business.settings.notify_emails) or [owner.email for owner in _owners(business)]


def addresses_to_tell(booking: Booking, *, actor: User | None) -> list[str]:
    """Everybody on the business's side who hears of a booking, but for who did it themselves."""
    addresses = set()
    if booking.business.settings.notifications_enabled:
        addresses.update(alert_addresses(booking.business))
    addresses.add(booking.provider.email)
    own = actor.email.lower() if actor else ""
    return sorted({address.lower() for address in addresses} - {"", own})


def with_provider_before(
    addresses: list[str], booking: Booking, *, actor: User | None
) -> list[str]:
    """Whoever gave it before it was moved last hears of it too, but for who moved it."""
    entry = booking.history.filter(event=Event.MOVED).last()
    before = entry.before.get("provider_id") if entry else None
    emails = Resource.objects.filter(pk=before).values_list("email", flat=True) if before else ()
    own = actor.email.lower() if actor else ""
    return sorted({*addresses, *(email.lower() for email in emails)} - {"", own})


def canceller(booking: Booking) -> str:
    """Who of the business has cancelled; "" when it was the client."""
    return _member_behind(booking, Event.CANCELLED)


def mover(booking: Booking) -> str:
    """Who of the business has moved it last; "" when it was the client."""
    return _member_behind(booking, Event.MOVED)


def _member_behind(booking: Booking, event: Event) -> str:
    entry = booking.history.filter(event=event).select_related("actor").last()
    if entry is None or entry.actor_kind == ActorKind.CLIENT:
        return ""
    return str(entry.actor or "Somebody")


def offer_message(booking: Booking) -> str:
    """What staff have written to the times that they offered last."""
    entry = booking.history.filter(event=Event.OFFERED).last()
    return str(entry.after["message"]) if entry else ""


def was_offered_times(booking: Booking) -> bool:
    """Whether staff have answered it, where it is now, with other times."""
    told = booking.history.filter(event__in=[Event.OFFERED, Event.MOVED]).last()
    return told is not None and told.event == Event.OFFERED


def contact_email(business: Business) -> str:
    """The address that clients can answer to: the business's, else the first that is alerted."""
    return business.email or next(iter(alert_addresses(business)), "")


def signer(business: Business) -> str:
    """Who signs the mails: the name of the settings, else the owner's."""
    return business.settings.owner_name or next(
        (owner.name for owner in _owners(business) if owner.name), ""
    )


def _owners(business: Business) -> list[User]:
    owners = User.objects.filter(is_active=True, memberships__business=business)
    return list(owners.filter(memberships__role=Role.OWNER).order_by("pk"))
