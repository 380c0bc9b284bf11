"""What the page about trust tells of one vote: its numbers, keys, files."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.storage import default_storage

from plebiscite import clock
from plebiscite.models import Beacon, BundleFile, Count, Plebiscite
from plebiscite.phases import PUBLISHED
from plebiscite.selectors.public import languages, view
from plebiscite.selectors.works import works


def explained_context(plebiscite: Plebiscite) -> dict[str, Any]:
    """The page; with hashes and files once there are some."""
    manifest = getattr(plebiscite, "manifest", None)
    return {
        "view": view(plebiscite),
        "plebiscite": plebiscite,
        "manifest_hash": bytes(manifest.sha256).hex() if manifest else "",
        "log_key": bytes(plebiscite.log_public_key).hex(),
        "lots": drawn_lots(plebiscite),
        "destruction": getattr(plebiscite, "key_destruction", None),
        "bundle": ready_bundle(plebiscite),
        **languages(plebiscite),
    }


def drawn_lots(plebiscite: Plebiscite) -> dict[str, Any] | None:
    """The drawn number and the order it gives, None where none was drawn.

    Whether the order decided anything is known once the result is public; None before.
    """
    drawn = Beacon.objects.filter(plebiscite=plebiscite).first()
    if drawn is None:
        return None
    stored = Count.objects.filter(plebiscite=plebiscite).order_by("number").last()
    was_used = None
    if stored is not None and plebiscite.state in PUBLISHED:
        was_used = any(step["by_lot"] for step in json.loads(stored.result)["rounds"])
    by_code = {work.code: work for work in works(plebiscite, today=clock.today())}
    return {
        "value": drawn.value,
        "source": drawn.source,
        "order": [by_code[code] for code in drawn.order],
        "was_used": was_used,
    }


def ready_bundle(plebiscite: Plebiscite) -> dict[str, Any] | None:
    """The bundle that can be fetched, None before there is one."""
    row = BundleFile.objects.filter(plebiscite=plebiscite).exclude(name="").first()
    if row is None or plebiscite.state not in PUBLISHED:
        return None
    return {"url": default_storage.url(row.name), "sha256": row.sha256, "size": row.size}
