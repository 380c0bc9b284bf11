"""What Django's models cannot say: frozen tables, a way that only leads forward, no late votes."""

from django.db import migrations

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
        IF OLD.state <> 'draft' AND OLD.rehearsal_of_id IS NULL THEN
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
    IF NEW.rehearsal_of_id IS DISTINCT FROM OLD.rehearsal_of_id THEN
        RAISE EXCEPTION 'a test run stays one, and a vote never becomes one'
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

# Written once. Only the rows of a test run are ever deleted, with all of it.
FROZEN_ROW = """
CREATE FUNCTION plebiscite_frozen_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM plebiscite_plebiscite
        WHERE id = OLD.plebiscite_id AND rehearsal_of_id IS NOT NULL
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

# What is set up before the freeze and stands still from then on.
SET_UP = """
CREATE FUNCTION plebiscite_set_up_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found record;
    known uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.plebiscite_id ELSE NEW.plebiscite_id END;
BEGIN
    SELECT state, rehearsal_of_id INTO found FROM plebiscite_plebiscite WHERE id = known;
    IF found.state NOT IN ('draft', 'call', 'review', 'appeals')
        AND NOT (TG_OP = 'DELETE' AND found.rehearsal_of_id IS NOT NULL)
    THEN
        RAISE EXCEPTION 'nothing about a vote changes once it is frozen'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""

# A code is spent once, while votes are taken; it becomes void or stays as it was printed.
CODE = """
CREATE FUNCTION plebiscite_code_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['spent_on', 'is_void'] <> to_jsonb(OLD) - ARRAY['spent_on', 'is_void']
        OR OLD.spent_on IS NOT NULL OR OLD.is_void
    THEN
        RAISE EXCEPTION 'a code is spent or made void once, and nothing else'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.spent_on IS NOT NULL AND NOT EXISTS (
        SELECT FROM plebiscite_plebiscite
        WHERE id = NEW.plebiscite_id AND state IN ('frozen', 'voting', 'closing')
    ) THEN
        RAISE EXCEPTION 'no code is spent before the freeze or after the sealing'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plebiscite_code_guard BEFORE UPDATE ON plebiscite_code
    FOR EACH ROW EXECUTE FUNCTION plebiscite_code_row();
CREATE FUNCTION plebiscite_code_batch_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'void_reason' <> to_jsonb(OLD) - 'void_reason' OR OLD.void_reason <> '' THEN
        RAISE EXCEPTION 'a batch of codes is made void once, and nothing else'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plebiscite_code_batch_guard BEFORE UPDATE ON plebiscite_codebatch
    FOR EACH ROW EXECUTE FUNCTION plebiscite_code_batch_row()
"""

# What was read stands once its reading is finished, and everything about a closed batch does.
PAPER = """
CREATE FUNCTION plebiscite_paper_batch_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (
            SELECT FROM plebiscite_plebiscite
            WHERE id = OLD.plebiscite_id AND rehearsal_of_id IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'a batch of cards stays' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state = 'closed' OR (OLD.state = 'counted' AND NEW.state = 'open')
        OR NEW.plebiscite_id <> OLD.plebiscite_id OR NEW.point_id <> OLD.point_id
    THEN
        RAISE EXCEPTION 'a closed batch does not change, and none goes back'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plebiscite_paper_batch_guard BEFORE UPDATE OR DELETE ON plebiscite_paperbatch
    FOR EACH ROW EXECUTE FUNCTION plebiscite_paper_batch_row();

CREATE FUNCTION plebiscite_paper_entry_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reading uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.paper_pass_id ELSE NEW.paper_pass_id END;
    found record;
BEGIN
    SELECT p.is_finished, b.state, v.rehearsal_of_id INTO found
    FROM plebiscite_paperpass p
    JOIN plebiscite_paperbatch b ON b.id = p.batch_id
    JOIN plebiscite_plebiscite v ON v.id = b.plebiscite_id
    WHERE p.id = reading;
    IF (found.is_finished OR found.state <> 'counted'
            OR (TG_OP = 'UPDATE' AND NEW.paper_pass_id <> OLD.paper_pass_id))
        AND NOT (TG_OP = 'DELETE' AND found.rehearsal_of_id IS NOT NULL)
    THEN
        RAISE EXCEPTION 'a finished reading does not change'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plebiscite_paper_entry_guard
    BEFORE INSERT OR UPDATE OR DELETE ON plebiscite_paperentry
    FOR EACH ROW EXECUTE FUNCTION plebiscite_paper_entry_row();

CREATE FUNCTION plebiscite_paper_pass_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An account that is deleted leaves its reading behind.
    IF OLD.is_finished AND to_jsonb(NEW) - 'clerk_id' <> to_jsonb(OLD) - 'clerk_id' THEN
        RAISE EXCEPTION 'a finished reading does not change'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plebiscite_paper_pass_guard BEFORE UPDATE ON plebiscite_paperpass
    FOR EACH ROW EXECUTE FUNCTION plebiscite_paper_pass_row();

CREATE FUNCTION plebiscite_paper_resolution_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    people text[] := ARRAY['first_id', 'second_id'];
BEGIN
    IF OLD.is_confirmed AND to_jsonb(NEW) - people <> to_jsonb(OLD) - people THEN
        RAISE EXCEPTION 'a card that two people have settled does not change'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plebiscite_paper_resolution_guard BEFORE UPDATE ON plebiscite_paperresolution
    FOR EACH ROW EXECUTE FUNCTION plebiscite_paper_resolution_row()
"""

