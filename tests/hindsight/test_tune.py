"""Limits that the school's own decisions speak for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderator.domain import Label, Person, Ruling
from moderator.hindsight import tune
from moderator.hindsight.tune import Evidence, Expected, Proposal
from moderator.policy.limits import DEFAULT, NEVER, Limit, Policy
from moderator.settings import read_policy
from moderator.store import cases
from moderator.store.database import Database
from tests.conftest import REPOSITORY
from tests.hindsight.made import HEAD, SINCE, UNTIL, Days, found, with_limit
from tests.store.made import NOON

SCORES = st.lists(st.floats(0.05, 1.0), max_size=40).map(tuple)


def insults(stopped: tuple[float, ...], allowed: tuple[float, ...], unseen: tuple[float, ...] = ()) -> Evidence:
    return Evidence(Label.INSULT, stopped, allowed, unseen)


def proposed(evidence: Evidence, policy: Policy = DEFAULT) -> Proposal:
    told = tune.propose(evidence, policy)
    assert told is not None
    return told


def test_many_false_alarms_just_over_the_limit_raise_it() -> None:
    told = proposed(insults((0.7,) * 10, (0.52,) * 25))
    assert told.proposed == Limit(0.53, 0.7), "and what is always stopped is hidden at once"
    assert told.now == Expected(missed=0, false_alarms=25, wrongly_hidden=0, seen_late=10, unseen=0)
    assert told.then == Expected(missed=0, false_alarms=0, wrongly_hidden=0, seen_late=0, unseen=0)


def test_misses_just_under_the_limit_lower_it() -> None:
    told = proposed(insults((0.45,) * 10, (0.2,) * 25))
    assert told.proposed.queue == 0.45
    assert (told.now.missed, told.then.missed) == (10, 0)


def test_a_lower_limit_is_priced_with_all_that_nobody_has_seen() -> None:
    few, many = (0.45,) * 40, (0.45,) * 60
    assert proposed(insults((0.45,) * 10, (0.2,) * 25, few)).proposed.queue == 0.45
    assert proposed(insults((0.45,) * 10, (0.2,) * 25, many)).proposed.queue == 0.5


def test_wrong_hides_raise_the_hide_limit_and_nothing_else() -> None:
    told = proposed(insults((0.95,) * 20, (0.82,) * 10))
    assert told.proposed.hide == 0.83
    assert (told.now.wrongly_hidden, told.then.wrongly_hidden) == (10, 0)


def test_a_limit_moves_by_a_tenth_at_the_most() -> None:
    told = proposed(insults((0.2,) * 20, (0.1,) * 20))
    assert told.proposed.queue == 0.5, "a tenth lower spares nothing yet"
    assert proposed(insults((0.41,) * 20, (0.1,) * 20)).proposed.queue == 0.41
    assert proposed(insults((0.95,) * 10, (0.7,) * 25)).proposed.queue == 0.5, "nor does a tenth higher"


def test_one_comment_more_or_less_moves_nothing() -> None:
    assert not proposed(insults((0.9,) * 20, (0.2,) * 19 + (0.52,))).changes


@pytest.mark.parametrize(("stopped", "allowed"), [(8, 21), (21, 8), (7, 40), (40, 7), (0, 0)])
def test_where_there_is_too_little_to_go_on_nothing_is_proposed(stopped: int, allowed: int) -> None:
    assert tune.propose(insults((0.9,) * stopped, (0.6,) * allowed), DEFAULT) is None


def test_with_just_enough_something_may_be_proposed() -> None:
    assert tune.propose(insults((0.9,) * 8, (0.6,) * 22), DEFAULT) is not None


def test_the_limit_of_an_urgent_label_is_never_raised() -> None:
    told = tune.propose(Evidence(Label.SAFEGUARDING, (0.9,) * 10, (0.62,) * 30), DEFAULT)
    assert told is not None
    assert not told.changes
    lower = tune.propose(Evidence(Label.SAFEGUARDING, (0.55,) * 10, (0.2,) * 30), DEFAULT)
    assert lower is not None
    assert lower.proposed == Limit(0.55, NEVER)


def test_what_the_machine_never_hides_it_never_will_by_tuning() -> None:
    told = tune.propose(Evidence(Label.PERSON_TAGGED, (0.95,) * 20, (0.6,) * 20), DEFAULT)
    assert told is not None
    assert told.proposed.hide == NEVER


@given(SCORES, SCORES, SCORES, st.floats(0.05, 1.0), st.floats(0.0, 1.0), st.sampled_from(list(DEFAULT.limits)))
def test_a_proposal_is_always_a_limit_within_a_step_and_never_dearer(
    stopped: tuple[float, ...],
    allowed: tuple[float, ...],
    unseen: tuple[float, ...],
    queue: float,
    above: float,
    label: Label,
) -> None:
    present = Limit(queue, max(queue, above))
    evidence = Evidence(label, (0.9,) * 15 + stopped, (0.3,) * 15 + allowed, unseen)
    told = tune.propose(evidence, with_limit(label, present))
    assert told is not None
    assert abs(told.proposed.queue - present.queue) <= 0.1001
    assert told.proposed.hide <= max(1.0, present.hide)
    price = tune.price_of_queue
    assert price(evidence, told.proposed.queue) <= price(evidence, present.queue)


def test_the_lines_go_into_the_policy_as_it_is_written_comments_and_all(tmp_path: Path) -> None:
    before = (REPOSITORY / "config" / "policy.toml").read_text(encoding="utf-8")
    told = proposed(insults((0.7,) * 10, (0.52,) * 25))
    path = tmp_path / "policy.toml"
    path.write_text(tune.with_limits(before, [told]), encoding="utf-8")
    now, then = read_policy(REPOSITORY / "config" / "policy.toml"), read_policy(path)
    assert then.limits == {**now.limits, Label.INSULT: Limit(0.53, 0.7)}
    lines, after = before.splitlines(), path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(after)
    assert [new for old, new in zip(lines, after, strict=True) if old != new] == ["queue = 0.53", "hide = 0.7"]
    assert tune.lines(told) == ["[limits.insult]", "queue = 0.53  # now 0.5", "hide = 0.7  # now 0.8"]


def test_a_policy_without_that_label_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(tune.with_limits("", [proposed(insults((0.7,) * 10, (0.52,) * 25))]), encoding="utf-8")
    assert read_policy(path).limit(Label.INSULT) == Limit(0.53, 0.7)


def test_the_curve_shows_where_the_limits_lie() -> None:
    drawn = tune.curve(proposed(insults((0.7,) * 10, (0.52,) * 25)))
    assert [line for line in drawn if "now" in line or "proposed" in line] == [
        f" 0.50  {0:>4} {'':24}{25:>4} {'#' * 22:24}<- queue now",
        f" 0.53  {0:>4} {'':24}{0:>4} {'':24}<- queue proposed",
        f" 0.70  {0:>4} {'':24}{0:>4} {'':24}<- hide proposed",
        f" 0.80  {10:>4} {'#' * 9:24}{0:>4} {'':24}<- hide now",
    ]


def test_what_people_decided_is_read_from_the_record(database: Database) -> None:
    days = Days(database)
    days.judged("rude", found(Label.INSULT, 0.9), found(Label.INSULT, 0.4))
    days.says("rude", Ruling.HIDE)
    days.judged("banter", found(Label.INSULT, 0.6))
    days.says("banter", Ruling.ALLOW)
    days.judged("named", found(Label.CHILD_NAMED, 0.95), found(Label.INSULT, 0.2))
    days.says("named", Ruling.HIDE)
    days.judged("missed", found(Label.INSULT, 0.3), found(Label.SPAM, 0.1))
    days.says("missed", Ruling.HIDE)
    days.judged("corrected", found(Label.INSULT, 0.35), found(Label.SPAM, 0.1))
    days.says("corrected", Ruling.HIDE)
    days.judged("kept", found(Label.INSULT, 0.55))
    days.says("kept", Ruling.ALLOW)
    days.judged("alone", found(Label.INSULT, 0.45))
    with database.transaction() as tx:
        cases.correct(tx, days.comment("corrected"), [Label.SPAM], Person(HEAD), NOON)
        cases.correct(tx, days.comment("kept"), [Label.INSULT], Person(HEAD), NOON)
    with database.reading() as tx:
        reviewed = list(cases.reviewed(tx, SINCE, UNTIL))
        unseen = cases.unseen_scores(tx, Label.INSULT, tune.LOWEST, SINCE, UNTIL)
    assert tune.evidence_for(Label.INSULT, reviewed, DEFAULT, unseen) == insults((0.3, 0.9), (0.6,), (0.45,))
    assert tune.evidence_for(Label.SPAM, reviewed, DEFAULT).stopped == (0.1,)


def test_swearing_that_the_school_forgives_is_no_evidence(database: Database) -> None:
    days = Days(database)
    days.judged("friendly", found(Label.PROFANITY, 0.9, phrase="Bloody"))
    days.says("friendly", Ruling.ALLOW)
    with database.reading() as tx:
        reviewed = list(cases.reviewed(tx, SINCE, UNTIL))
    assert tune.evidence_for(Label.PROFANITY, reviewed, DEFAULT).allowed == ()
    strict = replace(DEFAULT, speech=replace(DEFAULT.speech, friendly=frozenset()))
    assert tune.evidence_for(Label.PROFANITY, reviewed, strict).allowed == (0.9,)
