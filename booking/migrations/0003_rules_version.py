import uuid

from django.db import migrations, models


def make_different(apps, schema_editor):
    """One default would be the same for all rows."""
    BookingSettings = apps.get_model("booking", "BookingSettings")
    for settings in BookingSettings.objects.all():
        settings.rules_version = uuid.uuid4()
        settings.save(update_fields=["rules_version"])


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0002_request_expiry"),
    ]

    operations = [
        migrations.AddField(
            model_name="bookingsettings",
            name="rules_version",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.RunPython(make_different, migrations.RunPython.noop),
    ]
