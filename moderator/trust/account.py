"""One turn on one account: the work of a school that stands alone, a part at a time, on a database that minds the lease."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from moderator.domain import Outcome
from moderator.errors import StoreError
from moderator.logs import Log
from moderator.pipeline import House
from moderator.platforms.base import Feed
from moderator.store import agenda, comments, turns, watch
from moderator.store.turns import Turn, Work, fenced
from moderator.store.watch import Watch
from moderator.trust.lease import Lease
from moderator.trust.pace import Pace
from moderator.worker import CHECK_TASKS_EVERY, LOOK_AGAIN_AFTER, RETRY_FEED_AFTER_S, AccountWork, Clock

AT_LEAST = timedelta(seconds=2)
"""Between two turns of an account, so that what cannot be done now is not asked for without end."""


Slowing = Callable[[str, str, datetime], float]
"""School, platform, now: how many times as long as usual to wait between two readings, while a shared app runs short."""


def as_usual(_school_id: str, _platform: str, _now: datetime) -> float:
    return 1.0


CountActed = Callable[[str, str], None]
"""School and kind of an action that was carried out."""


def nobody_counts_acts(_school_id: str, _kind: str) -> None:
    pass


class AccountTurns(AccountWork):
    """Reads an account, or acts for it, for as long as the turn is ours. Judging is another's turn."""

    def __init__(
        self,
        house: House,
        account_id: str,
        log: Log,
        clock: Clock,
        leaving: threading.Event,
        pace: Pace,
        slowing: Slowing = as_usual,
        acted: CountActed = nobody_counts_acts,
    ) -> None:
        super().__init__(house, account_id, log, clock)
        self._unfenced, self._leaving, self._pace, self._pace_s = house, leaving, pace, pace.regular_s
        self._slowing, self._acted = slowing, acted
        self._lease: Lease | None = None
        self._checked_tasks_at: datetime | None = None
        self.at_work = threading.Lock()
        """Held for the length of a turn. A thread that lost its lease may still be at it when the account's next turn begins."""

    def poll(self, turn: Turn, lease: Lease) -> None:
        """Read what is due, and say when the next reading is. Raises LeaseLost and StoreError."""
        self._take(turn, lease)
        self._known, self._checked_at = turn.checked_at is not None, turn.checked_at
        self.do("look")
        now = self._clock()
        with self.house.database.transaction() as tx:
            left = watch.of_account(tx, turn.account_id)
            if left.waits_to_be_judged:
                turns.wake(tx, turn.account_id, Work.JUDGE, now)
            next_at, trouble = self._next_reading(left, now)
            turns.finish(tx, turn, now, max(next_at, now + AT_LEAST), self._checked_at, trouble)

    def act(self, turn: Turn, lease: Lease) -> None:
        """Send what is due, read back what was done, and see to what follows. Raises LeaseLost and StoreError."""
        self._take(turn, lease)
        with self.house.database.reading() as tx:
            found = agenda.of_account(tx, turn.account_id, self._clock())
        now = self._clock()
        jobs = [job for job in found.jobs(now) if job != "tasks" or self._may_check_tasks(now)]
        for job in jobs:
            if lease.goes_on():
                self.do(job)
        now = self._clock()
        with self.house.database.transaction() as tx:
            left = agenda.of_account(tx, turn.account_id, now) if jobs else found
            regular = now + timedelta(seconds=turn.every_s)
            next_at = regular if left.next_at is None else min(regular, max(left.next_at, now + AT_LEAST))
            turns.finish(tx, turn, now, next_at, trouble="login" if left.paused else "")

    def _may_check_tasks(self, now: datetime) -> bool:
        """Not at each of the turns that follow one another while there is much to do."""
        before = self._checked_tasks_at
        if before is not None and before <= now < before + CHECK_TASKS_EVERY:
            return False
        self._checked_tasks_at = now
        return True

    def _take(self, turn: Turn, lease: Lease) -> None:
        self._lease = lease
        self.house = replace(self._unfenced, database=fenced(self._unfenced.database, turn))

    def _watch(self, now: datetime) -> Watch:
        seen = super()._watch(now)
        slowing = self._slowing(self.house.database.school_id, self._platform.name, now)
        self._pace_s = round(self._pace.every_s(seen.last_post, seen.last_comment, now) * slowing)
        return seen

    def every_s(self, feed: Feed) -> int:
        return feed.every_s if feed.sweep else max(feed.every_s, self._pace_s)

    def _act(self) -> None:
        """What a page brought is judged and acted on in other turns; a page is a sign of life."""
        self._goes_on()

    def _do(self, job: str) -> None:
        if job == "act":
            self._carry_out()
        else:
            super()._do(job)

    def _tell_done(self, outcome: Outcome) -> None:
        super()._tell_done(outcome)
        self._acted(self.house.database.school_id, outcome.action.kind.value)

    def _goes_on(self) -> bool:
        return self._lease is not None and self._lease.goes_on()

    def _hear_unforeseen(self, job: str, error: Exception) -> None:
        if isinstance(error, StoreError):
            raise error  # Nothing can be written down: the turn is another's, or the database is away.
        super()._hear_unforeseen(job, error)

    def _next_reading(self, left: Watch, now: datetime) -> tuple[datetime, str]:
        """When some feed is due next, and what is wrong now, if anything."""
        if left.paused(now) is not None:
            return now + LOOK_AGAIN_AFTER, "login"
        states = left.feeds
        times = [
            _next(self.every_s(feed), states[feed.name], now) if feed.name in states else now
            for feed in self._platform.feeds
        ]
        failing = [state for state in states.values() if state.last_error]
        out_of_quota = any(state.not_before is not None and state.not_before > now for state in failing)
        trouble = "quota" if out_of_quota else "platform" if failing else ""
        return min(times, default=now + timedelta(seconds=self._pace_s)), trouble


def _next(every_s: int, state: comments.FeedState, now: datetime) -> datetime:
    if state.last_read_at is None:
        return now
    soon = min(every_s, RETRY_FEED_AFTER_S) if state.last_error else every_s
    return max(state.last_read_at + timedelta(seconds=soon), state.not_before or state.last_read_at)
