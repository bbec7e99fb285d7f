"""When, never what: the schedule library says when to look, the store says what is due.

One thread for each account, so that a platform that hangs holds up none of the others; the main thread keeps the schedule,
hears signals and tells systemd that work goes on. Time is read here and handed in everywhere else.
"""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import FrameType

import schedule

from moderator.domain import Account, Visibility
from moderator.errors import LoginExpired, ModeratorError, PlatformError, QuotaSpent, StoreError
from moderator.logs import Log
from moderator.notify import Notifier
from moderator.pipeline import House, Judged
from moderator.platforms.base import Feed
from moderator.store import accounts, comments

LEAVE_WITHIN_S = 9.0
"""How long work in hand may take after SIGTERM; what was begun and not ended is read back at the next start."""
STUCK_AFTER_S = 300.0
"""A worker busy for longer than this with one job stops the watchdog: no call of ours may take so long."""
LOOK_AGAIN_AFTER = timedelta(minutes=10)
"""How often a paused account's login is tried again."""
UNFORESEEN_IN_A_ROW = 3
TICK_S = 0.2

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Worker(threading.Thread):
    """Reads, judges and acts for one account, one job after the other."""

    def __init__(self, house: House, account_id: str, log: Log, clock: Clock) -> None:
        super().__init__(name=f"account-{account_id}", daemon=True)
        self._house, self._account_id, self._clock = house, account_id, clock
        self._platform = house.platforms[account_id]
        self._log = log.bind(account=account_id)
        self._jobs: queue.Queue[str] = queue.Queue()
        self._waiting: set[str] = set()
        self._leaving = threading.Event()
        self._unforeseen = 0
        self._down: set[str] = set()
        self._known = False  # the platform has told us who we are
        self.busy_since: float | None = None

    def ask(self, job: str) -> None:
        """Put a job in line, once: what waits already is not doubled."""
        if job not in self._waiting:
            self._waiting.add(job)
            self._jobs.put(job)

    def leave(self) -> None:
        self._leaving.set()
        self._jobs.put("")

    def run(self) -> None:
        while not self._leaving.is_set():
            job = self._jobs.get()
            self._waiting.discard(job)
            if self._leaving.is_set() or not job:
                continue
            self.busy_since = time.monotonic()
            try:
                self._do(job)
                self._unforeseen = 0
            except Exception as error:  # noqa: BLE001  The unforeseen ends this run only; the others go on.
                self._hear_unforeseen(job, error)
            finally:
                self.busy_since = None

    def _do(self, job: str) -> None:
        now = self._clock()
        if job == "look":
            if self._is_ready(now):
                self._poll_due_feeds(now)
        elif job == "act":
            if self._paused(now) is None:
                self._act()
        elif job == "verify" and self._paused(now) is None:
            for action in self._house.verify(self._account_id, now):
                self._log.warning("action.no_longer_holds", comment=action.comment.id, kind=action.kind.value)

    def _is_ready(self, now: datetime) -> bool:
        """Whether the account may be read: known to the platform, and not paused."""
        paused = self._paused(now)
        if self._known and paused is None:
            return True
        try:
            state = self._platform.check(now)
        except LoginExpired as error:
            self._pause(error, now)
            return False
        except PlatformError as error:
            self._tell_down("check", error)
            return False
        self._tell_up("check")
        with self._house.database.transaction() as tx:
            accounts.remember(tx, state.account)
            if paused is not None:
                accounts.resume(tx, self._account_id, now)
        self._known = True
        for warning in state.warnings:
            self._log.warning("account.warning", detail=warning)
        return True

    def _paused(self, now: datetime) -> str | None:
        with self._house.database.reading() as tx:
            return accounts.paused(tx, self._account_id, now)

    def _pause(self, error: PlatformError, now: datetime) -> None:
        with self._house.database.transaction() as tx:
            accounts.pause(tx, self._account_id, str(error), None, now)
        self._known = False
        self._log.error("account.paused", reason=str(error))

    def _poll_due_feeds(self, now: datetime) -> None:
        for feed in self.due_feeds(now):
            if self._leaving.is_set():
                return
            self._poll(feed)
            self._act()

    def due_feeds(self, now: datetime) -> list[Feed]:
        """The feeds whose time has come, as the store remembers, ordinary ones before sweeps."""
        with self._house.database.reading() as tx:
            states = {state.feed: state for state in comments.feed_states(tx, self._account_id)}
        due = []
        for feed in self._platform.feeds:
            state = states.get(feed.name)
            if state is not None and state.not_before is not None and state.not_before > now:
                continue
            last = state.last_read_at if state else None
            # Half a second early is on time: a look never waits a whole round for the rounding of a clock.
            if last is None or last > now or (now - last).total_seconds() >= feed.every_s - 0.5:
                due.append(feed)
        return sorted(due, key=lambda feed: feed.sweep)

    def _poll(self, feed: Feed) -> None:
        """Read one feed to its end; each page is judged and acted on before the next is asked for."""
        try:
            for received in self._house.poll(self._account_id, feed.name, self._clock()):
                if received.fresh or received.broken:
                    self._log.info(
                        "feed.received", feed=feed.name, comments=len(received.fresh), set_aside=received.broken
                    )
                if received.note:
                    self._log.warning("feed.note", feed=feed.name, detail=received.note)
                self._act()
        except QuotaSpent as error:
            self._miss(feed, error, error.retry_at)
        except LoginExpired as error:
            self._miss(feed, error, None)
            self._pause(error, self._clock())
        except PlatformError as error:
            self._miss(feed, error, None)
        else:
            self._tell_up(feed.name)

    def _miss(self, feed: Feed, error: PlatformError, not_before: datetime | None) -> None:
        with self._house.database.transaction() as tx:
            comments.mark_read(tx, self._account_id, feed.name, self._clock(), str(error), not_before)
        self._tell_down(feed.name, error)

    def _tell_down(self, what: str, error: PlatformError) -> None:
        if what not in self._down:  # An outage is told once when it begins and once when it ends.
            self._down.add(what)
            self._log.warning("platform.down", feed=what, kind=type(error).__name__, detail=str(error))

    def _tell_up(self, what: str) -> None:
        if what in self._down:
            self._down.discard(what)
            self._log.info("platform.up", feed=what)

    def _act(self) -> None:
        for judged in self._house.judge(self._clock(), self._account_id):
            self._tell_judged(judged)
        ended = self._house.act(self._account_id, self._clock())
        for outcome in ended.done:
            phrase = f"action.{outcome.action.kind}"
            self._log.info(phrase, comment=outcome.action.comment.id, result=outcome.result.value)
        for action, error in ended.failed:
            self._log.warning(
                "action.failed",
                comment=action.comment.id,
                kind=action.kind.value,
                error=type(error).__name__,
                detail=str(error),
            )
        if ended.login_expired is not None:
            self._pause(ended.login_expired, self._clock())

    def _tell_judged(self, judged: Judged) -> None:
        decision = judged.decision
        rules = ",".join(verdict.rule for verdict in decision.verdicts)
        already = judged.comment.visibility is Visibility.HIDDEN
        self._log.info(
            "comment.decided",
            comment=decision.comment_id,
            ruling=decision.ruling.value,
            rules=rules,
            urgent=decision.urgent,
            hidden_before=already,
        )

    def _hear_unforeseen(self, job: str, error: Exception) -> None:
        self._unforeseen += 1
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
        # Our own errors hold no words by rule; of a stranger's only the kind and the place are told.
        detail = str(error) if isinstance(error, ModeratorError) else ""
        self._log.error(
            "unforeseen", job=job, error=type(error).__name__, place=place, detail=detail, in_a_row=self._unforeseen
        )
        if self._unforeseen < UNFORESEEN_IN_A_ROW:
            return
        self._unforeseen = 0
        now = self._clock()
        why = (
            f"three unforeseen errors in a row, the last {type(error).__name__} at {place}; see the log. "
            "It is tried again in ten minutes."
        )
        try:
            with self._house.database.transaction() as tx:
                accounts.pause(tx, self._account_id, why, now + LOOK_AGAIN_AFTER, now)
        except Exception as second:  # noqa: BLE001  The store itself fails; the watchdog and the log speak for us.
            self._log.critical("store.unusable", error=type(second).__name__)
            self._leaving.wait(TICK_S * 25)