PAPER_UNDO = "".join(
    f"DROP TRIGGER plebiscite_paper_{name}_guard ON plebiscite_paper{name};"
    f"DROP FUNCTION plebiscite_paper_{name}_row();"
    for name in ("batch", "entry", "pass", "resolution")
)


def _trigger(table, function, events, name):
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_{name} BEFORE {events} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {table}_{name} ON {table}",
    )


def _frozen(table):
    return _trigger(table, "plebiscite_frozen_row", "UPDATE OR DELETE", "frozen")


# A sheet that was handed in keeps its points.
FREEZE_SHEETS = """
CREATE FUNCTION plebiscite_refuse_late_score() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row plebiscite_juryscore := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF NOT EXISTS (SELECT FROM plebiscite_jurysheet WHERE id = row.sheet_id AND state = 'open') THEN
        RAISE EXCEPTION 'the points of a sheet that was handed in stay'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN row;
END $$;
CREATE TRIGGER plebiscite_juryscore_frozen BEFORE INSERT OR UPDATE OR DELETE
    ON plebiscite_juryscore FOR EACH ROW EXECUTE FUNCTION plebiscite_refuse_late_score()
"""

MELT_SHEETS = """
DROP TRIGGER plebiscite_juryscore_frozen ON plebiscite_juryscore;
DROP FUNCTION plebiscite_refuse_late_score()
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
        migrations.RunSQL(FREEZE_SHEETS, MELT_SHEETS),
        *(_unchanging(table) for table in UNCHANGING),
        migrations.RunSQL(FROZEN_ROW, "DROP FUNCTION plebiscite_frozen_row()"),
        _frozen("plebiscite_manifest"),
        _frozen("plebiscite_ballotoption"),
        _frozen("plebiscite_participationmark"),
        _frozen("plebiscite_ballot"),
        _frozen("plebiscite_logentry"),
        _frozen("plebiscite_mixflush"),
        _frozen("plebiscite_count"),
        _frozen("plebiscite_checkpoint"),
        _frozen("plebiscite_beacon"),
        migrations.RunSQL(SET_UP, "DROP FUNCTION plebiscite_set_up_row()"),
        _trigger(
            "plebiscite_pollingpoint",
            "plebiscite_set_up_row",
            "INSERT OR UPDATE OR DELETE",
            "set_up",
        ),
        _trigger("plebiscite_codebatch", "plebiscite_set_up_row", "INSERT OR DELETE", "set_up"),
        _trigger("plebiscite_code", "plebiscite_set_up_row", "INSERT OR DELETE", "set_up"),
        migrations.RunSQL(
            CODE,
            "DROP TRIGGER plebiscite_code_guard ON plebiscite_code;"
            "DROP FUNCTION plebiscite_code_row();"
            "DROP TRIGGER plebiscite_code_batch_guard ON plebiscite_codebatch;"
            "DROP FUNCTION plebiscite_code_batch_row()",
        ),
        migrations.RunSQL(PAPER, PAPER_UNDO),
    ]
