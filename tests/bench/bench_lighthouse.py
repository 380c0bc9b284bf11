"""What Lighthouse says of the pages that people come for, as a town serves them.

    python tests/bench/bench_lighthouse.py

Needs node and Lighthouse (`npm install --global lighthouse`, or its address in LIGHTHOUSE) and
Chromium; without them nothing is measured, and that is said loudly. Fails when accessibility, best
practices or findability are below 100, or speed below 98, on home, a service, a plebiscite or a
call. Works on a database of its own with the demo, which is dropped afterwards. Speed is that of
Lighthouse's own slow telephone; a busy machine makes it worse.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path

from common import ROOT
from django.db import connections

from config.environment import database
from tests import databases
from tests.databases import Databases, pointed_at
from tests.e2e.server import Server
from tests.e2e.town import town

LOWEST = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
CHROMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE_S = 240


def tools() -> tuple[str, str] | None:
    """Lighthouse and Chromium; None, with a loud line, when one of them is missing."""
    lighthouse = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    chrome = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMES)), None)
    missing = [
        name
        for name, found in (
            ("node", shutil.which("node")), ("Lighthouse", lighthouse), ("Chromium", chrome),
        )
        if not found
    ]  # fmt: skip
    if missing or lighthouse is None or chrome is None:
        print("!" * 88)
        print(f"LIGHTHOUSE WAS NOT RUN: there is no {', no '.join(missing)} here.")
        print("!" * 88)
        return None
    return lighthouse, chrome


def paths() -> dict[str, str]:
    """The pages to measure: the first of each kind that the demo has open."""
    from incubator.models import Call
    from plebiscite.models import Plebiscite
    from services_catalog.models import Service

    service = Service.objects.canonical().live().order_by("code").first()
    plebiscite = Plebiscite.objects.public().order_by("slug").first()
    call = Call.objects.open_now().first() or Call.objects.published().first()
    assert service and plebiscite and call
    return {
        "home": "/",
        "service": f"/uslugi/{service.slug}/",
        "plebiscite": f"/plebiscyt/{plebiscite.slug}/",
        "call": f"/inkubator/nabory/{call.slug}/",
    }


def measure(lighthouse: str, chrome: str, url: str, folder: Path) -> dict[str, int]:
    """The four marks of a page, of 100; prints what a page lost marks for."""
    out = folder / f"{uuid.uuid4().hex}.json"
    subprocess.run(
        [
            lighthouse, url, "--quiet", "--output=json", f"--output-path={out}",
            f"--only-categories={','.join(LOWEST)}",
            "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage",
        ],
        env={**os.environ, "CHROME_PATH": chrome},
        check=True,
        timeout=PATIENCE_S,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    report = json.loads(out.read_text())
    for name in LOWEST:
        for one in report["categories"][name]["auditRefs"]:
            audit = report["audits"][one["id"]]
            if one["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                print(f"    {name}: {audit['title']} {audit.get('displayValue', '')}")
    return {name: round(100 * report["categories"][name]["score"]) for name in LOWEST}


def main() -> int:
    found = tools()
    if found is None:
        return 0
    url = databases.server_url()
    address = database(url)
    for name in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS"):
        connections.settings["default"][name] = address[name]
    server = Databases(url, f"bench{uuid.uuid4().hex[:6]}")
    demo, files = server.demo_template()
    name = server.clone(demo)
    bad = 0
    try:
        with pointed_at(name):
            pages = paths()
        with tempfile.TemporaryDirectory() as folder:
            var = Path(folder) / "var"
            for part in databases.FOLDERS:
                shutil.copytree(files / part, var / part)
            site = Server("http://localhost:0", demo, name, server.url_of(name), var)
            with town(site) as base:
                print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores")
                for page, path in pages.items():
                    marks = {}
                    # The first visit draws pictures and pages; readers find them drawn.
                    for _try in range(2):
                        marks = measure(*found, f"{base}{path}", Path(folder))
                    low = [one for one, mark in marks.items() if mark < LOWEST[one]]
                    bad += len(low)
                    line = ", ".join(f"{one} {mark}" for one, mark in marks.items())
                    print(f"{page:12} {line}{'  TOO LOW' if low else ''}", flush=True)
    finally:
        server.drop(name)
    return 1 if bad else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
