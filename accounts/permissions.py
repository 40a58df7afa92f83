"""What each role may do. Every door asks here: admin, API and pages alike."""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser

from accounts.models import Business, Role, User


class Ability(StrEnum):
    SEE = "see"  # read everything of the business
    SERVE = "serve"  # answer requests, cancel, look after clients and time off
    MANAGE = "manage"  # services, people's hours, settings
    OWN = "own"  # the business itself and its members


ABILITIES: dict[str, frozenset[Ability]] = {
    Role.OWNER: frozenset(Ability),
    Role.MANAGER: frozenset({Ability.SEE, Ability.SERVE, Ability.MANAGE}),
    Role.STAFF: frozenset({Ability.SEE, Ability.SERVE}),
    Role.READ_ONLY: frozenset({Ability.SEE}),
}


def can(user: User | AnonymousUser, ability: Ability, business: Business | None = None) -> bool:
    """Whether `user` has `ability` in `business`, or, without one, in any business at all."""
    if not user.is_active or user.is_anonymous:
        return False
    if user.is_superuser:
        return True
    roles = user.roles.values() if business is None else [user.roles.get(business.pk, "")]
    return any(ability in ABILITIES.get(role, ()) for role in roles)
