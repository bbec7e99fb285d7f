"""A batch that takes longer to judge than the lease of its turns: no other worker judges the same once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from moderator.detectors.toxicity import WordListScorer
from moderator.store import comments
from moderator.store.turns import Work
from moderator.trust.crew import Crew, Terms
from tests.trust.made import Trust

A_TEXT_S = 0.4


class Slow(WordListScorer):
    """Takes its time by the trust's clock, while another worker looks for something to judge."""

    def __init__(self, trust: Trust, other: Crew) -> None:
        self._trust, self._other = trust, other
        self.judged_by_other = 0

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        self._trust.later(seconds=A_TEXT_S * len(texts))
        self.judged_by_other += self._other.drain(Work.JUDGE)
        return super().score(texts)


def test_a_batch_that_takes_longer_than_its_lease_is_judged_once_and_kept(trust: Trust) -> None:
    trust.terms = Terms(timedelta(seconds=45))
    for own, platform in trust.platforms.items():
        for number in range(50):
            platform.receives(f"A lovely day at {own}, number {number}", native_id=f"{own}-{number}")
    trust.later(minutes=16)
    crew = trust.crew("reads", [Work.POLL])
    crew.drain(Work.POLL)
    slow = Slow(trust, trust.crew("second", [Work.JUDGE]))
    began = trust.now
    assert trust.crew("first", [Work.JUDGE], reads_by=slow).drain(Work.JUDGE) >= len(trust.platforms)
    assert trust.now - began > timedelta(seconds=45)
    assert slow.judged_by_other == 0
    for database in trust.databases.values():
        with database.reading() as tx:
            assert comments.unjudged(tx, 9) == []
