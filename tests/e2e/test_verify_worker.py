"""The checks in the browser against the verifier's: the same bundles, the same tampering."""

from __future__ import annotations

import functools
import http.server
import random
import threading
from pathlib import Path

import pytest

from plebiscite.verifier import verify
from tests.databases import ROOT
from tests.plebiscite import bundles, tampering

STATIC = ROOT / "site" / "static" / "js"
#: What needs something besides the file.
ELSEWHERE = {"previous", "announced", "receipt", "code"}
RUN = """
(bytes) => new Promise((resolve) => {
  const found = {};
  const worker = new Worker("/plebiscite-verify-worker.js", { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.name) found[data.name] = [data.outcome, data.detail];
    if (data.done) { worker.terminate(); resolve([found, data]); }
  };
  const whole = Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0)).buffer;
  worker.postMessage(whole, [whole]);
})
"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def check(browser):
    """Lets the worker check a file: outcomes by check, and how it ended."""
    import base64

    handler = functools.partial(_Quiet, directory=str(STATIC))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_context().new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/forms.js")

    def run(raw: bytes) -> tuple[dict, dict]:
        return page.evaluate(RUN, base64.b64encode(raw).decode())

    yield run
    page.context.close()
    server.shutdown()


def test_whole_bundles_pass(check):
    for method in ("single", "approval", "points", "ranked"):
        for seed in range(1, 9):
            contents = bundles.make(method=method, seed=seed, options=5, account=12)
            found, end = check(bundles.written(contents))
            assert end["isGood"], (method, seed, found)
            assert set(found) == {name for name, *_rest in verify.CHECKS} - ELSEWHERE
            assert {outcome for outcome, _detail in found.values()} == {"ok"}


def test_every_edge_of_the_rules_is_counted_alike(check, tmp_path):
    """By the tally, which made the bundles, by `verify.py` and by the browser."""
    chance = random.Random(5)
    codes = [f"M{number}" for number in range(1, 6)]
    edges = set()
    for number in range(72):
        # Half of them rankings: nearly all edges are theirs.
        method = ("ranked", "single", "ranked", "approval", "ranked", "points")[number % 6]
        rules = bundles.any_rules(method, codes, chance)
        ballots = bundles.odd_ballots(14, codes, chance) if method == "ranked" else None
        contents = bundles.make(
            method=method, options=5, rules=rules, ballots=ballots, account=6, code=4, paper=4,
            seed=number, mix_k=2,
        )  # fmt: skip
        raw = bundles.written(contents)
        found, end = check(raw)
        assert end["isGood"], (rules, found)
        assert found["tally"][0] == "ok"
        path = tmp_path / "bundle.zip"
        path.write_bytes(raw)
        assert verify.main([str(path), "--lang", "en"]) == 0, rules
        result = contents.tally["result"]
        edges |= {"tied"} if result["tied"] else set()
        edges |= {"lots"} if any(step["by_lot"] for step in result["rounds"]) else set()
        edges |= {"batch"} if any(len(one["eliminated"]) > 1 for one in result["rounds"]) else set()
        edges |= {f"{len(result['winners'])} winners", f"binding {result['is_binding']}"}
    assert edges >= {"tied", "lots", "batch", "1 winners", "3 winners", "binding False"}, edges


def test_a_test_run_is_told_from_a_vote(check):
    found, end = check(bundles.written(bundles.make(rehearsal=True)))
    assert end["isGood"], found
    assert end["isRehearsal"]
    assert check(bundles.written(bundles.make()))[1]["isRehearsal"] is False
    # The mark alone makes no test run: its course is another one.
    contents = bundles.make(rehearsal=True)
    contents.events = bundles.make().events
    found, end = check(bundles.written(contents))
    assert found["events"][0] == "failed"
    assert not end["isGood"]


def test_every_kind_of_tampering_is_caught_by_the_same_check(check, tmp_path):
    whole = bundles.unpacked(bundles.written(bundles.make()))
    for what, name, is_signed, change in tampering.KINDS:
        files = dict(whole)
        change(files)
        path = Path(tmp_path / "bundle.zip")
        if is_signed:
            bundles.packed(files, path)
        else:
            bundles.zipped(files, path)
        found, end = check(path.read_bytes())
        assert not end["isGood"], what
        failed = [one for one in found if found[one][0] == "failed"]
        assert failed and failed[0] == name, (what, failed, found[name])


def test_tampering_with_the_zip_file_is_caught(check):
    whole = bundles.written(bundles.make())
    for what, name, change in tampering.ZIPPED:
        found, end = check(change(whole))
        failed = [one for one in found if found[one][0] == "failed"]
        assert (end["isGood"], failed[:1]) == (False, [name]), (what, end, found)
        if what == "a file is there twice":
            assert tampering.TWICE in found["sums"][1]
    _found, end = check(tampering.packed_anew(whole))
    assert end == {"done": True, "isBundle": False, "isGood": False}


def test_what_is_no_bundle(check):
    for raw in (b"", b"PK", b"x" * 5000):
        _found, end = check(raw)
        assert end == {"done": True, "isBundle": False, "isGood": False}
