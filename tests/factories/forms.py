"""Forms for tests."""

from __future__ import annotations

from typing import Any


def field(key: str, type: str = "text", **more: Any) -> dict[str, Any]:
    """A field of a form as JSON."""
    return {"key": key, "type": type, "label": f"Pytanie {key}", **more}


def form_json(*fields: dict[str, Any], title: str = "Wniosek") -> dict[str, Any]:
    """A form of one step as JSON."""
    return {
        "title": title,
        "steps": [{"key": "only", "title": "Krok", "fields": list(fields)}],
    }
