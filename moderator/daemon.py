"""When, never what: the schedule library says when to look, the store says what is due.

The main thread keeps the schedule, hears signals and tells systemd that work goes on; each account has a worker. Time is read
here and handed in everywhere else.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import FrameType

import schedule

from moderator.errors import StoreError
from moderator.logs import Log
from moderator.notify import Notifier
from moderator.pipeline import House
from moderator.policy.limits import Policy
from moderator.reports.rounds import Rounds
from moderator.store import audit
from moderator.worker import CHECK_TASKS_EVERY, Clock, CountJudged, Worker, nobody_counts

LEAVE_WITHIN_S = 9.0
"""How long work in hand may take after SIGTERM; what was begun and not ended is read back at the next start."""
STUCK_AFTER_S = 300.0
"""A worker busy for longer than this with one job stops the watchdog: no call of ours may take so long."""
TICK_S = 0.2
VERIFY_EVERY_S = 15
"""Reading a block list costs money on X, by the row."""
FOLLOW_UP_EVERY_S = 60
REREAD_POLICY_EVERY_S = 5
SLEPT_S = 300.0
"""A clock that is suddenly so far ahead tells of a sleep, in which every account has become overdue."""
CATCH_UP_OVER_S = 75.0
"""So long after a sleep the last account is read again, where the first is read at once, which may take it some seconds."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def ahead_of_utc_s() -> int:
    """How far local time is ahead of UTC just now; another number in summer than in winter."""
    return time.localtime().tm_gmtoff


RereadPolicy = Callable[[Policy], tuple[Policy, str]]
"""The policy in force goes in; the one to work by comes out, and in words what is wrong with the file, or nothing."""


def keep_policy(policy: Policy) -> tuple[Policy, str]:
    return policy, ""


def catch_up_after(place: int, accounts: int, every_s: float) -> float:
    """Seconds after a sleep until the account in this place, from 0, is read; what is read often is put off for little."""
    return min(CATCH_UP_OVER_S, 1.25 * every_s) * place / max(1, accounts - 1)


