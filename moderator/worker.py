"""One account's work, in a thread of its own: it reads, judges and acts, one job after the other.

Jobs come by name from the daemon's schedule; what is due stands in the store. A platform that hangs holds up no other account.
`AccountWork` is the work alone, for whoever has threads already.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from moderator.domain import Outcome, Visibility
from moderator.errors import (
    AccountClosed,
    Damaged,
    LoginExpired,
    ModeratorError,
    PlatformError,
    QuotaSpent,
    StoreError,
    Unavailable,
)
from moderator.logs import Log
from moderator.pipeline import House, Judged
from moderator.platforms.base import Feed
from moderator.platforms.deadline import SIGN_OF_LIFE
from moderator.store import accounts, comments
from moderator.store.watch import Watch

LOOK_AGAIN_AFTER = timedelta(minutes=10)
"""How often a paused account is tried again."""
CLOSED_AGAIN_AFTER = timedelta(days=1)
"""The same where the account itself is closed or gone."""
CHECK_EVERY = timedelta(days=1)
"""How often the platform is asked about the account itself: a token that dies soon, money that runs out."""
CHECK_TASKS_EVERY = timedelta(minutes=10)
RETRY_FEED_AFTER_S = 300
UNFORESEEN_IN_A_ROW = 3
AFTER_STORE_FAILURE_S = 5.0
PICTURES_FOR_S = 5.0
"""How long into a job pictures are looked at, one comment after another; then other jobs of the account have their turn."""

Clock = Callable[[], datetime]
CountJudged = Callable[[str, int, float], None]
"""Account, comments of one batch, and the seconds that judging them took."""


def nobody_counts(_account_id: str, _comments: int, _seconds: float) -> None:
    pass


class AccountWork:
    """Reads, judges and acts for one account, one job at a time, in the thread of whoever calls `do`."""

    def __init__(
        self, house: House, account_id: str, log: Log, clock: Clock, count_judged: CountJudged = nobody_counts
    ) -> None:
        self.house, self._account_id, self._clock = house, account_id, clock
        self._platform, self._count_judged = house.platforms[account_id], count_judged
        self._log = log.bind(account=account_id)
        self._leaving = threading.Event()
        self._unforeseen: Counter[str] = Counter()  # by job, in a row
        self._down: set[str] = set()
        self._known = False  # the platform has told us who we are
        self._checked_at: datetime | None = None
        self._warned: set[str] = set()
        self._late = 0  # hides that waited too long for a person, as last told
        self._look_again_at: datetime | None = None  # while paused; at a start it is tried at once
        self._store_fault = ""  # as first told, until something was written again
        self.damaged: Damaged | None = None  # the database: then the daemon ends
        self.busy_since: float | None = None
        self._pictures_until = 0.0

    def do(self, job: str) -> None:
        """One job, to its end. The unforeseen ends this job only; three in a row pause the account."""
        SIGN_OF_LIFE.set(self._live)
        self._live()
        self._pictures_until = time.monotonic() + PICTURES_FOR_S
        try:
            self._do(job)
            self._unforeseen[job] = 0
        except StoreError as error:
            self._hear_store(error)
        except Exception as error:  # noqa: BLE001  The unforeseen ends this run only; the others go on.
            self._hear_unforeseen(job, error)
        finally:
            self.busy_since = None

    def _live(self) -> None:
        """A sign of life: each call to a platform ends by itself, however many a page takes."""
        self.busy_since = time.monotonic()

    def _do(self, job: str) -> None:
        now = self._clock()
        if job == "look":
            seen = self._watch(now)
            if self._is_ready(seen.paused(now), now):
                self._poll_due_feeds(seen, now)
        elif job == "act":
            if self._paused(now) is None:
                self._act()
        elif job == "tasks" and self._paused(now) is None:
            for task in self.house.check_tasks(self._account_id, now):
                self._log.info("task.verified", comment=task.comment.id, kind=task.kind.value)
        elif job == "follow" and self._paused(now) is None:
            self._follow(now)
        elif job == "verify" and self._paused(now) is None:
            for action in self.house.verify(self._account_id, now, self._goes_on):
                self._log.warning("action.no_longer_holds", comment=action.comment.id, kind=action.kind.value)

    def _follow(self, now: datetime) -> None:
        followed = self.house.follow_up(self._account_id, now)
        for task in (*followed.asked, *followed.proposed):
            self._log.info("task.opened", comment=task.comment.id, kind=task.kind.value)
        for task in followed.settled:
            self._log.info("family.settled", comment=task.comment.id)
        for ban in followed.ended:
            self._log.info("ban.ended", comment=ban.comment_id, means=ban.means.value)
        late = self.house.late_hides(now)
        if late > self._late:
            self._log.warning("hides.wait_too_long", comments=late)
        self._late = late

    def _watch(self, now: datetime) -> Watch:
        return self.house.watch(self._account_id, now)

    def _is_ready(self, paused: str | None, now: datetime) -> bool:
        """Whether the account may be read: known to the platform, and not paused, or why it is."""
        checked = self._checked_at
        if self._known and paused is None and checked is not None and checked <= now < checked + CHECK_EVERY:
            return True
        if paused is not None and self._look_again_at is not None and now < self._look_again_at:
            return False
        try:
            state = self._platform.check(now)
        except LoginExpired as error:
            self._pause(error, now)
            return False
        except PlatformError as error:
            self._tell_down("check", error)
            # An account that was known yesterday is read all the same; a new one must first be known. "Too many" says nothing
            # against an account whose id is known from before: then only what is due to be read may say no.
            self._checked_at = now if self._known else None
            by_memory = isinstance(error, QuotaSpent) and bool(self._platform.account.native_id)
            return paused is None and (self._known or by_memory)
        self._tell_up("check")
        with self.house.database.transaction() as tx:
            accounts.remember(tx, state.account)
            if paused is not None:
                accounts.resume(tx, self._account_id, now)
        self._known, self._checked_at = True, now
        for warning in state.warnings:
            if warning not in self._warned:
                self._log.warning("account.warning", detail=warning)
        self._warned = set(state.warnings)
        return True

    def _paused(self, now: datetime) -> str | None:
        with self.house.database.reading() as tx:
            return accounts.paused(tx, self._account_id, now)

    def _pause(self, error: PlatformError, now: datetime) -> None:
        """Stop asking for this account until its login works again; it is tried every ten minutes and at each start.

        An account that is closed or gone is looked at once a day.
        """
        wait = CLOSED_AGAIN_AFTER if isinstance(error, AccountClosed) else LOOK_AGAIN_AFTER
        self._known, self._look_again_at = False, now + wait
        if self._paused(now) is not None:
            return  # It was told when it began.
        with self.house.database.transaction() as tx:
            accounts.pause(tx, self._account_id, str(error), None, now)
        self._log.error("account.paused", reason=str(error))

    def _poll_due_feeds(self, seen: Watch, now: datetime) -> None:
        """What brings nothing leaves the account as it was `seen`; whatever waits besides is acted on by the next look for it."""
        for feed in self.due_feeds(seen, now):
            if not self._goes_on():
                return
            if self._poll(feed, seen):
                self._act()
                seen = self._watch(now)

    def every_s(self, feed: Feed) -> int:
        """Seconds from one reading of a feed to the next."""
        return feed.every_s

    def due_feeds(self, seen: Watch, now: datetime) -> list[Feed]:
        """The feeds whose time has come, as the store remembers, ordinary ones before sweeps."""
        due = []
        for feed in self._platform.feeds:
            state = seen.feeds.get(feed.name)
            if state is not None and state.not_before is not None and state.not_before > now:
                continue
            if state is None or state.last_read_at is None or state.last_read_at > now:
                due.append(feed)
                continue
            # What failed is not left for a whole day, though it be the daily sweep.
            every_s = min(self.every_s(feed), RETRY_FEED_AFTER_S) if state.last_error else self.every_s(feed)
            # Half a second early is on time: a look never waits a whole round for the rounding of a clock.
            if (now - state.last_read_at).total_seconds() >= every_s - 0.5:
                due.append(feed)
        return sorted(due, key=lambda feed: feed.sweep)

    def _poll(self, feed: Feed, seen: Watch) -> bool:
        """Read one feed to its end; each page is judged and acted on before the next is asked for. Whether it brought anything."""
        brought = False
        try:
            for received in self.house.poll(self._account_id, feed.name, self._clock(), seen):
                self._live()
                if received.fresh or received.broken:
                    brought = True
                    self._log.info(
                        "feed.received", feed=feed.name, comments=len(received.fresh), set_aside=received.broken
                    )
                if received.note:
                    self._log.warning("feed.note", feed=feed.name, detail=received.note)
                if received.fresh:
                    self._act()
                if not self._goes_on():
                    return brought  # What was read is stored; the cursor says where to go on.
        except QuotaSpent as error:
            self._miss(feed, error, error.retry_at)
        except LoginExpired as error:
            self._miss(feed, error, None)
            self._pause(error, self._clock())
        except PlatformError as error:
            self._miss(feed, error, None)
        except StoreError:
            raise  # Not the feed's fault, nor could that be written down: the cursor stays where it was.
        except Exception as error:
            # It waits like any feed that failed, so that the others are read; the job then ends as unforeseen.
            self._miss(feed, Unavailable(f"unforeseen {type(error).__name__}"), None)
            raise
        else:
            self._tell_up(feed.name)
            self._hear_store_works()
        return brought

    def _miss(self, feed: Feed, error: PlatformError, not_before: datetime | None) -> None:
        with self.house.database.transaction() as tx:
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

    def _goes_on(self) -> bool:
        """A sign of life between two calls, and whether there is time for another."""
        self._live()
        return not self._leaving.is_set()

    def _act(self) -> None:
        """Judge what waits and act on it, batch by batch: the first hide does not wait for the last comment.

        Comments with pictures come last; those that a job does not come to wait for the next one.
        """
        while self._goes_on():
            began = time.monotonic()
            judged = self.house.judge_some(self._clock(), self._account_id, pictures=began < self._pictures_until)
            self._count_judged(self._account_id, len(judged), time.monotonic() - began)
            for each in judged:
                self._tell_judged(each)
            self._carry_out()
            if not judged:
                return

    def _carry_out(self) -> None:
        ended = self.house.act(self._account_id, self._clock(), self._goes_on)
        for outcome in ended.done:
            self._tell_done(outcome)
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
        if ended.unforeseen is not None:
            raise ended.unforeseen

    def _tell_done(self, outcome: Outcome) -> None:
        phrase = f"action.{outcome.action.kind}"
        self._log.info(phrase, comment=outcome.action.comment.id, result=outcome.result.value)

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

    def _hear_store(self, error: StoreError) -> None:
        """Nothing can be written down, so nothing is done: all waits where it is, and is tried again until that works."""
        if isinstance(error, Damaged):
            self.damaged = error
        if not self._store_fault:
            self._log.error("store.unusable", detail=str(error))
        self._store_fault = str(error)
        self._leaving.wait(AFTER_STORE_FAILURE_S)

    def _hear_store_works(self) -> None:
        if self._store_fault:
            self._store_fault = ""
            self._log.info("store.usable")

    def _hear_unforeseen(self, job: str, error: Exception) -> None:
        self._unforeseen[job] += 1
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
        # Our own errors hold no words by rule; of a stranger's only the kind and the place are told.
        detail = str(error) if isinstance(error, ModeratorError) else ""
        self._log.error(
            "unforeseen",
            job=job,
            error=type(error).__name__,
            place=place,
            detail=detail,
            in_a_row=self._unforeseen[job],
        )
        if self._unforeseen[job] < UNFORESEEN_IN_A_ROW:
            return
        self._unforeseen[job] = 0
        now = self._clock()
        self._look_again_at = now + LOOK_AGAIN_AFTER
        why = (
            f"three unforeseen errors in a row, the last {type(error).__name__} at {place}; see the log. "
            "It is tried again in ten minutes."
        )
        try:
            with self.house.database.transaction() as tx:
                accounts.pause(tx, self._account_id, why, now + LOOK_AGAIN_AFTER, now)
        except StoreError as second:
            self._hear_store(second)


class Worker(threading.Thread, AccountWork):
    """An account's work in a thread, with a line of jobs before it."""

    def __init__(
        self, house: House, account_id: str, log: Log, clock: Clock, count_judged: CountJudged = nobody_counts
    ) -> None:
        threading.Thread.__init__(self, name=f"account-{account_id}", daemon=True)
        AccountWork.__init__(self, house, account_id, log, clock, count_judged)
        self._jobs: queue.Queue[str] = queue.Queue()
        self._waiting: set[str] = set()

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
            if not self._leaving.is_set() and job:
                self.do(job)
