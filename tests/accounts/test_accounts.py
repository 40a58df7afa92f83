import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Business, Role, User
from accounts.permissions import ABILITIES, Ability, can
from accounts.slugs import RESERVED, make_slug, validate_business_slug
from tests.conftest import member
from tests.factories import BusinessFactory, UserFactory


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Salon Mara", "salon-mara"),
        ("Größe & Söhne", "grosse-sohne"),
        ("Цюрих", "tsiurikh"),
        ("!!!", "business"),
        ("Admin", "admin-2"),
        ("Booking", "booking-2"),
        ("x" * 300, "x" * 94),
    ],
)
def test_a_slug_is_made_from_the_name(name: str, slug: str) -> None:
    assert make_slug(name, is_taken=lambda _: False) == slug


def test_a_taken_slug_is_numbered() -> None:
    taken = {"salon", "salon-2"}
    assert make_slug("Salon", is_taken=taken.__contains__) == "salon-3"


@pytest.mark.parametrize("slug", [*sorted(RESERVED), "Salon", "sa lon", "a/b", "über"])
def test_a_slug_that_would_hide_an_address_is_refused(slug: str) -> None:
    with pytest.raises(ValidationError):
        validate_business_slug(slug)


def test_every_first_part_of_our_own_addresses_is_reserved() -> None:
    from django.urls import get_resolver

    own = {
        str(pattern.pattern).split("/")[0]
        for resolver in get_resolver().url_patterns
        for pattern in (resolver, *getattr(resolver, "url_patterns", ()))
    }
    fixed = {part for part in own if part and "<" not in part}
    assert {"admin", "book", "booking", "health"} <= fixed & RESERVED
    assert {part for part in fixed if part in {"admin", "book", "booking", "health"}} <= RESERVED


@pytest.mark.django_db
class TestUser:
    def test_people_sign_in_by_mail_in_any_case(self) -> None:
        user = User.objects.create_user("Eva@Example.com", "a long password")
        assert User.objects.get_by_natural_key("eva@example.COM") == user
        with pytest.raises(IntegrityError), transaction.atomic():
            UserFactory.create(email="EVA@example.com")

    def test_a_bad_address_is_refused(self) -> None:
        with pytest.raises(ValidationError):
            User.objects.create_user("eva")

    def test_only_members_and_the_operator_enter_the_admin(self, business: Business) -> None:
        assert not UserFactory.create().is_staff
        assert member(business, Role.READ_ONLY).is_staff
        assert User.objects.create_superuser("op@example.com", "a long password").is_staff


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_a_role_can_what_its_row_says_and_only_in_its_business(
    business: Business, role: Role
) -> None:
    user, elsewhere = member(business, role), BusinessFactory.create()
    for ability in Ability:
        assert can(user, ability, business) == (ability in ABILITIES[role])
        assert not can(user, ability, elsewhere)
    user.is_active = False
    assert not can(user, Ability.SEE, business)
