from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0005_limits"),
    ]

    operations = [
        migrations.AddField(
            model_name="bookingsettings",
            name="holidays_country",
            field=models.CharField(
                blank=True,
                help_text="Nothing is open on these days, unless a schedule names the date.",
                max_length=2,
                verbose_name="public holidays of",
            ),
        ),
        migrations.AddField(
            model_name="bookingsettings",
            name="holidays_region",
            field=models.CharField(
                blank=True,
                help_text="Its code, for holidays that only a part of the country has.",
                max_length=10,
                verbose_name="region",
            ),
        ),
    ]
