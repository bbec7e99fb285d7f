"""One simulated worker: the same crew and the same queue as `moderator worker`, with the street's accounts for platforms."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from moderator.detectors.ahead import ScoredAhead
from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Account, Mode, Pupil, School
from moderator.errors import StoreError
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.policy.limits import DEFAULT
from moderator.store.database import Database
from moderator.store.turns import Turn, Wanted, Work
from moderator.trust.crew import Crew, DoTurns, Tell, Terms, tell_nobody
from moderator.trust.hands import AccountHands, JudgingHands
from moderator.trust.pace import Pace
from moderator.trust.wakeups import Wakeups
from tests.simulate.street import Clock, Corner, Line, written

AUDIT_KEY = bytes.fromhex("cd" * 32)
ROLL = Roll((Pupil("Tolliver", "Amberley", "", "Team 2"),))
SLOTS = {Work.POLL: 2, Work.ACT: 1, Work.JUDGE: 1}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated."""

    url: str
    street: Path
    folder: Path  # where each worker writes its figures
    seed: int
    accounts: int
    storms: frozenset[int]
    every_s: int
    lease_s: int
    clock: Clock
    hour_s: float = 3600.0


def school_id(number: int) -> str:
    return f"s{number:05}"


def wanted(plan: Plan) -> list[Wanted]:
    every_s = {Work.POLL: plan.every_s, Work.JUDGE: 3600, Work.ACT: 3600}
    return [Wanted(school_id(n), "a", work, s) for n in range(plan.accounts) for work, s in every_s.items()]


class Houses:
    """The houses of all schools, each made when its first turn comes."""

    def __init__(self, plan: Plan, store: Database) -> None:
        self._plan, self._store, self._line = plan, store, Line(plan.street)
        self.scorer = ScoredAhead(WordListScorer())
        self._made: dict[str, House] = {}

    def of(self, own: str) -> House:
        if own not in self._made:
            number, plan = int(own[1:]), self._plan
            account = Account("a", "street", f"@{own}", own, own)
            said = written(plan.seed, number, plan.hour_s, number in plan.storms)
            corner: Any = Corner(number, account, self._line, said, plan.every_s)
            detectors = build_detectors(School(own, f"School {own}"), ROLL, self.scorer)
            database = self._store.for_school(own, AUDIT_KEY)
            self._made[own] = House(database, {"a": corner}, detectors, DEFAULT, Mode.AUTO)
        return self._made[own]


def crew_of(
    plan: Plan, store: Database, name: str, kinds: Sequence[Work] = tuple(SLOTS), tell: Tell = tell_nobody
) -> Crew:
    log = open_log((plan.folder / f"{name}.log").open("a", encoding="utf-8"), style="json", level="warning")
    leaving, pace = threading.Event(), Pace(plan.every_s, plan.every_s, plan.every_s)
    reads, acts, judges = Houses(plan, store), Houses(plan, store), Houses(plan, store)
    hands: dict[Work, DoTurns] = {
        Work.POLL: AccountHands(Work.POLL, reads.of, log, plan.clock, leaving, pace),
        Work.ACT: AccountHands(Work.ACT, acts.of, log, plan.clock, leaving, pace),
        Work.JUDGE: JudgingHands(lambda own: (judges.of(own), judges.scorer), log, plan.clock),
    }
    terms = Terms(timedelta(seconds=plan.lease_s), 2)
    return Crew(store, {kind: hands[kind] for kind in kinds}, name, terms, log, plan.clock, tell, leaving)


def _open(url: str) -> Database:
    """What systemd does for a worker that finds no database: it is started again."""
    while True:
        try:
            return Database.open(url, school_id="")
        except StoreError:
            time.sleep(1)


def work(plan: Plan, name: str) -> None:
    """Until it is killed, or told to leave by SIGTERM: then its figures are written down."""
    store = _open(plan.url)
    done = dict.fromkeys(SLOTS, 0)

    def tell(turn: Turn, _late_s: float, _took_s: float) -> None:
        done[turn.work] += 1

    crew = crew_of(plan, store, name, tell=tell)
    log = open_log((plan.folder / f"{name}.log").open("a", encoding="utf-8"), style="json")
    Wakeups(crew, plan.url, SLOTS, log).run()
    figures = {"claims_s": list(crew.claims_s), "turns": done, "cpu_s": sum(os.times()[:2])}
    (plan.folder / f"{name}.json").write_text(json.dumps(figures), encoding="utf-8")
    store.close()
