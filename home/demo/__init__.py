"""Demo pages: the real project, with invented news, events and services marked as examples."""

from home.demo.loader import load

__all__ = ["load"]
