"""The protocol of a result: a tagged PDF, the same bytes every time."""

from plebiscite.protocol.document import render

__all__ = ["render"]
