"""Static files as visitors get them: compressed, and named by what is in them."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Modules import each other by these names too.

    Otherwise a browser that was here before an update would run a new script with an old module
    from its cache, or a worker with parts of two versions.
    """

    support_js_module_import_aggregation = True
