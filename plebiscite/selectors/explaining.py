"""What the page about trust tells of one vote: its numbers, keys, files."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage

from plebiscite.models import BundleFile, Plebiscite
from plebiscite.phases import PUBLISHED
from plebiscite.selectors.public import languages, view


def explained_context(plebiscite: Plebiscite) -> dict[str, Any]:
    """The page; with hashes and files once there are some."""
    manifest = getattr(plebiscite, "manifest", None)
    return {
        "view": view(plebiscite),
        "plebiscite": plebiscite,
        "manifest_hash": bytes(manifest.sha256).hex() if manifest else "",
        "log_key": bytes(plebiscite.log_public_key).hex(),
        "beacon": getattr(plebiscite, "beacon", None),
        "destruction": getattr(plebiscite, "key_destruction", None),
        "bundle": ready_bundle(plebiscite),
        **languages(plebiscite),
    }


def ready_bundle(plebiscite: Plebiscite) -> dict[str, Any] | None:
    """The bundle that can be fetched, None before there is one."""
    row = BundleFile.objects.filter(plebiscite=plebiscite).exclude(name="").first()
    if row is None or plebiscite.state not in PUBLISHED:
        return None
    return {"url": default_storage.url(row.name), "sha256": row.sha256, "size": row.size}
