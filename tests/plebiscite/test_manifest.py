"""The manifest and the chain of the log, byte for byte."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from plebiscite import chain, manifest
from plebiscite.tally import Ruleset

MOMENT = datetime(2026, 11, 30, 20, 0, tzinfo=ZoneInfo("Europe/Warsaw"))
OPTION = manifest.OptionText("M1", 1, "Dąb", "Liście.", "pl", "Liście dębu", "0" * 64)


def written(**changes) -> str:
    values = {
        "plebiscite": "0b8a",
        "slug": "znak",
        "title": {"pl": "Znak"},
        "question": {"pl": "Który?"},
        "options": [OPTION],
        "ruleset": Ruleset(),
        "channels": ["paper", "account"],
        "dates": {"voting_closes_at": MOMENT},
        "grace_s": 300,
        "mix_k": 20,
        "retention_days": 90,
        "sealed_size": 128,
        "inbox_public_key": bytes(32),
        "promise_public_key": bytes(32),
        "log_public_key": bytes(32),
        "regulations": {"pl": "0" * 64},
        "minimum_age": 0,
        "residence": [],
        "beacon_rule": "",
        "polling_points": ["Ratusz"],
        "codes": (2, "0" * 64),
    }
    return manifest.write(**{**values, **changes})


def test_it_is_canonical_json():
    text = written()
    value = json.loads(text)
    assert (
        text == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    )
    assert value["dates"] == {"voting_closes_at": "2026-11-30T19:00:00Z"}
    assert value["channels"] == ["account", "paper"]
    assert value["options"][0]["title"] == "Dąb"


def test_the_same_moment_in_another_zone_is_the_same_text():
    assert written(dates={"voting_closes_at": MOMENT.astimezone(UTC)}) == written()


def test_everything_in_it_moves_the_hash():
    changes = [
        {},
        {"slug": "inny"},
        {"question": {"pl": "Jaki?"}},
        {"options": []},
        {"ruleset": Ruleset(quorum=1)},
        {"grace_s": 301},
        {"mix_k": 21},
        {"inbox_public_key": b"x" * 32},
        {"ruleset": Ruleset(max_picks=2)},
        {"regulations": {"pl": "1" * 64}},
        {"minimum_age": 13},
        {"residence": ["17-200"]},
        {"beacon_rule": "Kostka rzucona na sali."},
        {"polling_points": []},
        {"codes": (3, "0" * 64)},
    ]
    assert len({manifest.sha256(written(**change)) for change in changes}) == len(changes)


def test_the_log_is_chained_to_the_vote():
    start = chain.start("0b8a", b"m" * 32)
    assert start == hashlib.sha256(b"hajnowka-odnowa/plebiscite/log/1\n0b8a\n" + b"m" * 32).digest()
    one = chain.link(start, 1, b"c" * 32)
    assert one == hashlib.sha256(start + (1).to_bytes(8, "big") + b"c" * 32).digest()
    assert chain.link(start, 2, b"c" * 32) != one
