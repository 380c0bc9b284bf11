"""What the site needs before it can be served, in one process, as starting Django takes seconds.

Run with the project's own Python, `site/` on PYTHONPATH and DATABASE_URL set.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
#: Connections left to commands, backups and people.
RESERVE = 20


#: Exit code for "the reason has been printed in one sentence".
REFUSED = 3


def main(part: str = "all") -> None:
    """Translations, migrations, demo content, static files, the demo's logins; or a part."""
    sys.path.insert(0, str(ROOT))
    compile_messages()
    if part == "messages":
        return
    if part == "static":
        collect_static()
        return
    check_database()

    import django
    from django.core.management import call_command

    static = start_collecting() if part == "all" else None
    django.setup()
    commit_without_waiting()
    migrate()
    load_demo(again=part == "demo")
    if part == "demo":
        return
    # The address may be another one than last time.
    call_command("setup_site", stdout=io.StringIO())
    if static is not None:
        say("Waiting for the static files")
        if static.wait():
            refuse("The static files could not be collected; the lines above say why.")
    output = io.StringIO()
    call_command("demo_logins", stdout=output)
    descriptor = os.open(
        variable_files() / "logins.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600
    )
    with open(descriptor, "w") as file:
        file.write(output.getvalue())


def variable_files() -> Path:
    """The folder for what changes."""
    return Path(os.environ["HAJNOWKA_VAR"])


def refuse(text: str) -> NoReturn:
    """End with one sentence that says what to do."""
    print(f"✗ {text}", file=sys.stderr, flush=True)
    sys.exit(REFUSED)


def say(text: str) -> None:
    """One line about the next step."""
    print(f"• {text}", flush=True)


def compile_messages() -> None:
    """Compile the translations that are newer than what was compiled last."""
    sources = sorted((ROOT / "site" / "locale").glob("*/LC_MESSAGES/*.po"))
    compiled = [source.with_suffix(".mo") for source in sources]
    if all(
        mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime
        for po, mo in zip(sources, compiled, strict=True)
    ):
        return
    say("Compiling translations")
    # In another process, as Django keeps the catalogues that it has read.
    command = [sys.executable, str(ROOT / "manage.py"), "messages", "--compile"]
    result = subprocess.run(command, check=False)
    if result.returncode:
        sys.exit(result.returncode)


def check_database() -> None:
    """End with one sentence when the database does not answer or is too small."""
    import psycopg2

    from config.environment import database

    given = database(os.environ["DATABASE_URL"])
    options: Any = given["OPTIONS"]
    where = given["HOST"] or "the local socket"
    try:
        connection = psycopg2.connect(
            dbname=given["NAME"],
            user=given["USER"] or None,
            password=given["PASSWORD"] or None,
            host=given["HOST"] or None,
            port=given["PORT"] or None,
            **{**options, "connect_timeout": 5},
        )
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        refuse(
            f"The database in DATABASE_URL does not answer (at {where}: {reason}): start it or "
            "correct the address, or unset DATABASE_URL to use the project's own."
        )
    with connection, connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        allowed = int(cursor.fetchone()[0])
    connection.close()
    wanted = int(os.environ.get("HAJNOWKA_CONNECTIONS", "0"))
    if wanted > allowed - RESERVE:
        refuse(
            f"The server would use up to {wanted} database connections and PostgreSQL allows "
            f"{allowed} (of which {RESERVE} are kept free): lower WEB_WORKERS or raise "
            "max_connections."
        )


def commit_without_waiting() -> None:
    """Do not wait for the disk at each of the thousands of small steps that follow.

    Whatever a power cut takes is a tail of them, the notes that they were done included, so the
    next start does them again.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def migrate() -> None:
    """Bring the tables up to date; quick when they are."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    present = {
        f"{path.parent.parent.name}.{path.stem}": hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for folder in packages()
        for path in sorted((folder / "migrations").glob("0*.py"))
    }
    refuse_other_tables(present)
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    say("Preparing the database tables")
    call_command("migrate", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE django_migrations IS %s", [json.dumps(present)])


def refuse_other_tables(present: dict[str, str]) -> None:
    """End with one sentence when this database was made by migrations that read otherwise now.

    Until the first release they are written anew when the tables change; Django goes by their
    names and would find nothing to do. What made the tables is kept as the comment of a table.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass('django_migrations'), 'pg_class')")
        made_by = json.loads(cursor.fetchone()[0] or "{}")
    if any(present.get(name) != digest for name, digest in made_by.items()):
        refuse(
            "The data here were made by an earlier version, whose tables differ: "
            "start anew with `make reset`, or use another folder (HAJNOWKA_VAR) or DATABASE_URL."
        )


def load_demo(*, again: bool) -> None:
    """Load the demo content unless this database has it from this very code.

    The note about it is the database's comment, so it goes where the database goes. A database
    that this user does not own takes no comment: there the content is loaded each time.
    """
    from django.conf import settings
    from django.core.management import call_command
    from django.db import DatabaseError, connection

    wanted = f"demo content {fingerprint(demo_sources())}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database'), quote_ident(datname) "
            "FROM pg_database WHERE datname = current_database()"
        )
        loaded, name = cursor.fetchone()
    if loaded == wanted and Path(settings.MEDIA_ROOT).is_dir() and not again:
        return
    say("Loading the demo content")
    call_command("load_demo")
    with connection.cursor() as cursor, suppress(DatabaseError):
        cursor.execute(f"COMMENT ON DATABASE {name} IS %s", [wanted])


def demo_sources() -> Iterable[Path]:
    """The files whose change asks for loading the demo anew: code and content."""
    for folder in packages():
        for path in sorted(folder.rglob("*")):
            if path.suffix not in {".pyc", ".mo"} and path.is_file():
                yield path


def start_collecting() -> subprocess.Popen[bytes] | None:
    """Collect the static files when any has changed, in a process beside this one.

    Compressing them takes a core for half a minute, and so does the demo content.
    """
    from django.conf import settings

    if settings.DEBUG:
        return None
    if Path(settings.STATIC_ROOT).is_dir() and _read(static_stamp()) == fingerprint(
        static_sources()
    ):
        return None
    say("Collecting the static files meanwhile (half a minute the first time)")
    return subprocess.Popen([sys.executable, __file__, "static"], stdin=subprocess.DEVNULL)


def collect_static() -> None:
    """Copy, hash and compress the static files, and note what they were made from."""
    import django
    from django.core.management import call_command

    django.setup()
    wanted = fingerprint(static_sources())
    static_stamp().unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    static_stamp().write_text(wanted)


def static_stamp() -> Path:
    """The note about the static files that were collected last."""
    return variable_files() / "static.stamp"


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def static_sources() -> Iterable[Path]:
    """The files whose change asks for collecting anew; the packages' are as their lock."""
    yield ROOT / "requirements.lock"
    for folder in (ROOT / "site", *packages()):
        yield from sorted(path for path in (folder / "static").rglob("*") if path.is_file())


def packages() -> list[Path]:
    """The project's own Python packages."""
    found = [*ROOT.glob("*/__init__.py"), *ROOT.glob("site/*/__init__.py")]
    return sorted(path.parent for path in found)


def fingerprint(paths: Iterable[Path]) -> str:
    """A digest of names, sizes and times."""
    digest = hashlib.sha256()
    for path in paths:
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:
        # What Django's own command line tells in a sentence: a missing setting, a refusal.
        if type(error).__name__ in {"ImproperlyConfigured", "CommandError"}:
            refuse(str(error))
        raise
