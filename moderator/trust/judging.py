"""Judges what waits in many schools as one batch: the model reads all their words together, each school decides alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from moderator.detectors.ahead import ScoredAhead, nobody_waits
from moderator.detectors.excerpt import excerpt
from moderator.domain import Case
from moderator.pipeline import House, Judged

AT_ONCE = 256
"""Comments judged in one batch; of these each account has an equal share, so that a storm in one school waits its turn."""


def gather(houses: Sequence[tuple[House, str]], now: datetime) -> list[list[Case]]:
    """What waits on each of these accounts, up to its share of a batch. What the shares of others leave over goes unused."""
    share = max(1, AT_ONCE // max(1, len(houses)))
    return [house.cases(now, account_id, share) for house, account_id in houses]


def judge(
    houses: Sequence[tuple[House, ScoredAhead]],
    cases: Sequence[Sequence[Case]],
    now: datetime,
    between: Callable[[], None] = nobody_waits,
) -> list[list[Judged]]:
    """Each house's own decisions on its own comments. Only the words reach the scorer: it does not know whose they are.

    `between` is called again and again meanwhile, as a sign of life.
    """

    def judge_one(house: House, case: Case) -> Judged:
        between()
        return house.judge_one(case, now)

    texts: dict[ScoredAhead, list[str]] = {}
    for (_, scorer), some in zip(houses, cases, strict=True):
        texts.setdefault(scorer, []).extend(excerpt(case.comment).comment.text for case in some)
    for scorer, waiting in texts.items():
        scorer.ahead(waiting, between)
    return [[judge_one(house, case) for case in some] for (house, _), some in zip(houses, cases, strict=True)]
