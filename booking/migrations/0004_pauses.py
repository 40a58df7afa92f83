from django.db import migrations, models

import config.core.text


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0003_rules_version"),
    ]

    operations = [
        migrations.AddField(
            model_name="bookingsettings",
            name="paused_until",
            field=models.DateField(
                blank=True,
                help_text="The first day on which clients can book again; until then the page is closed.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="paused_message",
            field=models.CharField(
                blank=True,
                help_text="Shown while it is paused, for example why.",
                max_length=300,
                validators=[config.core.text.validate_text],
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="paused_until",
            field=models.DateField(
                blank=True,
                help_text="The first day on which clients can book it again. Until then it stays on the page with that day beside it.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="bookingsettings",
            name="paused_message",
            field=models.CharField(
                blank=True,
                help_text="Shown while no bookings are taken, for example why, or whom to call.",
                max_length=300,
                validators=[config.core.text.validate_text],
            ),
        ),
    ]
