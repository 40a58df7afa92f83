"""The fields of `booking.models.limits`, as forms of services and resources show them."""

LIMITS = ("limit_per_day", "limit_per_week", "limit_per_month")
LIMIT_LABELS = {
    "limit_per_day": "At most, in a day",
    "limit_per_week": "At most, in a week",
    "limit_per_month": "At most, in a month",
}
