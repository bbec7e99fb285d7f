"""No policy hides a civil complaint, thanks or a question: the shipped one does not, and one that would is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Label
from moderator.policy.limits import DEFAULT, Limit
from moderator.settings.never_hidden import never_hidden, wrongly_hidden

SCORER = WordListScorer()


def test_the_shipped_policy_hides_none_of_them() -> None:
    assert wrongly_hidden(DEFAULT, SCORER) == []


def test_there_are_enough_of_them_and_of_every_kind() -> None:
    kinds = Counter(one.kind for one in never_hidden())
    assert sum(kinds.values()) >= 30
    assert {"complaint", "thanks", "question", "friendly swearing", "staff named with thanks"} <= set(kinds)
    assert kinds["complaint"] >= 10


def test_a_policy_that_hides_one_is_told_with_its_reason() -> None:
    early = replace(DEFAULT, limits={**DEFAULT.limits, Label.CHILD_NAMED: Limit(0.1, 0.12)})

    found = wrongly_hidden(early, SCORER)

    assert {one.comment.kind for one in found} >= {"words that are names"}
    assert all("names a child" in one.reasons[0] for one in found)


def test_a_policy_is_held_against_its_strictest_hour() -> None:
    late = replace(DEFAULT, limits={**DEFAULT.limits, Label.CHILD_NAMED: Limit(0.1, 0.45)})

    def lowered(by: float) -> int:
        return len(wrongly_hidden(replace(late, duty=replace(late.duty, lowers_hide_by=by)), SCORER))

    assert lowered(0.4) > lowered(0.0)
