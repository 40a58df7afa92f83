from django.db import migrations, models

import accounts.logos


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="logo",
            field=models.ImageField(
                blank=True,
                height_field="logo_height",
                help_text="Shown at the top of your booking page and mails. PNG, JPEG or WebP.",
                upload_to=accounts.logos.random_name,
                width_field="logo_width",
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="logo_height",
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="business",
            name="logo_width",
            field=models.PositiveSmallIntegerField(editable=False, null=True),
        ),
    ]
