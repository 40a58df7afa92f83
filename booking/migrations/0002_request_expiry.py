from datetime import timedelta

import django.core.validators
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def fill(apps, schema_editor):
    """Requests made before this field existed get the whole time of their business from now on.

    Those whose start has passed have ended, and nobody is told of it any more.
    """
    Booking = apps.get_model("booking", "Booking")
    Claim = apps.get_model("booking", "Claim")
    Session = apps.get_model("booking", "Session")
    now = timezone.now()
    waiting = Booking.objects.filter(status="pending").select_related("business__settings")
    for booking in waiting.iterator():
        minutes = booking.business.settings.pending_expiry_minutes
        booking.expires_at = min(now + timedelta(minutes=minutes), booking.starts_at)
        if booking.starts_at <= now:
            session_id, booking.session = booking.session_id, None
            booking.status = "expired"
            booking.save(update_fields=["expires_at", "session", "status"])
            Session.objects.filter(pk=session_id).delete()
        else:
            booking.save(update_fields=["expires_at"])
            Claim.objects.filter(session=booking.session_id).update(expires_at=booking.expires_at)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("booking", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="bookingsettings",
            name="pending_expiry_minutes",
            field=models.PositiveIntegerField(
                default=1440,
                help_text="A request that nobody answers ends after so many minutes.",
                validators=[
                    django.core.validators.MinValueValidator(15),
                    django.core.validators.MaxValueValidator(525600),
                ],
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("status", "pending")),
                fields=["expires_at"],
                name="booking_pending_by_expiry",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "pending"), _negated=True),
                    ("expires_at__isnull", False),
                    _connector="OR",
                ),
                name="booking_pending_expires",
            ),
        ),
    ]
