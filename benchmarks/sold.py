"""Whether any time was sold twice: `python -m benchmarks.sold` in a site's environment, as JSON."""

import json

import django


def main() -> None:
    django.setup()
    from django.db.models import Exists, F, OuterRef

    from booking.models import Booking, Claim

    same_time = Claim.objects.filter(
        resource=OuterRef("resource"),
        ends_at__gt=OuterRef("starts_at"),
        starts_at__lt=OuterRef("ends_at"),
        pk__gt=OuterRef("pk"),
    )
    kept = Booking.objects.filter(
        session__claims__resource=F("provider"), session__claims__starts_at=F("starts_at")
    )
    told = {
        "bookings": Booking.objects.count(),
        "with_their_time": kept.count(),
        "sold_twice": Claim.objects.filter(Exists(same_time)).count(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
