"""Ends the process groups of a supervisor that was killed before it could do so itself.

It reads `+group` and `-group` lines from its standard input, a pipe whose other end the
supervisor alone holds. When that end closes, for whatever reason, it stops what is left.
"""

from __future__ import annotations

import os
import signal
import sys
import time

PATIENCE = 8.0


def main() -> None:
    """Keep the list; at the end of the input stop what is still on it."""
    groups: set[int] = set()
    for line in sys.stdin:
        if line[:1] == "+":
            groups.add(int(line[1:]))
        else:
            groups.discard(int(line[1:]))
    stop(groups)


def stop(groups: set[int], patience: float = PATIENCE) -> None:
    """Ask the groups to end, and after `patience` seconds make them."""
    left = {group for group in groups if _signal(group, signal.SIGTERM)}
    until = time.monotonic() + patience
    while left and time.monotonic() < until:
        time.sleep(0.05)
        left = {group for group in left if _signal(group, 0)}
    for group in left:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
