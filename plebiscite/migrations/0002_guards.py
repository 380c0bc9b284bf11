"""What Django's models cannot say: frozen tables, a way that only leads forward, no late votes."""

from django.db import migrations

from core.audit.frozen import freeze_table

# Revisions may be deleted with their proposal, when the time of keeping is over, and sealed votes
# leave with the mix; neither is ever changed.
UNCHANGING = (
    "plebiscite_proposalrevision",
    "plebiscite_revisionpicture",
    "plebiscite_inbox",
)

GUARD = """
CREATE FUNCTION plebiscite_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    way text[] := ARRAY['draft', 'call', 'review', 'appeals', 'frozen', 'voting', 'closing',
        'sealed', 'drawn', 'tallied', 'objections', 'certified'];
    moving text[] := ARRAY['state', 'void_reason', 'published_at', 'cover_id'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'a plebiscite that was announced stays'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.state <> OLD.state AND (
        OLD.state = 'void'
        OR NEW.state <> 'void' AND array_position(way, NEW.state) < array_position(way, OLD.state)
    ) THEN
        RAISE EXCEPTION 'a plebiscite only moves forward: % is behind %', NEW.state, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'draft' AND NEW.slug <> OLD.slug THEN
        RAISE EXCEPTION 'the address of an announced plebiscite stays'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.state = 'void' OR array_position(way, OLD.state) >= array_position(way, 'frozen'))
        AND to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving
    THEN
        RAISE EXCEPTION 'nothing about a vote changes once it is frozen'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plebiscite_guard BEFORE UPDATE OR DELETE ON plebiscite_plebiscite
    FOR EACH ROW EXECUTE FUNCTION plebiscite_guard()
"""

UNGUARD = """
DROP TRIGGER plebiscite_guard ON plebiscite_plebiscite;
DROP FUNCTION plebiscite_guard()
"""

# The second net below the locks of `plebiscite.services.casting`.
NO_LATE_VOTES = """
CREATE FUNCTION plebiscite_refuse_late_vote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM plebiscite_plebiscite
        WHERE id = NEW.plebiscite_id AND state IN ('frozen', 'voting', 'closing')
    ) THEN
        RAISE EXCEPTION 'no vote comes in before the freeze or after the sealing'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plebiscite_inbox_in_time BEFORE INSERT ON plebiscite_inbox
    FOR EACH ROW EXECUTE FUNCTION plebiscite_refuse_late_vote()
"""

ALLOW_LATE_VOTES = """
DROP TRIGGER plebiscite_inbox_in_time ON plebiscite_inbox;
DROP FUNCTION plebiscite_refuse_late_vote()
"""


def _unchanging(table):
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_unchanging BEFORE UPDATE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION core_refuse_change()",
        f"DROP TRIGGER {table}_unchanging ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("plebiscite", "0001_initial"), ("core", "0002_guards")]

    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(NO_LATE_VOTES, ALLOW_LATE_VOTES),
        *(_unchanging(table) for table in UNCHANGING),
        freeze_table("plebiscite_manifest"),
        freeze_table("plebiscite_ballotoption"),
        freeze_table("plebiscite_participationmark"),
        freeze_table("plebiscite_ballot"),
        freeze_table("plebiscite_logentry"),
        freeze_table("plebiscite_mixflush"),
        freeze_table("plebiscite_count"),
    ]
