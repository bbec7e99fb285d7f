"""The school's policy, sentence by sentence: each has a rule, each rule has cases, and each case ends as it says.

To see the table: pytest tests/policy/test_policy_lines.py -s -k table
"""

from __future__ import annotations

import pytest

from moderator.domain import RuleState
from moderator.policy.rules import RULES
from moderator.settings import read_policy
from tests.policy.lines import SHIPPED, LineCase, decided, printed, read_cases, table

POLICY = read_policy(SHIPPED)
CASES = read_cases()
ROWS = table(POLICY, CASES)
NAMES = [rule.__name__ for rule in RULES]


def test_the_table_of_sentences_rules_and_cases_is_whole() -> None:
    print(f"\n{printed(ROWS)}")
    sentences = {row.sentence for row in ROWS}

    assert len(sentences) >= 20
    assert sentences == {row.sentence for row in ROWS if row.cases}, "a sentence without a case"
    assert set(NAMES) == {row.rule for row in ROWS if row.cases}, "a rule without a sentence or a case"


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_is_live_only_with_a_case_where_it_speaks_and_a_near_miss(name: str) -> None:
    assert {case.silent for case in CASES if case.rule == name} == {True, False} or POLICY.state(
        name
    ) is not RuleState.LIVE, f"{name}: add cases to tests/cases/policy_lines.toml, or let it be a draft"


@pytest.mark.parametrize("row", CASES, ids=lambda row: f"{row.rule}: {row.why}")
def test_each_case_names_a_sentence_of_its_rule_or_is_a_near_miss(row: LineCase) -> None:
    says = POLICY.terms(row.rule).says
    assert row.silent != bool(row.line), "a case speaks for a sentence, or is a near miss"
    assert row.silent or len([sentence for sentence in says if sentence.startswith(row.line)]) == 1


@pytest.mark.parametrize("row", CASES, ids=lambda row: f"{row.rule}: {row.why}")
def test_each_case_ends_as_it_says(row: LineCase) -> None:
    decision = decided(row, POLICY)

    spoke = {verdict.rule: verdict for verdict in decision.verdicts}
    assert (row.rule not in spoke) is row.silent, decision.reasons
    assert (decision.ruling, decision.urgent) == (row.ruling, row.urgent), decision.reasons
    if not row.silent:
        assert spoke[row.rule].reason.endswith(f"; policy: {POLICY.terms(row.rule).quote}")
