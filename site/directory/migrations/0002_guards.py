"""What a merge of organisations has moved is written once."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION directory_guard_merge() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER directory_organisationmerge_guard
                BEFORE UPDATE OR DELETE ON directory_organisationmerge
                FOR EACH ROW EXECUTE FUNCTION directory_guard_merge()
            """,
            """
            DROP TRIGGER directory_organisationmerge_guard ON directory_organisationmerge;
            DROP FUNCTION directory_guard_merge()
            """,
        )
    ]
