"""Versions in use never change; the function that guards the snapshots of other apps."""

from django.db import migrations

from forms.guards import SNAPSHOT_GUARD, VERSION_GUARD


class Migration(migrations.Migration):
    dependencies = [("forms", "0001_initial")]

    operations = [
        migrations.RunSQL(
            VERSION_GUARD,
            "DROP TRIGGER forms_formversion_guard ON forms_formversion;"
            "DROP FUNCTION forms_guard_version()",
        ),
        migrations.RunSQL(SNAPSHOT_GUARD, "DROP FUNCTION forms_guard_snapshot()"),
    ]
