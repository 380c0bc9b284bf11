"""The background worker: what has to happen without anybody asking."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from core import ports
from core.audit.seals import Sealer
from core.files.keeping import sweep as sweep_files
from core.outbox.keeping import purge as erase_old_mail
from core.outbox.keeping import release_stale
from core.outbox.sending import Sender
from core.pagecache.generation import fold
from core.scheduling import publish_scheduled
from core.throttle.backends import prune as prune_throttles
from core.tokens import prune as prune_tokens

log = logging.getLogger("core.worker")


@dataclass
class Job:
    """Something done again and again."""

    name: str
    every: timedelta
    run: Callable[[], object]
    due: float = 0.0


def run_queued_tasks() -> None:
    """Runs what is in the task queue until it is empty."""
    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(16),
        excluded_queue_names=[],
    ).run()


def prune_finished_tasks() -> None:
    """Forgets finished tasks after two weeks, so that the table stays small."""
    call_command("prune_db_task_results", min_age_days=14, verbosity=0)


class Command(BaseCommand):
    help = "Runs periodic jobs and queued tasks until it is told to stop (SIGTERM, Ctrl-C)."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        jobs = [
            Job("tasks", timedelta(seconds=1), run_queued_tasks),
            Job("publish_scheduled", timedelta(seconds=10), publish_scheduled),
            Job("prune_finished_tasks", timedelta(hours=6), prune_finished_tasks),
            Job("fold_generation", timedelta(minutes=1), fold),
            Job("mail", timedelta(seconds=1), Sender().run),
            Job("mail_of_dead_workers", timedelta(minutes=1), release_stale),
            Job("erase_old_mail", timedelta(hours=1), erase_old_mail),
            Job("audit_seal", timedelta(seconds=1), Sealer().run),
            Job("sweep_files", timedelta(hours=6), sweep_files),
            Job("prune_tokens", timedelta(hours=6), prune_tokens),
            Job("prune_throttles", timedelta(minutes=10), prune_throttles),
            *(Job(name, job.every, job.run) for name, job in ports.jobs.items()),
        ]
        self.stdout.write("worker: ready")
        self.stdout.flush()
        while not stop.is_set():
            self.run_due(jobs)
            stop.wait(0.5)
        self.stdout.write("worker: stopped")

    def run_due(self, jobs: list[Job]) -> None:
        """Runs every job whose time has come; one that fails is logged and tried again later."""
        for job in jobs:
            if job.due > time.monotonic():
                continue
            close_old_connections()
            try:
                job.run()
            except Exception:
                log.exception("job %s failed", job.name)
            job.due = time.monotonic() + job.every.total_seconds()
