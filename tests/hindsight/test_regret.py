"""What was wrongly hidden, and how long it took to put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from moderator.domain import ActionKind, Label, Mode, Outcome, Result, Ruling, Visibility, make_action
from moderator.hindsight import regret
from moderator.hindsight.regret import Regret, RuleRegret
from moderator.policy.duty import Duty, Term
from moderator.store import actions
from moderator.store.database import Database
from tests.hindsight.made import HEAD, SINCE, UNTIL, Days, found
from tests.store.made import DAY, NOON

HOUR = timedelta(hours=1)


@dataclass
class Street(Days):
    """Days on which what was decided is carried out as well."""

    def hidden(self, native_id: str, label: Label = Label.SPAM, at: datetime = NOON) -> None:
        self.judged(native_id, found(label, 0.95), at=at)
        self.carried_out(native_id, ActionKind.HIDE, at)

    def put_back(self, native_id: str, at: datetime) -> None:
        self.says(native_id, Ruling.ALLOW, at=at)
        self.carried_out(native_id, ActionKind.RELEASE, at)

    def carried_out(self, native_id: str, kind: ActionKind, at: datetime, result: Result = Result.DONE) -> None:
        """The action that the latest decision asks for is planned and done."""
        with self.database.transaction() as tx:
            waiting = actions.unplanned(tx, 5)
            [(decision, comment)] = [each for each in waiting if each[1].native_id == native_id]
            action = make_action(kind, comment, decision.id, decision.person)
            actions.plan(tx, decision, comment, [action], [], at)
        seen = Visibility.HIDDEN if kind is ActionKind.HIDE else Visibility.PUBLIC
        with self.database.transaction() as tx:
            actions.begin(tx, [action], at)
        with self.database.transaction() as tx:
            actions.finish(tx, Outcome(action, at, result), seen, None)

    def regret(self) -> Regret:
        with self.database.reading() as tx:
            return regret.measure(tx, SINCE, UNTIL)


@pytest.fixture
def street(database: Database) -> Street:
    return Street(database)


def test_of_three_put_back_the_middle_and_the_longest_time_are_told(street: Street) -> None:
    for native_id, hours in (("a", 1), ("b", 30), ("c", 6)):
        street.hidden(native_id)
        street.put_back(native_id, NOON + hours * HOUR)
    street.hidden("d")
    street.says("d", Ruling.HIDE)
    street.hidden("e", at=NOON + 40 * HOUR)
    measured = street.regret()
    assert (measured.hidden, measured.looked_at, measured.wrongly, measured.still_hidden) == (5, 4, 3, 0)
    assert (measured.median, measured.longest, measured.share) == (6 * HOUR, 30 * HOUR, 0.75)


def test_a_hide_that_never_reached_the_platform_was_none(street: Street) -> None:
    street.judged("shadow", found(Label.SPAM, 0.95), mode=Mode.SHADOW)
    street.says("shadow", Ruling.ALLOW)
    street.judged("waiting", found(Label.SPAM, 0.95))
    measured = street.regret()
    assert (measured.hidden, measured.wrongly, measured.median, measured.share) == (0, 0, None, None)


def test_a_hide_that_a_person_asked_for_is_not_policys(street: Street) -> None:
    street.judged("c1")
    street.says("c1", Ruling.HIDE, at=NOON)
    street.carried_out("c1", ActionKind.HIDE, NOON)
    street.put_back("c1", NOON + HOUR)
    assert street.regret().hidden == 0


def test_what_was_allowed_and_is_not_back_yet_is_told(street: Street) -> None:
    street.hidden("c1")
    street.says("c1", Ruling.ALLOW)
    measured = street.regret()
    assert (measured.wrongly, measured.still_hidden, measured.median) == (1, 1, None)


def test_who_changes_their_mind_has_overturned_nothing(street: Street) -> None:
    street.hidden("c1")
    street.put_back("c1", NOON + HOUR)
    street.says("c1", Ruling.HIDE, at=NOON + DAY)
    assert (street.regret().looked_at, street.regret().wrongly) == (1, 0)


def test_a_kinder_edit_that_was_allowed_does_not_make_the_hide_wrong(street: Street) -> None:
    street.hidden("c1")
    street.judged("c1", at=NOON + HOUR, text="a kinder word")
    street.says("c1", Ruling.ALLOW)
    assert (street.regret().hidden, street.regret().wrongly) == (1, 0)


def test_each_rule_answers_for_what_it_hid(street: Street) -> None:
    street.hidden("c1", Label.SPAM)
    street.hidden("c2", Label.CONTACT)
    street.put_back("c2", NOON + HOUR)
    assert street.regret().rules == (RuleRegret("contact_details", 1, 1), RuleRegret("spam", 1, 0))


def test_only_what_went_out_of_sight_in_that_time_counts(street: Street) -> None:
    for native_id, at in (("a", SINCE - HOUR), ("b", SINCE), ("c", UNTIL)):
        street.hidden(native_id, at=at)
    assert street.regret().hidden == 1


def test_the_term_is_the_one_that_is_on_or_was_the_last() -> None:
    autumn = Term(date(2026, 9, 3), date(2026, 12, 18))
    spring = Term(date(2027, 1, 5), date(2027, 3, 26))
    duty = Duty(terms=(autumn, spring))
    assert regret.term_began(duty, NOON) == datetime(2026, 9, 2, 23, 0, tzinfo=UTC), "midnight in London"
    assert regret.term_began(duty, datetime(2026, 12, 27, tzinfo=UTC)).date() == autumn.first
    assert regret.term_began(duty, datetime(2027, 2, 1, tzinfo=UTC)).date() == spring.first
    assert regret.term_began(Duty(), NOON) == NOON - timedelta(weeks=13)
    assert regret.term_began(duty, datetime(2026, 8, 1, tzinfo=UTC)) == datetime(2026, 5, 2, tzinfo=UTC)


def test_the_person_who_put_it_back_is_in_the_record_not_in_the_figures(street: Street) -> None:
    street.hidden("c1")
    street.put_back("c1", NOON + HOUR)
    assert HEAD not in repr(street.regret())
