"""Wakes a crew by Procrastinate: a queue in the same PostgreSQL, with no broker beside it.

A wake-up says "there may be work of this kind" and nothing else. Each second one is put in line for each kind, by whichever worker
is first; a crew that found work puts in another, so that idle hands come to help. How many turns there are does not change how
many wake-ups there are, and one that is lost, or comes twice, does no harm: what is due stands in the table of turns.
https://procrastinate.readthedocs.io/en/stable/ (release 3.10.0, read 2026-11-22)
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from moderator.errors import StoreError
from moderator.logs import Log
from moderator.store.turns import Work
from moderator.store.wakeup_tables import conninfo
from moderator.trust.crew import Crew

EVERY_SECOND = "* * * * * *"
FIRST = {Work.ACT: 40, Work.JUDGE: 30, Work.POLL: 20, Work.REPORT: 10, Work.RETENTION: 0}
"""Priorities: what was decided goes out before more is read."""
AGAIN_AFTER_S = 1.0
STALLED_AFTER_S = 60.0


class Wakeups:
    """Runs a crew until it is told to leave: by SIGTERM, SIGINT or `leave`."""

    def __init__(self, crew: Crew, store_url: str, slots: Mapping[Work, int], log: Log) -> None:
        """`slots`: how many turns of each kind are done at once here."""
        self._crew, self._log = crew, log
        self._connection = conninfo(store_url)
        self._slots = {work: threading.BoundedSemaphore(slots[work]) for work in crew.kinds}
        self._threads = sum(slots[work] for work in crew.kinds)
        self._stop: Callable[[], object] = lambda: None  # tells the loop, once there is one, that the crew leaves
        self._down = False

    def run(self) -> None:
        """Returns once the work in hand has ended; what is not begun by then is handed back."""
        asyncio.run(self._run())
        with suppress(StoreError):  # Leases that cannot be given back run out by themselves.
            self._crew.hand_back()

    def leave(self) -> None:
        self._crew.leave()
        self._stop()

    async def _run(self) -> None:
        loop, leaving = asyncio.get_running_loop(), asyncio.Event()
        self._stop = partial(loop.call_soon_threadsafe, leaving.set)
        loop.set_default_executor(ThreadPoolExecutor(self._threads + 2, thread_name_prefix="turns"))
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self.leave)
        while not self._crew.leaving.is_set():
            try:
                await self._work(leaving)
            except StoreError as error:
                self._tell_down(str(error))
            except Exception as error:  # noqa: BLE001  The queue is away, as after a restart of the database: it comes back.
                self._tell_down(type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(leaving.wait(), AGAIN_AFTER_S)

    def _tell_down(self, detail: str) -> None:
        if not self._down:
            self._down = True
            self._log.warning("queue.down", detail=detail)

    async def _work(self, leaving: asyncio.Event) -> None:
        """One stretch with the queue, until the crew leaves or the database goes away."""
        app = self._app(asyncio.get_running_loop())
        async with app.open_async():
            await asyncio.to_thread(self._crew.arrive)
            await self._forget_stalled(app)
            if self._down:
                self._down = False
                self._log.info("queue.up")
            queues = [work.value for work in self._crew.kinds]
            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=queues,
                    name=self._crew.name,
                    concurrency=self._threads,
                    install_signal_handlers=False,
                    delete_jobs="always",
                )
            )
            left = asyncio.create_task(leaving.wait())
            await asyncio.wait({worker, left}, return_when=asyncio.FIRST_COMPLETED)
            left.cancel()
            worker.cancel()  # It ends what it has in hand, and takes nothing more.
            with suppress(asyncio.CancelledError):
                await worker

    async def _forget_stalled(self, app: Any) -> None:
        """A worker that was killed leaves its wake-ups behind as begun; they say nothing that anybody needs."""
        from procrastinate.jobs import Status

        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)

    def _app(self, loop: asyncio.AbstractEventLoop) -> Any:
        import procrastinate

        pool: dict[str, Any] = {
            "min_size": 1,
            "max_size": 4,
            "kwargs": self._connection | {"application_name": "moderator worker"},
        }
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(**pool))
        for work in self._crew.kinds:
            self._add_task(app, work, loop)
        return app

    def _add_task(self, app: Any, work: Work, loop: asyncio.AbstractEventLoop) -> None:
        from procrastinate.exceptions import AlreadyEnqueued

        line = {"queue": work.value, "queueing_lock": work.value, "priority": FIRST[work]}

        def call_for_help() -> None:
            async def defer() -> None:
                with suppress(AlreadyEnqueued):
                    await task.defer_async(timestamp=0)

            asyncio.run_coroutine_threadsafe(defer(), loop)

        def wake(timestamp: int) -> None:  # noqa: ARG001  Procrastinate tells when it was put in line.
            slot = self._slots[work]
            if not slot.acquire(blocking=False):
                return  # All hands for this kind are at work, and go on until nothing is due.
            try:
                self._crew.drain(work, call_for_help)
            except StoreError as error:
                self._tell_down(str(error))
            except Exception as error:  # noqa: BLE001  The leases of these turns run out, and somebody takes them up again.
                self._log.error("turn.failed", work=work.value, error=type(error).__name__)
            finally:
                slot.release()

        task = app.task(name=work.value, **line)(wake)
        app.periodic(cron=EVERY_SECOND, **line)(task)
