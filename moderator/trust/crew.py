"""One worker's hands: it takes turns of each kind, does them and says what came of them. When to wake it is another's business.

A turn that cannot be ended, since its school's files are faulty, its database is away or another worker has it, changes nothing;
its lease runs out, and somebody takes it up again.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from moderator.errors import ConfigError, ModeratorError
from moderator.logs import Log
from moderator.store import turns
from moderator.store.database import Database
from moderator.store.turns import LeaseLost, Turn, Work
from moderator.trust.lease import Lease
from moderator.worker import Clock

FAULTY_AGAIN_AFTER = timedelta(minutes=5)
QUIET = timedelta(minutes=2)
"""Without any turn for so long there was an outage, and what is overdue begins anew one after another."""
SPREAD_OVER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Terms:
    """How turns are taken: the length of a lease, and how many turns of one kind a school may have in workers' hands."""

    lease: timedelta = timedelta(seconds=45)
    per_school: int = 2
    slice_s: float = 20.0  # how long one wake-up works on before it gives way to the next


class DoTurns(Protocol):
    """Does claimed turns to their end, and finishes each. `at_once`: how many are claimed together."""

    at_once: int

    def __call__(self, held: Sequence[tuple[Turn, Lease]]) -> None:
        """Raises LeaseLost, ConfigError and StoreError; what was not finished by then is as if not begun."""


Tell = Callable[[Turn, float, float], None]
"""Told of each turn that ended: how late it was claimed and how long it took, in seconds."""


TellClaim = Callable[[Work, float], None]
"""Told of each claim: of which kind, and how long it took, in seconds."""


def tell_nobody(_turn: Turn, _late_s: float, _took_s: float) -> None:
    pass


def tell_nobody_of_claims(_work: Work, _seconds: float) -> None:
    pass


def ask_nobody() -> None:
    pass


class Crew:
    """Takes turns until it is told to leave. Safe to be woken by several threads at once."""

    def __init__(
        self,
        database: Database,
        hands: Mapping[Work, DoTurns],
        name: str,
        terms: Terms,
        log: Log,
        clock: Clock,
        tell: Tell = tell_nobody,
        leaving: threading.Event | None = None,
        claimed: TellClaim = tell_nobody_of_claims,
    ) -> None:
        """`leaving` is what the hands look at as well."""
        self._database, self._hands, self.name, self._terms = database, hands, name, terms
        self._log, self._clock, self._tell, self._claimed = log, clock, tell, claimed
        self.leaving = leaving or threading.Event()
        self.claims_s: deque[float] = deque(maxlen=10_000)
        """How long the last claims took, in seconds."""
        self._waking = threading.Lock()
        self._looked_at: dict[Work, datetime] = {}  # when a turn of each kind was last asked for

    @property
    def kinds(self) -> tuple[Work, ...]:
        return tuple(self._hands)

    def arrive(self) -> None:
        """Where no worker was there for a while, let what became due meanwhile begin over some minutes. Raises StoreError."""
        for work in self._hands:
            self._spread(work)

    def _spread(self, work: Work) -> None:
        with self._database.transaction() as tx:
            if put_off := turns.spread(tx, work, self._clock(), QUIET, SPREAD_OVER):
                self._log.warning("turns.spread", work=work.value, turns=put_off)

    def _wake_up(self, work: Work) -> None:
        """A worker that has not looked for a while was asleep, and perhaps all others with it: as when one arrives."""
        with self._waking:  # The other threads claim nothing before what is overdue is spread.
            before = self._looked_at.get(work)
            if before is not None and self._clock() - before > QUIET:
                self._spread(work)
            self._looked_at[work] = self._clock()

    def drain(self, work: Work, call_for_help: Callable[[], None] = ask_nobody) -> int:
        """Take turns of a kind until none is due, the slice of time is over or the crew leaves; returns how many were done.

        Where there is work at all, others are called to help once. Raises StoreError where the database cannot be reached.
        """
        done, called, until = 0, False, time.monotonic() + self._terms.slice_s
        while not self.leaving.is_set() and time.monotonic() < until:
            held = self._claim(work)
            if not held:
                break
            if not called:
                called = True
                call_for_help()
            done += self._do(work, held)
        return done

    def _claim(self, work: Work) -> list[Turn]:
        self._wake_up(work)
        began, terms = time.perf_counter(), self._terms
        with self._database.transaction() as tx:
            held = turns.claim(
                tx, work, self.name, self._clock(), terms.lease, self._hands[work].at_once, terms.per_school
            )
        took = time.perf_counter() - began
        self.claims_s.append(took)
        self._claimed(work, took)
        return held

    def _do(self, work: Work, held: Sequence[Turn]) -> int:
        began = self._clock()
        leases = [Lease(self._database, turn, self._terms.lease, self._clock, self.leaving) for turn in held]
        try:
            self._hands[work](list(zip(held, leases, strict=True)))
        except LeaseLost as error:
            self._log.warning("turn.lost", work=work.value, detail=str(error))
            return 0
        except ConfigError as error:
            self._put_off(held, error)
            return 0
        for turn in held:
            self._tell(turn, (began - turn.due_at).total_seconds(), (self._clock() - began).total_seconds())
        return len(held)

    def _put_off(self, held: Sequence[Turn], error: ModeratorError) -> None:
        """A school whose files are faulty waits for a person, and holds up no other."""
        now = self._clock()
        for turn in held:
            self._log.error("school.faulty", school=turn.school_id, work=turn.work.value, detail=str(error))
            with suppress(LeaseLost), self._database.transaction() as tx:  # As where the school was just taken away.
                turns.finish(tx, turn, now, now + FAULTY_AGAIN_AFTER, trouble="files")

    def leave(self) -> None:
        """Work in hand ends; nothing more is begun."""
        self.leaving.set()

    def hand_back(self) -> int:
        """What this worker holds and will not end is anybody's at once; returns how many turns. Raises StoreError."""
        with self._database.transaction() as tx:
            return turns.hand_back(tx, self.name, self._clock())
