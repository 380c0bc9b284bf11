"""What Django's models cannot say: frozen tables, the stamp of audit events, a table without log."""

from django.db import migrations

from core.audit.frozen import freeze_table

REFUSE_CHANGE = """
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are written once and never change', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

# The order matters: the transaction gets its own number before the event gets its id. So an id
# that the sequence has given belongs to a transaction that everybody can see running, and the
# sealing worker knows when all ids up to one are settled (core/audit/seals.py).
STAMP = """
CREATE FUNCTION core_stamp_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_current_xact_id();
    NEW.id := nextval('core_auditevent_id_seq');
    NEW.at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER core_auditevent_stamp BEFORE INSERT ON core_auditevent
    FOR EACH ROW EXECUTE FUNCTION core_stamp_audit_event()
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION core_refuse_change()"),
        migrations.RunSQL(
            STAMP,
            "DROP TRIGGER core_auditevent_stamp ON core_auditevent;"
            "DROP FUNCTION core_stamp_audit_event()",
        ),
        freeze_table("core_auditevent"),
        freeze_table("core_auditseal"),
        migrations.RunSQL(
            "ALTER TABLE core_throttlecount SET UNLOGGED",
            "ALTER TABLE core_throttlecount SET LOGGED",
        ),
    ]
