"""What each kind of turn asks for: an account's reading and acting, the judging of many, a school's letters, its retention."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

from moderator.detectors.ahead import ScoredAhead
from moderator.errors import ConfigError
from moderator.logs import Log
from moderator.pipeline import House, Judged, keep
from moderator.reports.rounds import Rounds
from moderator.store import agenda, alerts, turns
from moderator.store.turns import LeaseLost, Turn, Work, fenced
from moderator.trust import judging
from moderator.trust.account import AccountTurns, CountActed, Slowing, as_usual, nobody_counts_acts
from moderator.trust.lease import Lease
from moderator.trust.pace import Pace
from moderator.worker import Clock

Held = Sequence[tuple[Turn, Lease]]
HouseOf = Callable[[str], House]
"""A school's house by the school's id; another one once its files changed. Raises ConfigError."""
JudgingHouseOf = Callable[[str], tuple[House, ScoredAhead]]
"""The same with the scorer that the house reads by, which other houses share."""
RENEW_EVERY_S = 5.0
ALERTS_EVERY = timedelta(seconds=60)
"""While an alert is open somebody else may have to be called."""


CountJudged = Callable[[str, int], None]
"""School, and how many comments of it were judged."""


def nobody_counts_judged(_school_id: str, _comments: int) -> None:
    pass


class AccountHands:
    """Reads accounts, or acts for them: one account at a time, each in its own turn."""

    at_once = 1

    def __init__(
        self,
        work: Work,
        house_of: HouseOf,
        log: Log,
        clock: Clock,
        leaving: threading.Event,
        pace: Pace,
        slowing: Slowing = as_usual,
        acted: CountActed = nobody_counts_acts,
    ) -> None:
        self._work, self._house_of, self._log, self._clock = work, house_of, log, clock
        self._leaving, self._pace, self._slowing, self._acted = leaving, pace, slowing, acted
        self._known: dict[tuple[str, str], tuple[House, AccountTurns]] = {}

    def __call__(self, held: Held) -> None:
        for turn, lease in held:
            account = self._account(turn)
            with account.at_work:
                (account.poll if self._work is Work.POLL else account.act)(turn, lease)

    def _account(self, turn: Turn) -> AccountTurns:
        """The account as this worker knows it: what it warned of stands in memory, so that it is told once."""
        key, house = (turn.school_id, turn.account_id), self._house_of(turn.school_id)
        found = self._known.get(key)
        if found is not None and found[0] is house and not found[1].at_work.locked():
            return found[1]
        if turn.account_id not in house.platforms:
            raise ConfigError(f"{turn.school_id} has no account {turn.account_id} any more.")
        log = self._log.bind(school=turn.school_id)
        made = AccountTurns(
            house, turn.account_id, log, self._clock, self._leaving, self._pace, self._slowing, self._acted
        )
        self._known[key] = house, made
        return made


class JudgingHands:
    """Judges what waits in several schools at once. One thread reads a batch while another keeps what it decided."""

    def __init__(
        self,
        house_of: JudgingHouseOf,
        log: Log,
        clock: Clock,
        at_once: int = 16,
        judged: CountJudged = nobody_counts_judged,
    ) -> None:
        self._house_of, self._log, self._clock, self.at_once = house_of, log, clock, at_once
        self._judged = judged
        self._one = threading.Lock()

    def __call__(self, held: Held) -> None:
        ready = [(turn, *found) for turn, _ in held if (found := self._house(turn)) is not None]
        to_judge = {turn for turn, _, _ in ready}
        now, renew = self._clock(), partial(_renew, [lease for turn, lease in held if turn in to_judge])
        cases = judging.gather([(house, turn.account_id) for turn, house, _ in ready], now)
        with self._alone(renew):
            judged = judging.judge([(house, scorer) for _, house, scorer in ready], cases, now, renew)
        for (turn, house, _), some in zip(ready, judged, strict=True):
            with suppress(LeaseLost):  # Another worker judges these; what is recorded twice is kept once.
                self._finish(turn, house, some)

    @contextmanager
    def _alone(self, renew: Callable[[], None]) -> Iterator[None]:
        """One thread judges at a time; whoever waits for it keeps its turns meanwhile."""
        while not self._one.acquire(timeout=RENEW_EVERY_S):
            renew()
        try:
            yield
        finally:
            self._one.release()

    def _house(self, turn: Turn) -> tuple[House, ScoredAhead] | None:
        try:
            house, scorer = self._house_of(turn.school_id)
        except ConfigError as error:
            # A school whose files are faulty holds up no other school of the batch.
            self._log.error("school.faulty", school=turn.school_id, work=turn.work.value, detail=str(error))
            return None
        return replace(house, database=fenced(house.database, turn)), scorer

    def _finish(self, turn: Turn, house: House, judged: Sequence[Judged]) -> None:
        now = self._clock()
        with house.database.transaction() as tx:
            keep(tx, judged)
            more = agenda.waits_to_be_judged(tx, turn.account_id)
            turns.finish(tx, turn, now, now if more else now + timedelta(seconds=turn.every_s))
        if judged:
            self._judged(turn.school_id, len(judged))
            self._log.info("turn.judged", school=turn.school_id, account=turn.account_id, comments=len(judged))


def _renew(leases: list[Lease]) -> None:
    """Keep these turns, in the midst of a batch. One that is lost is kept no more; that is met when it is to be ended."""
    for lease in list(leases):
        try:
            lease.goes_on()
        except LeaseLost:
            leases.remove(lease)


RoundsOf = Callable[[House, str], Sequence[Rounds]]
"""The rounds beside the accounts that a school has: its alerts and letters, or its retention."""


class SchoolHands:
    """Does a school's rounds: what the daemon of one school does beside its accounts."""

    at_once = 1

    def __init__(self, house_of: HouseOf, rounds_of: RoundsOf, clock: Clock) -> None:
        self._house_of, self._rounds_of, self._clock = house_of, rounds_of, clock
        self._known: dict[str, tuple[House, Sequence[Rounds]]] = {}

    def __call__(self, held: Held) -> None:
        for turn, lease in held:
            house = self._house_of(turn.school_id)
            mine = replace(house, database=fenced(house.database, turn))
            for each in self._rounds(house, turn.school_id):
                if lease.goes_on():
                    each.house = mine
                    each.once()
            now = self._clock()
            with mine.database.transaction() as tx:
                soon = turn.work is Work.REPORT and bool(alerts.open_alerts(tx))
                wait = ALERTS_EVERY if soon else timedelta(seconds=turn.every_s)
                turns.finish(tx, turn, now, now + wait)

    def _rounds(self, house: House, school_id: str) -> Sequence[Rounds]:
        found = self._known.get(school_id)
        if found is None or found[0] is not house:
            found = self._known[school_id] = house, self._rounds_of(house, school_id)
        return found[1]
