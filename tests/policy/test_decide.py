from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.domain import POLICY, Case, Decision, Finding, Label, Mode, Ruling, Verdict
from moderator.policy.decide import decide
from moderator.policy.limits import DEFAULT, Policy
from moderator.policy.rules import RULES
from tests.conftest import NOON
from tests.policy.cases import case, comment, decided, found

FINDINGS = st.lists(st.builds(found, st.sampled_from(list(Label)), st.floats(0, 1)), max_size=6)


def judge(*findings: Finding, mode: Mode = Mode.AUTO) -> Decision:
    return decide(case(*findings), DEFAULT, mode, NOON)


def test_a_comment_in_which_nothing_is_found_is_allowed_without_reasons() -> None:
    decision = judge()
    assert (decision.ruling, decision.reasons, decision.labels, decision.urgent) == (Ruling.ALLOW, (), (), False)
    assert (decision.decided_by, decision.decided_at, decision.version) == (POLICY, NOON, 1)


def test_the_gravest_verdict_rules_and_every_reason_is_told_gravest_first() -> None:
    decision = judge(found(Label.PERSON_TAGGED, 0.95), found(Label.CONTACT, 0.9))
    assert decision.ruling is Ruling.HIDE
    assert [reason.split(":")[0] for reason in decision.reasons] == ["gives contact details", "tags a person"]
    assert decision.labels == (Label.PERSON_TAGGED, Label.CONTACT)


def test_labels_are_those_over_their_queue_limit() -> None:
    assert judge(found(Label.SPAM, 0.6), found(Label.INSULT, 0.2)).labels == (Label.SPAM,)


def test_in_queue_mode_nothing_is_hidden_without_a_person() -> None:
    decision = judge(found(Label.CONTACT, 0.95), mode=Mode.QUEUE)
    assert decision.ruling is Ruling.QUEUE
    assert decision.reasons[0].startswith("queue mode: ")
    assert len(decision.reasons) == 2


def test_in_shadow_the_ruling_stays_and_the_mode_is_recorded() -> None:
    decision = judge(found(Label.CONTACT, 0.95), mode=Mode.SHADOW)
    assert (decision.ruling, decision.mode) == (Ruling.HIDE, Mode.SHADOW)


def test_a_threat_is_urgent_and_an_insult_is_not() -> None:
    assert judge(found(Label.THREAT, 0.9)).urgent
    assert not judge(found(Label.INSULT, 0.9)).urgent


def test_an_edit_of_a_hidden_comment_waits_for_a_person() -> None:
    decision = decide(Case(comment(version=2), previous=decided(Ruling.HIDE)), DEFAULT, Mode.AUTO, NOON)
    assert decision.ruling is Ruling.QUEUE
    assert decision.version == 2


def a_rule_that_wants_removal(_case: Case, _policy: Policy) -> Verdict | None:
    """Removes everything."""
    return Verdict("a_rule_that_wants_removal", Ruling.REMOVE, "because")


@pytest.mark.parametrize("mode", list(Mode))
def test_the_machine_never_removes_whatever_a_rule_asks(mode: Mode) -> None:
    decision = decide(case(), DEFAULT, mode, NOON, [a_rule_that_wants_removal])
    assert decision.ruling is (Ruling.QUEUE if mode is Mode.QUEUE else Ruling.HIDE)


@given(FINDINGS, st.permutations(RULES), st.sampled_from(list(Mode)))
def test_the_order_of_rules_and_findings_never_matters(
    findings: list[Finding], rules: list[object], mode: Mode
) -> None:
    shuffled = [rule for rule in rules if callable(rule)]
    assert len(shuffled) == len(RULES)
    first = decide(case(*findings), DEFAULT, mode, NOON)
    assert decide(case(*findings), DEFAULT, mode, NOON, shuffled) == first
    again = decide(case(*reversed(findings)), DEFAULT, mode, NOON)
    assert (again.ruling, again.reasons, again.labels, again.urgent) == (
        first.ruling,
        first.reasons,
        first.labels,
        first.urgent,
    )


@given(FINDINGS, st.sampled_from(list(Mode)))
def test_what_is_not_allowed_always_has_a_reason(findings: list[Finding], mode: Mode) -> None:
    decision = decide(case(*findings), DEFAULT, mode, NOON)
    assert (decision.ruling is Ruling.ALLOW) == (decision.reasons == ())
    assert decision.ruling is not Ruling.REMOVE