class Daemon:
    """Keeps the schedule until told to leave."""

    def __init__(
        self,
        house: House,
        log: Log,
        notifier: Notifier,
        act_every_s: float,
        still_held: Callable[[], bool] = lambda: True,
        clock: Clock = utc_now,
    ) -> None:
        self._house, self._log, self._notifier, self._clock = house, log, notifier, clock
        self._act_every_s, self._still_held = act_every_s, still_held
        self._leaving = threading.Event()
        self.workers = {account_id: Worker(house, account_id, log, clock) for account_id in house.platforms}

    def leave(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self._leaving.set()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT, then let the work in hand end. Returns within ten seconds of the signal."""
        signal.signal(signal.SIGTERM, self.leave)
        signal.signal(signal.SIGINT, self.leave)
        for worker in self.workers.values():
            worker.start()
        self._log.info("daemon.started", mode=self._house.mode.value, accounts=len(self.workers))
        self._notifier.ready(f"watching {len(self.workers)} accounts in {self._house.mode} mode")
        try:
            self._keep_schedule()
        finally:
            self._end()

    def _keep_schedule(self) -> None:
        scheduler = self._new_schedule()
        offset = time.time() - time.monotonic()
        while not self._leaving.is_set():
            if abs(time.time() - time.monotonic() - offset) > TICK_S * 5:
                # The wall clock was set, or the machine slept; schedule keeps its times by that clock, so begin anew.
                self._log.warning("clock.stepped")
                scheduler, offset = self._new_schedule(), time.time() - time.monotonic()
            if not self._still_held():
                # The database ended the connection that kept others out: another daemon may be at work already.
                raise StoreError(
                    "The lock on the database was lost, so that another daemon may work on it; this one ends."
                )
            scheduler.run_pending()
            if self._alive():
                self._notifier.alive()
            self._leaving.wait(TICK_S)

    def _new_schedule(self) -> schedule.Scheduler:
        scheduler = schedule.Scheduler()
        for account_id, worker in self.workers.items():
            shortest = min(feed.every_s for feed in self._house.platforms[account_id].feeds)
            for job, every_s in (("look", shortest), ("act", self._act_every_s), ("verify", 15)):
                scheduler.every(max(1, round(every_s))).seconds.do(worker.ask, job)
                worker.ask(job)
        return scheduler

    def _alive(self) -> bool:
        now = time.monotonic()
        started = [worker.busy_since for worker in self.workers.values() if worker.is_alive()]
        return len(started) == len(self.workers) and all(
            since is None or now - since < STUCK_AFTER_S for since in started
        )

    def _end(self) -> None:
        self._notifier.stopping()
        for worker in self.workers.values():
            worker.leave()
        deadline = time.monotonic() + LEAVE_WITHIN_S
        for worker in self.workers.values():
            worker.join(max(0.0, deadline - time.monotonic()))
        late = [account for account, worker in self.workers.items() if worker.is_alive()]
        self._log.info("daemon.stopped", unfinished=",".join(late))


def once(house: House, account: Account, feeds: Sequence[Feed], clock: Clock = utc_now) -> list[Judged]:
    """Read every feed of an account, judge and act, one time. Raises PlatformError."""
    judged: list[Judged] = []
    for feed in feeds:
        for _received in house.poll(account.id, feed.name, clock()):
            judged += house.judge(clock(), account.id)
    judged += house.judge(clock(), account.id)
    house.act(account.id, clock())
    return judged
