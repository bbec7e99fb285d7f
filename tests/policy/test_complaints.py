"""Criticism of the school is never hidden by a machine; what is hidden in it is hidden for something else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderator.domain import TEXT, Case, Decision, Finding, Label, Mode, RuleState, Ruling, Verdict
from moderator.policy.decide import decide
from moderator.policy.heard import Heard
from moderator.policy.limits import DEFAULT, Limit
from tests.conftest import NOON
from tests.policy.cases import case, found

GRIEVANCE = found(Label.COMPLAINT, 0.75, phrase="not good enough", span=(0, 15))
CLOWNS = found(Label.INSULT, 0.7, phrase="clowns", span=(20, 26))
SWEARING = found(Label.PROFANITY, 0.95, phrase="fucking", span=(30, 37))


def judge(*findings: Finding) -> Decision:
    return decide(case(*findings), DEFAULT, Mode.AUTO, NOON)


def said(decision: Decision, rule: str = "complaint_is_not_abuse") -> str:
    return next(verdict.reason for verdict in decision.verdicts if verdict.rule == rule)


def test_swearing_that_would_be_hidden_waits_for_a_person_in_a_complaint() -> None:
    assert judge(SWEARING).ruling is Ruling.HIDE

    decision = judge(GRIEVANCE, SWEARING)

    assert decision.ruling is Ruling.QUEUE
    assert "a person looks at the words: “fucking”" in said(decision)
    assert ", queue instead of hide: complaint_is_not_abuse; policy: " in said(decision, "swearing")


def test_a_mild_insult_waits_though_the_school_hides_insults_early() -> None:
    early = replace(DEFAULT, limits={**DEFAULT.limits, Label.INSULT: Limit(0.3, 0.5)})

    assert decide(case(CLOWNS), early, Mode.AUTO, NOON).ruling is Ruling.HIDE
    assert decide(case(GRIEVANCE, CLOWNS), early, Mode.AUTO, NOON).ruling is Ruling.QUEUE


def test_a_strong_insult_is_hidden_and_the_reason_says_which_words() -> None:
    decision = judge(GRIEVANCE, SWEARING, found(Label.INSULT, 0.95, phrase="fat cow", span=(40, 47)))

    assert decision.ruling is Ruling.HIDE
    assert said(decision).startswith(
        "criticism of the school may stay, but it also insults strongly: “fat cow”, “fucking”"
    )


@pytest.mark.parametrize(
    "label", [Label.CHILD_NAMED, Label.CONTACT, Label.THREAT, Label.HATE, Label.SEXUAL, Label.IMPERSONATION]
)
def test_what_no_complaint_needs_is_hidden_in_one_all_the_same(label: Label) -> None:
    assert judge(GRIEVANCE, SWEARING, found(label, 1.0)).ruling is Ruling.HIDE


def test_an_insult_beside_a_childs_name_is_no_criticism() -> None:
    decision = judge(GRIEVANCE, CLOWNS, found(Label.CHILD_NAMED, 0.6, span=(50, 55)))
    assert decision.ruling is Ruling.HIDE


def test_rough_words_that_hold_a_childs_name_are_told_by_their_place() -> None:
    insult = found(Label.INSULT, 0.7, phrase="stupid Alfie boy", span=(10, 26))
    decision = judge(GRIEVANCE, insult, found(Label.CHILD_NAMED, 0.9, phrase="Alfie", span=(17, 22)))

    assert "characters 11 to 26" in said(decision)
    assert not any("Alfie" in reason for reason in decision.reasons)


def test_rough_words_that_nobody_can_point_at_are_told_as_the_whole_comment() -> None:
    whole = Finding(Label.INSULT, 0.7, None, "a_detector", "1", "", TEXT)
    assert "the comment as a whole (insult 0.70)" in said(judge(GRIEVANCE, whole))


def test_a_civil_complaint_is_left_alone_and_labelled_one() -> None:
    decision = judge(GRIEVANCE)
    assert (decision.ruling, decision.reasons, decision.labels) == (Ruling.ALLOW, (), (Label.COMPLAINT,))


def a_ceiling_without_labels(_heard: Heard) -> Verdict:
    """Says that nothing rests on anything."""
    return Verdict("a_ceiling_without_labels", Ruling.QUEUE, "nothing", caps=tuple(Label))


def a_hide_without_findings(_heard: Heard) -> Verdict:
    """Hides for something other than words, as a ban does."""
    return Verdict("a_hide_without_findings", Ruling.HIDE, "banned")


def test_no_ceiling_covers_what_rests_on_no_finding() -> None:
    rules = [a_ceiling_without_labels, a_hide_without_findings]
    assert decide(Case(case().comment), DEFAULT, Mode.AUTO, NOON, rules).ruling is Ruling.HIDE


def test_a_ceiling_in_shadow_covers_nothing() -> None:
    shadow = replace(DEFAULT.terms("complaint_is_not_abuse"), state=RuleState.SHADOW)
    policy = replace(DEFAULT, rules={**DEFAULT.rules, "complaint_is_not_abuse": shadow})
    assert decide(case(GRIEVANCE, SWEARING), policy, Mode.AUTO, NOON).ruling is Ruling.HIDE
