"""A backup in one file, and back from it.

The file holds the database, the media and the private files, with a checksum for each. Keys are
not in it: whoever finds a backup must not be able to use what only the keys open. They are listed
in a file beside it, so that nobody forgets to keep them, somewhere else.
"""

from core.backup.restoring import restore
from core.backup.writing import write

__all__ = ["restore", "write"]
