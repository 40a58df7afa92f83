import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_heartbeat"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("business"),
                django.db.models.functions.text.Lower("recipient"),
                models.F("sent_at"),
                name="notifications_msg_recipient",
            ),
        ),
    ]
