"""A trust of a few schools in one PostgreSQL, each with a platform kept in a list, and crews that share its work."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from moderator.detectors.ahead import ScoredAhead
from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import ToxicityScorer, WordListScorer
from moderator.domain import Account, Mode, Pupil, School
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.platforms.memory import Memory
from moderator.policy.limits import DEFAULT
from moderator.store import turns
from moderator.store.database import Database
from moderator.store.tables import TurnRow
from moderator.store.turns import Wanted, Work
from moderator.trust.account import nobody_counts_acts
from moderator.trust.crew import Crew, DoTurns, Terms, tell_nobody, tell_nobody_of_claims
from moderator.trust.figures import WorkerFigures
from moderator.trust.hands import AccountHands, JudgingHands, nobody_counts_judged
from moderator.trust.pace import Pace
from tests.conftest import NOON

AUDIT_KEY = "cd" * 32
CHILD = "Well done Tolliver Amberley!"
ROLL = Roll((Pupil("Tolliver", "Amberley", "", "Team 2"),))
REGULAR = Pace()
EVERY_S = {Work.POLL: 300, Work.JUDGE: 900, Work.ACT: 3600}


def school_id(number: int) -> str:
    return f"school-{number}"


@dataclass
class Trust:
    """Some schools with an account each, and a clock to turn."""

    store: Database  # of no school: for turns alone
    url: str
    schools: int
    now: datetime = NOON
    platforms: dict[str, Memory] = field(default_factory=dict)
    databases: dict[str, Database] = field(default_factory=dict)
    log: io.StringIO = field(default_factory=io.StringIO)
    terms: Terms = field(default_factory=lambda: Terms(timedelta(seconds=120)))

    def __post_init__(self) -> None:
        for number in range(self.schools):
            own = school_id(number)
            account = Account("youtube", "youtube", f"@{own}", f"UC{number}", school_id=own)
            self.platforms[own] = Memory(account, batch=50)
            self.databases[own] = replace(self.store, school_id=own)
        with self.store.transaction() as tx:
            wanted = [
                Wanted(own, "youtube", work, every_s) for own in self.platforms for work, every_s in EVERY_S.items()
            ]
            turns.enlist(tx, wanted, self.now)

    def clock(self) -> datetime:
        return self.now

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def crew(
        self,
        name: str = "first",
        only: Sequence[Work] = tuple(EVERY_S),
        pace: Pace = REGULAR,
        figures: WorkerFigures | None = None,
        reads_by: ToxicityScorer | None = None,
    ) -> Crew:
        """A worker of its own, with houses of its own."""
        log, leaving = open_log(self.log, style="json"), threading.Event()
        scorer = ScoredAhead(reads_by or WordListScorer())
        houses: dict[str, House] = {}

        def house_of(own: str) -> House:
            if own not in houses:
                school = School(own, f"The school {own}")
                houses[own] = House(
                    self.databases[own],
                    {"youtube": self.platforms[own]},
                    build_detectors(school, ROLL, scorer),
                    DEFAULT,
                    Mode.AUTO,
                )
            return houses[own]

        judged, acted = (figures.judged, figures.acted) if figures else (nobody_counts_judged, nobody_counts_acts)
        turned, claimed = (figures.turned, figures.claimed) if figures else (tell_nobody, tell_nobody_of_claims)
        hands: dict[Work, DoTurns] = {
            Work.POLL: AccountHands(Work.POLL, house_of, log, self.clock, leaving, pace),
            Work.JUDGE: JudgingHands(lambda own: (house_of(own), scorer), log, self.clock, judged=judged),
            Work.ACT: AccountHands(Work.ACT, house_of, log, self.clock, leaving, pace, acted=acted),
        }
        chosen = {work: hands[work] for work in only}
        return Crew(self.store, chosen, name, self.terms, log, self.clock, turned, leaving, claimed)

    def round(self, crew: Crew) -> None:
        """All that is due now, once."""
        for work in (Work.POLL, Work.JUDGE, Work.ACT):
            crew.drain(work)

    def turn(self, own: str, work: Work) -> TurnRow:
        with self.store.reading() as tx:
            (row,) = turns.all_turns(tx, own, work)
        return row


@contextmanager
def trust_at(url: str, schools: int) -> Iterator[Trust]:
    store = Database.open(url, audit_key=AUDIT_KEY, school_id="")
    try:
        yield Trust(store, url, schools)
    finally:
        store.close()
