"""The real worker, killed in the middle: every vote that was acknowledged is in the box once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from core.actors import SYSTEM
from plebiscite import clock
from plebiscite.models import Ballot, Inbox, LogEntry, MixFlush, ParticipationMark
from plebiscite.services import moving
from tests.databases import ROOT, Databases
from tests.factories import plebiscite as make

pytestmark = [pytest.mark.concurrency, pytest.mark.system]

#: Flushes without a rest, and says each time that it is in the middle of one.
WORKER = """
import django, sys, time
django.setup()
from plebiscite.models import LogEntry
from plebiscite.services import mixing
write = LogEntry.objects.bulk_create
def slowly(*args, **kwargs):
    print("middle", flush=True)
    time.sleep(float(sys.argv[1]))
    return write(*args, **kwargs)
LogEntry.objects.bulk_create = slowly
while True:
    mixing.flush_open_boxes()
    print("idle", flush=True)
    time.sleep(0.05)
"""


@pytest.fixture
def start_worker(own_database: str, test_databases: Databases, tmp_path: Path) -> Any:
    running = []

    def start(pause: float) -> subprocess.Popen[str]:
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": test_databases.url_of(own_database),
            "HAJNOWKA_VAR": str(Path(django_settings.KEYS_DIR).parent),
            "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}",
        }
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(pause)],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(worker)
        return worker

    yield start
    for worker in running:
        if worker.poll() is None:
            worker.kill()
        worker.wait()


def wait_for(worker: subprocess.Popen[str], word: str) -> None:
    assert worker.stdout is not None
    for line in worker.stdout:
        if line.strip() == word:
            return
    raise AssertionError("the worker has ended by itself")


def test_every_acknowledged_vote_is_in_the_box_once(start_worker):
    plebiscite = make.voting(mix_k=3)
    promised = []

    def cast(numbers) -> None:
        for number in numbers:
            user = make.declared(plebiscite, number=number)
            promised.append(make.vote(plebiscite, user).commitment)

    cast(range(12))
    for round_ in range(3):
        worker = start_worker(30)
        wait_for(worker, "middle")
        cast(range(12 + 4 * round_, 16 + 4 * round_))
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        # Its transaction ends when the server notices that it is gone.
        for _ in range(100):
            if Ballot.objects.count() + Inbox.objects.count() == len(promised):
                break
            time.sleep(0.1)
        assert (Ballot.objects.count(), LogEntry.objects.count()) == (0, 0)
        assert not MixFlush.objects.exists()
    worker = start_worker(0)
    wait_for(worker, "idle")
    worker.kill()
    assert Ballot.objects.count() > 0
    with clock.shifted(8 * make.DAY):
        moving.move(plebiscite, "seal", actor=SYSTEM)
    found = [bytes(c) for c in Ballot.objects.values_list("c", flat=True)]
    assert len(found) == len(set(found)) == 24
    assert set(found) == set(promised)
    assert ParticipationMark.objects.count() == 24
    make.together(plebiscite, "count")
