"""Tables whose rows are written once: the database itself refuses to change or delete them.

For migrations, so nothing here may change its meaning once a migration uses it.
"""

from __future__ import annotations

import re

from django.db.migrations import RunSQL

#: Made by core's second migration, on which every migration that freezes a table depends.
FUNCTION = "core_refuse_change"


def freeze_table(table: str) -> RunSQL:
    """An operation that makes every UPDATE and DELETE of a row of `table` fail.

    Emptying a table (TRUNCATE) is not refused by a trigger, as tests and restores need it:
    in production the role that the site runs as does not hold that privilege.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", table):
        raise ValueError(f"{table!r} is not the name of a table")
    return RunSQL(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
        f"DROP TRIGGER {table}_frozen ON {table}",
    )
