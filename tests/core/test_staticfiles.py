"""Scripts that import others, as they are served."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from config.settings import base
from core.staticfiles import HashedStaticFiles

IMPORT = re.compile(r'(?:from|import)\s+"(\./[^"]+)"')


def test_modules_import_each_other_by_the_names_of_their_contents(tmp_path):
    assert base.STORAGES["staticfiles"]["BACKEND"] == "core.staticfiles.HashedStaticFiles"
    folder = Path(settings.STATICFILES_DIRS[0])
    sources = [str(path.relative_to(folder)) for path in sorted(folder.glob("js/**/*.js"))]
    modules = {
        name for name in sources if IMPORT.search((folder / name).read_text(encoding="utf-8"))
    }
    assert "js/plebiscite-verify-worker.js" in modules
    made = HashedStaticFiles(location=tmp_path, base_url="/static/")
    for name in sources:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    paths = {name: (made, name) for name in sources}
    # Beside each file its compressed copies are told.
    served = {
        name: hashed
        for name, hashed, _done in made.post_process(paths, dry_run=False)
        if hashed and hashed.endswith(".js")
    }
    for name in modules:
        script = tmp_path / served[name]
        imported = IMPORT.findall(script.read_text(encoding="utf-8"))
        assert imported, name
        for other in imported:
            assert re.search(r"\.[0-9a-f]{12}\.js$", other), (name, other)
            assert (script.parent / other).is_file(), (name, other)
