"""Why a comment waits, in a sentence: every rule has one, and none of them holds a figure or is said twice."""

from __future__ import annotations

import re

import pytest

from moderator.domain import Finding, Label, RuleState, Ruling, Verdict
from moderator.policy.rules import RULES
from moderator.policy.why import CERTAIN, PERHAPS, TOLD, UNDER, VAGUE, all_of, why, without_figures

NAMES = [rule.__name__ for rule in RULES]


def said(rule: str, score: float = 0.93, state: RuleState = RuleState.LIVE, reason: str = "") -> Verdict:
    seen = (Finding(Label.INSULT, score, (0, 4), "words", "1"),)
    told = reason or f"insult {score:.2f} (limit 0.80), word list; policy: “Any comment”"
    return Verdict(rule, Ruling.HIDE, told, seen, state=state)


@pytest.mark.parametrize("rule", NAMES)
def test_every_rule_has_a_sentence_without_a_figure(rule: str) -> None:
    assert (rule in PERHAPS) + (rule in CERTAIN) + (rule in TOLD) == 1

    sentence = why(said(rule, reason="its author is banned" if rule in TOLD else ""))

    assert not re.search(r"\d\.\d", sentence)
    assert sentence.endswith(".")
    assert sentence[0].isupper()


def test_no_words_stand_for_a_rule_that_is_not_there() -> None:
    assert {*PERHAPS, *CERTAIN, *TOLD, *UNDER, *VAGUE} <= set(NAMES)


@pytest.mark.parametrize(("score", "how"), [(0.95, "Very likely"), (0.75, "Likely"), (0.55, "Perhaps")])
def test_a_score_is_told_in_words(score: float, how: str) -> None:
    assert why(said("an_insult", score)) == f"{how}: insults somebody."


def test_what_one_sentence_says_another_does_not_repeat() -> None:
    verdicts = [said("an_insult_beside_a_childs_name"), said("an_insult"), said("a_child_named")]

    assert all_of(verdicts) == ["Very likely: insults somebody, and names a child."]


def test_what_is_vague_is_said_only_where_nothing_else_is() -> None:
    assert all_of([said("something_harmful"), said("spam")]) == ["Very likely: an advert or a scam."]
    assert len(all_of([said("something_harmful")])) == 1


def test_rules_that_are_tried_out_say_nothing() -> None:
    assert all_of([said("spam", state=RuleState.SHADOW)]) == []


def test_reasons_of_old_lose_their_figures() -> None:
    assert without_figures("insults somebody: insult 0.93 (limit 0.80); policy: “Any comment”") == "insults somebody"
    assert without_figures("spam 0.70 (limit 0.60)") == ""
    assert without_figures("somebody asked") == "somebody asked"
