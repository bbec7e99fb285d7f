"""A child named with love costs nobody a strike; an offence does, and strikes climb a ladder."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from moderator.domain import Decision, Finding, Label, Mode, Ruling, Standing, Strike, TaskKind
from moderator.policy.decide import decide
from moderator.policy.limits import DEFAULT
from moderator.policy.strikes import Step, Strikes, counted, hold_ends_at, steps_reached
from tests.conftest import NOON
from tests.policy.cases import DAY, ban, by, case, found, strike

NAME = found(Label.CHILD_NAMED, 0.9)


def judge(*findings: Finding) -> Decision:
    return decide(case(*findings), DEFAULT, Mode.AUTO, NOON)


def test_a_child_named_with_love_is_hidden_without_a_strike_and_its_family_is_asked() -> None:
    decision = judge(NAME)

    assert decision.ruling is Ruling.HIDE
    assert not any(verdict.strike for verdict in decision.verdicts)
    assert [v.follow_up for v in decision.verdicts if v.follow_up] == [TaskKind.ASK_FAMILY]


def test_a_child_named_in_an_insult_costs_a_strike_and_nobody_is_thanked() -> None:
    decision = judge(NAME, found(Label.INSULT, 0.7))

    assert decision.ruling is Ruling.HIDE
    assert any(verdict.strike for verdict in decision.verdicts)
    assert not any(verdict.follow_up for verdict in decision.verdicts)


def test_a_school_that_counts_names_counts_only_the_unkind_ones() -> None:
    counting = replace(DEFAULT, strikes=Strikes(labels=frozenset({Label.CHILD_NAMED})))
    full = found(Label.CHILD_NAMED, 1.0)

    assert not any(v.strike for v in decide(case(full), counting, Mode.AUTO, NOON).verdicts)
    unkind = decide(case(full, found(Label.SPAM, 0.9)), counting, Mode.AUTO, NOON)
    assert {v.rule for v in unkind.verdicts if v.strike} == {"a_child_named", "a_childs_full_name"}


@pytest.mark.parametrize("label", sorted(DEFAULT.limits))
def test_an_offence_is_a_strike_where_the_school_counts_its_label(label: Label) -> None:
    assert any(verdict.strike for verdict in judge(found(label, 1.0)).verdicts) == (label in DEFAULT.strikes.labels)


def test_a_ban_says_by_whom_since_when_and_until_when_and_no_words() -> None:
    decision = decide(by(bans=(ban(until=NOON + 30 * DAY),)), DEFAULT, Mode.AUTO, NOON)
    assert decision.ruling is Ruling.HIDE
    assert decision.reasons[0].startswith(
        "its author is banned by Mrs Ravenscroft since 15 November 2026, 12:00, until 16 December 2026, 12:00; policy: "
    )


def test_a_hold_says_after_how_many_strikes_and_until_when() -> None:
    decision = decide(by(strike(20), strike(3)), DEFAULT, Mode.AUTO, NOON)
    assert decision.reasons[0].startswith(
        "its author is on hold after 2 strikes, until 27 November 2026, 12:00; policy: "
    )


def standing(*strikes: Strike) -> Standing:
    return Standing(strikes=strikes)


@pytest.mark.parametrize(
    ("strikes", "then"),
    [
        ((), None),
        ((strike(3),), "note"),
        ((strike(9), strike(3)), "hold"),
        ((strike(9), strike(6), strike(3)), "propose_ban"),
        ((strike(9), strike(6), strike(4), strike(3)), "propose_ban"),
        ((strike(9), strike(6, confirmed=False), strike(3)), "hold"),
        ((strike(9, counts=8), strike(3)), "note"),
        ((strike(-2),), None),
    ],
    ids=["none", "one", "two", "three", "four", "one not agreed to", "one too old", "one still to come"],
)
def test_the_highest_step_reached_follows(strikes: tuple[Strike, ...], then: str | None) -> None:
    step = steps_reached(standing(*strikes), DEFAULT, NOON)
    assert (step.then if step else None) == then


def test_strikes_that_nobody_agreed_to_count_where_the_school_says_so() -> None:
    all_count = replace(DEFAULT, strikes=Strikes(confirmed_only=False))
    assert len(counted(standing(strike(6, confirmed=False), strike(3)), all_count, NOON)) == 2


def test_a_hold_runs_from_the_latest_strike_and_goes_on_beside_later_steps() -> None:
    three = standing(strike(3), strike(30), strike(20))
    assert hold_ends_at(three, DEFAULT, NOON) == NOON + 11 * DAY
    assert hold_ends_at(three, DEFAULT, NOON + 11 * DAY - timedelta(seconds=1)) is not None
    assert hold_ends_at(three, DEFAULT, NOON + 11 * DAY) is None


def test_a_hold_without_days_lasts_until_too_few_strikes_are_left() -> None:
    open_end = replace(DEFAULT, strikes=Strikes(ladder=(Step(2, "hold"),)))
    two = standing(strike(20, counts=30), strike(3, counts=30))
    assert hold_ends_at(two, open_end, NOON) == NOON + 10 * DAY
    assert hold_ends_at(two, open_end, NOON + 10 * DAY) is None


@pytest.mark.parametrize("ladder", [(Step(2, "note"), Step(1, "hold")), (Step(1, "note"), Step(1, "hold"))])
def test_a_ladder_whose_steps_do_not_rise_is_refused(ladder: tuple[Step, ...]) -> None:
    with pytest.raises(ValueError, match="later than the one before"):
        Strikes(ladder=ladder)


def test_a_step_before_the_first_strike_is_refused() -> None:
    with pytest.raises(ValueError, match="strike 1 or later"):
        Step(0, "note")
