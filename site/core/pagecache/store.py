"""Finished answers in memory, each in the encodings browsers ask for."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import brotli

COMPRESSIBLE = ("text/", "application/xml", "application/json", "application/atom+xml", "image/svg")
SMALLEST_TO_COMPRESS = 400


@dataclass(frozen=True)
class Entry:
    """One answer: its body per encoding (the empty name is the plain one)."""

    generation: int
    made_at: float
    headers: tuple[tuple[str, str], ...]
    bodies: dict[str, bytes] = field(repr=False)
    etag: str = ""

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values())) + 512

    @classmethod
    def build(
        cls, *, generation: int, made_at: float, headers: dict[str, str], body: bytes
    ) -> Entry:
        """Compresses `body` once, for every later reader."""
        bodies = {"": body}
        kind = headers.get("Content-Type", "")
        if len(body) >= SMALLEST_TO_COMPRESS and kind.startswith(COMPRESSIBLE):
            bodies["br"] = brotli.compress(body, quality=5)
            bodies["gzip"] = gzip.compress(body, compresslevel=6, mtime=0)
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        return cls(generation, made_at, tuple(headers.items()), bodies, etag)

    def best(self, accept_encoding: str) -> tuple[str, bytes]:
        """The smallest body the browser takes, with the name of its encoding."""
        offered = {part.split(";")[0].strip() for part in accept_encoding.lower().split(",")}
        for name in ("br", "gzip"):
            if name in offered and name in self.bodies:
                return name, self.bodies[name]
        return "", self.bodies[""]


class Store:
    """A bounded, least-recently-used map of a process; safe for its threads."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._entries: OrderedDict[tuple[str, ...], Entry] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...]) -> Entry | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def put(self, key: tuple[str, ...], entry: Entry) -> None:
        """Keeps `entry`, dropping what has not been read for longest until it fits."""
        with self._lock:
            old = self._entries.pop(key, None)
            self._bytes -= old.size if old else 0
            if entry.size > self.max_bytes // 4:
                return
            self._entries[key] = entry
            self._bytes += entry.size
            while self._bytes > self.max_bytes:
                _key, dropped = self._entries.popitem(last=False)
                self._bytes -= dropped.size

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)
