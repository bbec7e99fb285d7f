"""A batch that takes longer to judge than the lease of its turns: no other worker judges the same once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from moderator.detectors.toxicity import WordListScorer
from moderator.store import comments
from moderator.store.database import Transaction
from moderator.store.turns import Work
from moderator.trust.crew import Crew, Terms
from tests.trust.made import Trust


class Slow(WordListScorer):
    """Takes its time by the trust's clock, while another worker looks for something to judge."""

    def __init__(self, trust: Trust, other: Crew, a_text_s: float) -> None:
        self._trust, self._other, self._a_text_s = trust, other, a_text_s
        self.judged_by_other = 0

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        self._trust.later(seconds=self._a_text_s * len(texts))
        self.judged_by_other += self._other.drain(Work.JUDGE)
        return super().score(texts)


def read(trust: Trust) -> None:
    """Fifty comments of each school wait to be judged."""
    trust.terms = Terms(timedelta(seconds=45))
    for own, platform in trust.platforms.items():
        for number in range(50):
            platform.receives(f"A lovely day at {own}, number {number}", native_id=f"{own}-{number}")
    trust.later(minutes=16)
    trust.crew("reads", [Work.POLL]).drain(Work.POLL)


def are_judged_once(trust: Trust) -> bool:
    told = []
    for database in trust.databases.values():
        with database.reading() as tx:
            told += [comments.unjudged(tx, 9) == [], decisions_made(tx) == 50]
    return all(told)


def decisions_made(tx: Transaction) -> int:
    asked = "SELECT count(*) FROM decisions WHERE school_id = %s"
    return int(tx.session.connection().exec_driver_sql(asked, (tx.school_id,)).scalar_one())


def test_a_batch_that_takes_longer_than_its_lease_is_judged_once_and_kept(trust: Trust) -> None:
    read(trust)
    slow = Slow(trust, trust.crew("second", [Work.JUDGE]), a_text_s=0.4)
    began = trust.now
    assert trust.crew("first", [Work.JUDGE], reads_by=slow).drain(Work.JUDGE) >= len(trust.platforms)
    assert trust.now - began > timedelta(seconds=45)
    assert slow.judged_by_other == 0
    assert are_judged_once(trust)


def test_where_the_model_itself_takes_too_long_the_other_worker_judges_and_nothing_is_kept_twice(trust: Trust) -> None:
    read(trust)
    slow = Slow(trust, trust.crew("second", [Work.JUDGE]), a_text_s=2.0)
    trust.crew("first", [Work.JUDGE], reads_by=slow).drain(Work.JUDGE)
    assert slow.judged_by_other >= len(trust.platforms)
    assert are_judged_once(trust)
