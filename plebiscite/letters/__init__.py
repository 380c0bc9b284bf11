"""Letters with voting codes, three on a sheet: printed once, kept nowhere."""

from plebiscite.letters.document import render

__all__ = ["render"]
