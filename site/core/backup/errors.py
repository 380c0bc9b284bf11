"""What stops a backup or a restore."""

from __future__ import annotations


class BackupError(Exception):
    """One sentence for the administrator: what is wrong and what to do."""
