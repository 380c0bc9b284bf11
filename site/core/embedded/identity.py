"""As whom PostgreSQL runs: it refuses to be root.

An ordinary user runs it as they are. Root tries, in this order: the owner of existing data;
a user namespace, in which root's own files belong to an ordinary user (nothing is copied, no
right is widened); the user `nobody`, with the data and a copy of the programs in a folder that
user can reach. No users are created.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from core.embedded import EmbeddedError, binaries

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
INNER_ID = 1000
#: Where `nobody` gets its folder; the path of the data directory, hashed, names it.
ELSEWHERE = Path("/var/lib/hajnowka-odnowa")


@dataclass
class Identity:
    """How to start the server's programs, and where they and the data stand."""

    bin: Path
    data: Path
    namespace: bool = False
    #: What whoever has started the server should be told.
    notice: str = ""
    popen: dict[str, Any] = field(default_factory=dict)

    def enter(self) -> None:
        """Change this process for good, where the identity is one of the process."""
        if self.namespace:
            enter_user_namespace()

    def give(self, path: Path) -> None:
        """Hand a folder that this process has made to whom the server runs as."""
        if "user" in self.popen:
            os.chown(path, self.popen["user"], self.popen["group"])


def choose(folder: Path) -> Identity:
    """The first identity that can run the programs and write beside the data."""
    programs = binaries.folder()
    data = folder / "data"
    if os.geteuid() != 0:
        return Identity(programs / "bin", data)
    owner = (data if data.exists() else folder).stat()
    if owner.st_uid != 0:
        candidate = Identity(programs / "bin", data, popen=_as(owner.st_uid, owner.st_gid))
        if _works(candidate, folder):
            return candidate
    else:
        candidate = Identity(programs / "bin", data, namespace=True)
        if _works(candidate, folder):
            return candidate
    if data.exists():
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and the data in {data} cannot be reached any other "
            "way: run this as their owner, or set DATABASE_URL to a PostgreSQL server."
        )
    return _as_nobody(folder, programs)


def die_with_parent() -> None:
    """Ask Linux to stop this process (a fast shutdown for PostgreSQL) when its parent ends."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)


def enter_user_namespace() -> None:
    """Become an ordinary user in a namespace of our own. Raises OSError where not allowed."""
    user, group = os.geteuid(), os.getegid()
    if _libc().unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "no user namespace")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INNER_ID} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{INNER_ID} {group} 1")


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _as(user: int, group: int) -> dict[str, Any]:
    return {"user": user, "group": group, "extra_groups": []}


def _works(candidate: Identity, folder: Path) -> bool:
    """Try it in a child: may it write in `folder`, and does the server's program run?"""

    def trial() -> None:
        candidate.enter()
        tempfile.TemporaryFile(dir=folder).close()

    try:
        result = subprocess.run(
            [str(candidate.bin / "postgres"), "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            preexec_fn=trial,
            check=False,
            **candidate.popen,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return result.returncode == 0


def _as_nobody(folder: Path, programs: Path) -> Identity:
    import pwd

    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    home = ELSEWHERE / name
    try:
        nobody = pwd.getpwnam("nobody")
        home.mkdir(parents=True, exist_ok=True)
        ELSEWHERE.chmod(0o711)
        home.chmod(0o711)
        copy = _copy(programs, home / f"postgresql-{metadata.version(binaries.PACKAGE)}")
        own = home / "own"
        own.mkdir(mode=0o700, exist_ok=True)
        os.chown(own, nobody.pw_uid, nobody.pw_gid)
    except (KeyError, OSError) as error:
        raise _nowhere(str(error)) from None
    found = Identity(copy / "bin", own / "data", popen=_as(nobody.pw_uid, nobody.pw_gid))
    if not _works(found, own):
        raise _nowhere("`nobody` cannot run programs")
    (folder / "elsewhere.txt").write_text(str(home))
    found.notice = f"PostgreSQL does not run as root: it runs as `nobody`, its data are in {own}."
    return found


def _copy(programs: Path, to: Path) -> Path:
    """Copy what the server needs, laid out as in the wheel: libraries are found from there."""
    package = programs.parent
    if not to.exists():
        half = to.with_name("copy.new")
        shutil.rmtree(half, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(
                programs / part, half / package.name / programs.name / part, symlinks=True
            )
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name)
        _open_to_all(half)
        half.rename(to)
    return to / package.name / programs.name


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _nowhere(why: str) -> EmbeddedError:
    return EmbeddedError(
        f"PostgreSQL does not run as root, and neither a user namespace nor `nobody` works here "
        f"({why}): run this as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
    )
