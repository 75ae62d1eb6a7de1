"""A few interval jobs over the store; the rows know when they are due, APScheduler only knows to look.

The scheduler runs in UTC with its jobs in memory and never drops a late run. With several processes each job runs in
each: what must happen once is settled by the rows, in the job's own unit of work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.channels.base import SendFailed
from bot.clock import Clock
from storage.base import StoreError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every `every`."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[None]]


class Scheduler:
    """Runs jobs on the running event loop; one run of a job at a time, late runs are made up for once."""

    def __init__(self, clock: Clock, jobs: tuple[Job, ...]) -> None:
        self._clock = clock
        self._jobs = jobs
        self._running: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        """Begin; every job runs for the first time at once."""
        now = self._clock.now()
        for job in self._jobs:
            self._scheduler.add_job(
                self._run,
                "interval",
                args=[job],
                seconds=job.every.total_seconds(),
                id=job.name,
                next_run_time=now,
            )
        self._scheduler.start()

    async def stop(self, patience: float = 5.0) -> None:
        """Begin no more runs, and let those under way end; they are cut off after `patience` seconds."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=patience)
        self._scheduler.shutdown(wait=False)

    async def _run(self, job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await self._run_safely(job)
        finally:
            self._running.discard(task)

    async def _run_safely(self, job: Job) -> None:
        try:
            await job.work()
        except StoreError as error:
            log.warning("store_unavailable", job=job.name, error=str(error))
        except SendFailed as failure:
            log.warning("job_failed", job=job.name, code=failure.code, detail=failure.detail)
        except Exception:
            log.exception("job_failed", job=job.name)
