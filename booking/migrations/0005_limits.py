import django.core.validators
from django.db import migrations, models

LIMIT = [
    django.core.validators.MinValueValidator(1),
    django.core.validators.MaxValueValidator(10000),
]


def limit(help_text):
    return models.PositiveSmallIntegerField(
        blank=True, help_text=help_text, null=True, validators=LIMIT
    )


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0004_pauses"),
    ]

    operations = [
        migrations.AddField(model, name, limit(help_text))
        for model in ("resource", "service")
        for name, help_text in (
            ("limit_per_day", "Empty: no limit."),
            ("limit_per_week", "Monday to Sunday. Empty: no limit."),
            ("limit_per_month", "Empty: no limit."),
        )
    ]
