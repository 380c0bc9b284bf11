"""What the database itself refuses. For migrations: nothing here may change its meaning later."""

from __future__ import annotations

import re

from django.db.migrations import RunSQL

#: Made by this app's second migration; a version never changes but for `frozen_at` being set once,
#: and one in use is never deleted.
VERSION_GUARD = """
CREATE FUNCTION forms_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.frozen_at IS NOT NULL THEN
        RAISE EXCEPTION 'this version of a form is in use and never changes'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    IF to_jsonb(NEW) - 'frozen_at' <> to_jsonb(OLD) - 'frozen_at' THEN
        RAISE EXCEPTION 'a version of a form never changes; publish another one'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER forms_formversion_guard BEFORE UPDATE OR DELETE ON forms_formversion
    FOR EACH ROW EXECUTE FUNCTION forms_guard_version()
"""

#: A snapshot may be erased, once: its content is emptied and the time noted, all else stays.
SNAPSHOT_GUARD = """
CREATE FUNCTION forms_guard_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erased jsonb := '{"data": {}, "files": {}, "context": {}}';
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
        AND to_jsonb(NEW) = to_jsonb(OLD) || erased
            || jsonb_build_object('erased_at', to_jsonb(NEW) -> 'erased_at')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are written once; they can only be erased', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""


def guard_snapshots(table: str) -> RunSQL:
    """An operation that lets rows of a table of snapshots be erased and nothing else."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", table):
        raise ValueError(f"{table!r} is not the name of a table")
    return RunSQL(
        f"CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION forms_guard_snapshot()",
        f"DROP TRIGGER {table}_guard ON {table}",
    )
