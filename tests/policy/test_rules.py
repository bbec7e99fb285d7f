from __future__ import annotations

import pytest

from moderator.domain import Label, Ruling
from moderator.policy.heard import hear
from moderator.policy.limits import DEFAULT, NEVER, Limit, Policy
from moderator.policy.rules import RULES
from tests.conftest import NOON
from tests.policy.cases import CASES, RuleCase, case, found

BY_NAME = {rule.__name__: rule for rule in RULES}


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.rule}: {row.why}") for row in CASES])
def test_each_rule_says_what_its_sentence_says(row: RuleCase) -> None:
    verdict = BY_NAME[row.rule](hear(row.case, DEFAULT, NOON))
    assert (verdict.ruling if verdict else None) == row.says
    if verdict:
        assert verdict.rule == row.rule, "the audit line names the rule by its function's name"
        assert verdict.reason
        assert set(verdict.because) <= set(row.case.findings)


def test_every_rule_has_a_sentence_and_a_case_for_and_against() -> None:
    for name, rule in BY_NAME.items():
        assert (rule.__doc__ or "").strip().endswith("."), name
        said = {row.says for row in CASES if row.rule == name}
        assert None in said, f"{name}: no case where it keeps silent"
        assert len(said) > 1, f"{name}: no case where it speaks"


def test_a_reason_tells_score_limit_and_why_but_never_the_words() -> None:
    verdict = BY_NAME["a_child_named"](hear(case(found(Label.CHILD_NAMED, 0.9)), DEFAULT, NOON))
    assert verdict is not None
    assert "0.90 (limit 0.85), why it counts" in verdict.reason
    assert "words" not in verdict.reason


@pytest.mark.parametrize("label", list(Label))
def test_only_labels_the_policy_calls_urgent_are_urgent(label: Label) -> None:
    verdicts = [rule(hear(case(found(label, 1.0)), DEFAULT, NOON)) for rule in RULES]
    assert any(verdict.urgent for verdict in verdicts if verdict) == (label in DEFAULT.urgent)


@pytest.mark.parametrize("score", [0.6, 0.9, 1.0])
@pytest.mark.parametrize("label", list(Label))
def test_nothing_of_a_label_is_hidden_where_the_school_says_never(label: Label, score: float) -> None:
    never = Policy({one: Limit(0.5, NEVER) for one in Label}, frozenset(), "never")
    both = case(found(label, score), found(Label.CHILD_NAMED, score), found(Label.INSULT, score))
    said = {verdict.ruling for rule in RULES if (verdict := rule(hear(both, never, NOON)))}
    assert said == {Ruling.QUEUE}