class Daemon:
    """Keeps the schedule until told to leave."""

    def __init__(
        self,
        house: House,
        log: Log,
        notifier: Notifier,
        act_every_s: float,
        still_held: Callable[[], bool] = lambda: True,
        reread_policy: RereadPolicy = keep_policy,
        clock: Clock = utc_now,
        rounds: Sequence[Rounds] = (),
        count_judged: CountJudged = nobody_counts,
    ) -> None:
        """`rounds` are done beside the accounts, each in its own thread."""
        self._house, self._log, self._notifier, self._clock = house, log, notifier, clock
        self._act_every_s, self._still_held, self._reread_policy = act_every_s, still_held, reread_policy
        self._policy_fault = ""
        self._leaving = threading.Event()
        self._rounds = tuple(rounds)
        self.workers = {each: Worker(house, each, log, clock, count_judged) for each in house.platforms}

    def leave(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self._leaving.set()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT, then let the work in hand end. Returns within ten seconds of the signal.

        Raises StoreError, before any work, where the audit trail cannot be written with the key at hand.
        """
        self._tell_head()
        signal.signal(signal.SIGTERM, self.leave)
        signal.signal(signal.SIGINT, self.leave)
        for thread in (*self.workers.values(), *self._rounds):
            thread.start()
        self._log.info("daemon.started", mode=self._house.mode.value, accounts=len(self.workers))
        self._notifier.ready(f"watching {len(self.workers)} accounts in {self._house.mode} mode")
        try:
            self._keep_schedule()
        finally:
            self._end()

    def _keep_schedule(self) -> None:
        scheduler = self._new_schedule()
        offset, zone_s = self._offset(), ahead_of_utc_s()
        while not self._leaving.is_set():
            ahead_s, zone_ahead_s = self._offset() - offset, ahead_of_utc_s() - zone_s
            if abs(ahead_s) > TICK_S * 5:
                # The wall clock was set, or the machine slept; schedule keeps its times by that clock, so begin anew.
                self._log.warning("clock.stepped", seconds=round(ahead_s))
            if zone_ahead_s:
                # Schedule keeps local times: in the hour that autumn gives twice, all would be due an hour late.
                self._log.info("clock.zone_changed", seconds=zone_ahead_s)
            if abs(ahead_s) > TICK_S * 5 or zone_ahead_s:
                scheduler = self._new_schedule(slept=ahead_s > SLEPT_S)
                offset, zone_s = self._offset(), ahead_of_utc_s()
            if not self._still_held():
                # The database ended the connection that kept others out: another daemon may be at work already.
                raise StoreError(
                    "The lock on the database was lost, as when it is restarted, so that another daemon may work on it; this "
                    "one ends. Nothing is lost: whoever is started next goes on from here, and systemd does that by itself."
                )
            self._end_where_damaged()
            scheduler.run_pending()
            if self._alive():
                self._notifier.alive()
            self._leaving.wait(TICK_S)

    def _offset(self) -> float:
        return self._clock().timestamp() - time.monotonic()

    def _end_where_damaged(self) -> None:
        """Raises Damaged where a worker or a round met it: every further write could make it worse."""
        threads: tuple[Worker | Rounds, ...] = (*self.workers.values(), *self._rounds)
        for thread in threads:
            if thread.damaged is not None:
                raise thread.damaged

    def _tell_head(self) -> None:
        """Where the audit trail ends, told outside the database: whoever takes away its last events is found out by that."""
        with self._house.database.reading() as tx:
            self._log.info("audit.head", head=str(audit.head(tx)))

    def _tell_head_again(self) -> None:
        try:
            self._tell_head()
        except StoreError as error:
            self._log.error("audit.head_unknown", detail=str(error))

    def _look_at_policy(self) -> None:
        """Work by the policy as its file says now; a faulty one is told once, and the last good one stays in force."""
        policy, fault = self._reread_policy(self._house.policy)
        if fault and fault != self._policy_fault:
            self._log.error("policy.refused", detail=fault, in_force=self._house.policy.version)
        self._policy_fault = fault
        if policy.version != self._house.policy.version:
            self._house = replace(self._house, policy=policy)
            for worker in self.workers.values():
                worker.house = self._house
            for each in self._rounds:
                each.house = self._house
            self._log.info("policy.changed", version=policy.version)

    def _new_schedule(self, *, slept: bool = False) -> schedule.Scheduler:
        """All is looked at now and then in its turn; after a sleep the accounts are read one after another."""
        scheduler = schedule.Scheduler()
        for place, (account_id, worker) in enumerate(self.workers.items()):
            shortest = min(feed.every_s for feed in self._house.platforms[account_id].feeds)
            look = scheduler.every(max(1, round(shortest))).seconds.do(worker.ask, "look")
            if slept:
                put_off = timedelta(seconds=catch_up_after(place, len(self.workers), shortest))
                look.next_run = datetime.now() + put_off  # noqa: DTZ005  By this clock schedule keeps its times.
            else:
                worker.ask("look")
            for job, every_s in (
                ("act", self._act_every_s),
                ("verify", VERIFY_EVERY_S),
                ("tasks", CHECK_TASKS_EVERY.seconds),
                ("follow", FOLLOW_UP_EVERY_S),
            ):
                scheduler.every(max(1, round(every_s))).seconds.do(worker.ask, job)
                worker.ask(job)
        for each in self._rounds:
            scheduler.every(each.every_s).seconds.do(each.ask)
            each.ask()
        scheduler.every(1).days.do(self._tell_head_again)
        scheduler.every(REREAD_POLICY_EVERY_S).seconds.do(self._look_at_policy)
        return scheduler

    def _alive(self) -> bool:
        now = time.monotonic()
        started = [worker.busy_since for worker in self.workers.values() if worker.is_alive()]
        return (
            len(started) == len(self.workers)
            and all(since is None or now - since < STUCK_AFTER_S for since in started)
            and all(each.is_alive() and not each.is_stuck() for each in self._rounds)
        )

    def _end(self) -> None:
        self._notifier.stopping()
        threads: tuple[Worker | Rounds, ...] = (*self.workers.values(), *self._rounds)
        for thread in threads:
            thread.leave()
        deadline = time.monotonic() + LEAVE_WITHIN_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        late = [thread.name.removeprefix("account-") for thread in threads if thread.is_alive()]
        self._log.info("daemon.stopped", unfinished=",".join(late))
