"""All rules are heard, and one decision comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.domain import POLICY, Case, Decision, Finding, Label, Mode, RuleState, Ruling, Standing, Verdict
from moderator.policy.decide import decide
from moderator.policy.heard import Heard
from moderator.policy.limits import DEFAULT, Policy
from moderator.policy.rules import RULES, Rule
from moderator.policy.words import RuleTerms
from tests.conftest import NOON
from tests.policy.cases import ban, case, comment, decided, found, strike

FINDINGS = st.lists(st.builds(found, st.sampled_from(list(Label)), st.floats(0, 1)), max_size=6)
STATES = st.dictionaries(st.sampled_from([rule.__name__ for rule in RULES]), st.sampled_from(list(RuleState)))
STANDINGS = st.builds(
    Standing,
    strikes=st.lists(st.builds(strike, st.integers(1, 300), confirmed=st.booleans()), max_size=4).map(tuple),
    bans=st.sampled_from([(), (ban(),)]),
)
HOUR = timedelta(hours=1)


def with_states(states: Mapping[str, RuleState]) -> Policy:
    """The shipped policy with some rules in another state."""
    changed = {name: RuleTerms(state, DEFAULT.terms(name).says) for name, state in states.items()}
    return replace(DEFAULT, rules={**DEFAULT.rules, **changed})


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


def a_rule_that_wants_removal(_heard: Heard) -> Verdict | None:
    """Removes everything."""
    return Verdict("a_rule_that_wants_removal", Ruling.REMOVE, "because")


@pytest.mark.parametrize("mode", list(Mode))
def test_the_machine_never_removes_whatever_a_rule_asks(mode: Mode) -> None:
    decision = decide(case(), DEFAULT, mode, NOON, [a_rule_that_wants_removal])
    assert decision.ruling is (Ruling.QUEUE if mode is Mode.QUEUE else Ruling.HIDE)


@given(FINDINGS, st.permutations(RULES), STATES, STANDINGS, st.sampled_from(list(Mode)), st.booleans())
def test_the_order_of_rules_and_findings_never_matters_whatever_their_states(
    findings: list[Finding],
    shuffled: list[Rule],
    states: dict[str, RuleState],
    standing: Standing,
    mode: Mode,
    on_duty: bool,
) -> None:
    policy = with_states(states)
    heard = Case(comment(), tuple(findings), standing=standing)
    now = NOON if on_duty else NOON + 12 * HOUR
    first = decide(heard, policy, mode, now)

    assert decide(heard, policy, mode, now, shuffled) == first
    assert decide(replace(heard, findings=tuple(reversed(findings))), policy, mode, now) == first


@given(FINDINGS, STATES, STANDINGS)
def test_what_rules_in_shadow_say_is_recorded_and_decides_nothing(
    findings: list[Finding], states: dict[str, RuleState], standing: Standing
) -> None:
    heard = Case(comment(), tuple(findings), standing=standing)
    both = decide(heard, with_states(states), Mode.AUTO, NOON)
    drafts = {name: RuleState.DRAFT if state is RuleState.SHADOW else state for name, state in states.items()}
    live_alone = decide(heard, with_states(drafts), Mode.AUTO, NOON)

    assert replace(both, verdicts=()) == replace(live_alone, verdicts=())
    live = [verdict for verdict in both.verdicts if verdict.state is RuleState.LIVE]
    assert tuple(live) == live_alone.verdicts
    for verdict in both.verdicts:
        assert states.get(verdict.rule, RuleState.LIVE) is verdict.state
        if verdict.state is RuleState.SHADOW:
            assert (verdict.urgent, verdict.strike, verdict.follow_up, verdict.caps) == (False, False, None, ())


def test_a_rule_in_shadow_is_heard_and_one_in_draft_is_not() -> None:
    policy = with_states({"contact_details": RuleState.SHADOW, "an_insult": RuleState.DRAFT})
    decision = decide(case(found(Label.CONTACT, 0.95), found(Label.INSULT, 0.95)), policy, Mode.AUTO, NOON)

    assert decision.ruling is Ruling.ALLOW
    assert [(verdict.rule, verdict.state, verdict.ruling) for verdict in decision.verdicts] == [
        ("contact_details", RuleState.SHADOW, Ruling.HIDE)
    ]


def test_each_reason_ends_with_the_line_of_the_policy_that_the_rule_serves() -> None:
    decision = judge(found(Label.CONTACT, 0.95), found(Label.THREAT, 0.9))
    assert [reason.rsplit("; policy: ")[1] for reason in decision.reasons] == [
        "“The school will act as immediately as possible on any …”",
        "“Parents must treat all interactions with an official school …”",
    ]


def test_a_decision_names_the_policy_it_was_made_by() -> None:
    assert judge().policy_version == DEFAULT.version


@given(FINDINGS, st.sampled_from(list(Mode)))
def test_what_is_not_allowed_always_has_a_reason(findings: list[Finding], mode: Mode) -> None:
    decision = decide(case(*findings), DEFAULT, mode, NOON)
    assert (decision.ruling is Ruling.ALLOW) == (decision.reasons == ())
    assert decision.ruling is not Ruling.REMOVE
