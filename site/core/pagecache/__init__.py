"""Pages for readers without a session, kept in memory and never older than a second.

generation.py   a number in the database that every public change moves
store.py        finished answers, compressed, in a bounded space of each process
middleware.py   who is answered from the store
signals.py      which saves are public changes
"""

from core.pagecache.generation import changed

__all__ = ["changed"]
