"""Stricter while nobody is on duty, for what puts a child at risk, and never for what is said of the school."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from moderator.domain import Label, Mode, Ruling
from moderator.policy.decide import decide
from moderator.policy.duty import WEEKDAYS, Duty, Hours, Shift, Term
from moderator.policy.limits import DEFAULT, NEVER, Limit
from tests.policy.cases import case, found

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 16, 23, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "on_duty", "why"),
    [
        ("2026-11-16T08:00", True, "Monday at eight in winter"),
        ("2026-11-16T07:59", False, "a minute before"),
        ("2026-11-16T16:59", True, "a minute before five"),
        ("2026-11-16T17:00", False, "five o'clock is home time"),
        ("2026-11-14T12:00", False, "Saturday"),
        ("2026-06-15T07:00", True, "eight in summer time is seven in UTC"),
        ("2026-06-15T16:00", False, "five in summer time is four in UTC"),
        ("2026-10-26T12:00", False, "half term"),
        ("2026-12-21T12:00", False, "after term"),
        ("2026-09-02T12:00", True, "first day of term"),
        ("2026-12-18T12:00", True, "last day of term"),
    ],
)
def test_who_is_on_duty_goes_by_the_schools_own_week_and_year(when: str, on_duty: bool, why: str) -> None:
    duty = Duty(
        terms=(Term(date(2026, 9, 2), date(2026, 12, 18)), Term(date(2026, 4, 13), date(2026, 7, 21))),
        closed_days=frozenset({date(2026, 10, 26)}),
    )
    assert duty.is_on_duty(at(when)) is on_duty, why


def test_without_terms_every_week_is_a_school_week() -> None:
    assert Duty().is_on_duty(at("2026-08-05T12:00"))


def test_quiet_hours_run_past_midnight() -> None:
    assert [Duty().is_quiet(at(f"2026-11-16T{hour}")) for hour in ("20:59", "21:00", "03:00", "07:00")] == [
        False,
        True,
        True,
        False,
    ]
    assert not Duty(quiet_hours=None).is_quiet(NIGHT)


def test_a_shift_holds_on_its_days_only() -> None:
    duty = Duty(shifts=(Shift(WEEKDAYS, Hours(time(8), time(17))), Shift(frozenset({5}), Hours(time(10), time(12)))))
    assert duty.is_on_duty(at("2026-11-14T11:00"))
    assert not duty.is_on_duty(at("2026-11-15T11:00"))


@pytest.mark.parametrize("label", sorted(DEFAULT.duty.stricter_for))
def test_at_night_what_puts_a_child_at_risk_is_hidden_from_a_little_lower_on(label: Label) -> None:
    nearly = case(found(label, round(DEFAULT.limit(label).hide - 0.05, 2)))

    assert decide(nearly, DEFAULT, Mode.AUTO, MONDAY).ruling is Ruling.QUEUE
    decision = decide(nearly, DEFAULT, Mode.AUTO, NIGHT)
    assert decision.ruling is Ruling.HIDE
    assert ", nobody on duty)" in decision.reasons[0]


@pytest.mark.parametrize("label", sorted(set(DEFAULT.limits) - DEFAULT.duty.stricter_for))
def test_at_night_all_else_is_judged_as_by_day(label: Label) -> None:
    for score in (0.45, 0.5, 0.75, 0.79, 0.84, 0.89):
        by_day = decide(case(found(label, score)), DEFAULT, Mode.AUTO, MONDAY)
        at_night = decide(case(found(label, score)), DEFAULT, Mode.AUTO, NIGHT)
        assert replace(at_night, decided_at=MONDAY) == by_day


def test_a_reason_speaks_of_duty_only_where_that_made_the_difference() -> None:
    decision = decide(case(found(Label.CONTACT, 0.95)), DEFAULT, Mode.AUTO, NIGHT)
    assert "nobody on duty" not in decision.reasons[0]


def test_a_lowered_limit_stays_above_queue_and_never_stays_never() -> None:
    assert Limit(0.5, 0.52).lowered(0.05) == Limit(0.5, 0.5)
    assert Limit(0.5, NEVER).lowered(0.5) == Limit(0.5, NEVER)


@pytest.mark.parametrize("label", [Label.INSULT, Label.PROFANITY, Label.COMPLAINT])
def test_nothing_that_is_said_of_the_school_can_be_judged_harder_at_night(label: Label) -> None:
    with pytest.raises(ValueError, match="alike at all hours"):
        Duty(stricter_for=frozenset({label}))
