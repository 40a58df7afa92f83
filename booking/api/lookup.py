"""What addresses and bodies name, found among what is this business's and open to the public."""

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Business
from booking.models import Hold, HoldPurpose, Service, Session
from booking.rulebook import Rulebook, rulebook_at, rulebook_of


def find_business(slug: str) -> Business:
    """Under its present or a former slug, with its settings. Raises `Http404`."""
    return get_object_or_404(Business.objects.at(slug).select_related("settings"))


def find_service(business: Business, slug: str) -> Service | None:
    """An active service."""
    service = Service.objects.for_business(business).active().filter(slug=slug).first()
    if service:
        service.business = business
    return service


def find_rulebook(slug: str) -> Rulebook:
    """Of the business under its present or a former slug. Raises `Http404`."""
    return rulebook_at(slug) or rulebook_of(find_business(slug))


def find_session(business: Business, public_id: UUID) -> Session | None:
    """A session of an active service."""
    rows = Session.objects.for_business(business).select_related("service")
    session = rows.filter(public_id=public_id, service__is_active=True).first()
    if session:
        session.service.business = business
    return session


def get_hold(business: Business, public_id: UUID) -> Hold:
    """A client's own hold, over or not, until somebody clears it away. Raises `Http404`."""
    rows = Hold.objects.for_business(business).select_related("session")
    hold = rows.filter(public_id=public_id, purpose=HoldPurpose.BROWSER).first()
    if hold is None:
        raise Http404
    return hold
