"""Words are kept as long as their class says, by a clock that runs 400 days; figures and the chain stay as they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from moderator.domain import ActionKind, Person, Ruling
from moderator.errors import ModeratorError, StoreError
from moderator.policy.authority import People, Role
from moderator.policy.keeping import Retention
from moderator.policy.limits import DEFAULT
from moderator.privacy.kept import kept_facts
from moderator.privacy.retention import Class, is_time, survey, terms
from moderator.privacy.second_person import NothingToAsk, ask_to_keep_longer, keep_longer, refuse_unless_second
from moderator.reports.weekly import Report, Week, report_on, span_of
from moderator.review import NotAllowed
from moderator.store import approvals, audit, comments, forgetting, holds, retention_terms
from moderator.store.tombstones import Why
from tests.privacy.made import DAY, HEAD, HOUR, LEAD, OF_PAT, PAT, SAM, START, WORDS, School

WEEKS = 14
LONGER = Retention(timedelta(days=60), timedelta(days=730))


def test_over_400_days_each_class_is_kept_for_its_time(school: School) -> None:
    for week in range(52):
        at = START + week * 7 * DAY
        school.clean(f"clean{week}", at)
        if week % 4 == 0:
            school.hidden(f"hidden{week}", at)
        if week % 13 == 0:
            school.waiting(f"waiting{week}", at)
    for day in range(371, 400, 7):
        school.clears(START + day * DAY)
    at = START + 400 * DAY

    # Every clean one is more than 42 days old then, and what was hidden in weeks 0 and 4 more than a year.
    assert school.held(at) == {Class.ACTIONED: 13 - 2, Class.WAITING: 4}
    assert school.is_whole()
    assert school.clears(at) == {"clean": 0, "actioned": 0}


def test_on_the_last_day_it_is_held_and_on_the_next_it_is_gone(school: School) -> None:
    clean, hidden = school.clean("c1", START, "what a day"), school.hidden("c2", START)

    school.clears(START + 30 * DAY - HOUR)
    assert school.words_of(clean) == "what a day"
    school.clears(START + 30 * DAY)
    assert school.words_of(clean) == ""

    school.clears(START + 365 * DAY)
    assert school.words_of(hidden) == WORDS
    school.clears(START + 365 * DAY + HOUR)
    assert school.words_of(hidden) == ""


def test_nothing_is_left_of_who_wrote_it_and_what(school: School) -> None:
    school.hidden("c1", START)
    banned = school.hidden("c2", START)
    school.unbans(school.bans(banned, START + DAY), banned, START + 2 * DAY)
    school.notes(PAT, "Pat Larkin came to the office", START + DAY)
    assert all(mark in school.dump() for mark in OF_PAT)

    school.clears(START + 400 * DAY)

    assert [mark for mark in OF_PAT if mark in school.dump("audit_events")] == []
    # The trail names the account that a note was about by the platform's number, and nothing more.
    assert [mark for mark in OF_PAT if mark in school.dump()] == ["u-pat-7731"]
    assert school.is_whole()


def test_what_waits_is_kept_however_old_it_is(school: School) -> None:
    undecided = school.reads("c1", START, "who is on the gate?")
    queued = school.waiting("c2", START)
    banned = school.hidden("c3", START)
    ban = school.bans(banned, START + DAY)

    school.clears(START + 800 * DAY)
    assert school.held(START + 800 * DAY) == {Class.WAITING: 3}

    school.decides(undecided, Ruling.ALLOW, START + 800 * DAY)
    school.acts(queued, school.decides(queued, Ruling.HIDE, START + 800 * DAY, HEAD.name), START + 800 * DAY)
    school.unbans(ban, banned, START + 800 * DAY)
    school.clears(START + 831 * DAY)
    assert school.held(START + 831 * DAY) == {Class.ACTIONED: 2}
    school.clears(START + 1166 * DAY)
    assert school.held(START + 1166 * DAY) == {}


def test_what_is_on_hold_is_kept_until_it_is_released(school: School) -> None:
    one, two = school.hidden("c1", START), school.clean("c2", START, "hello", SAM)
    with school.database.transaction() as tx:
        holds.hold_comment(tx, one, LEAD, START + DAY, "police, crime number 123")
        holds.hold_author(tx, ("youtube", SAM.native_id), LEAD, START + DAY, "court")
        (said,) = kept_facts(tx, one, Retention())["lines"]
    assert said == "on hold since 06 January 2026, by Mr Achebe: police, crime number 123"

    school.clears(START + 500 * DAY)
    assert school.held(START + 500 * DAY) == {Class.ON_HOLD: 2}
    assert (school.words_of(one), school.words_of(two)) == (WORDS, "hello")

    with school.database.transaction() as tx:
        holds.release_comment(tx, one, HEAD, START + 500 * DAY, "closed")
        holds.release_author(tx, ("youtube", SAM.native_id), HEAD, START + 500 * DAY, "closed")
    school.clears(START + 501 * DAY)
    assert school.held(START + 501 * DAY) == {}


def test_a_hold_that_is_being_written_down_while_words_are_cleared_is_kept_to(school: School) -> None:
    comment = school.clean("c1", START, "what a day")
    clearing = Thread(target=school.clears, args=(START + 31 * DAY,))
    with school.database.transaction() as tx:
        holds.hold_comment(tx, comment, LEAD, START + 31 * DAY, "police")
        audit.append(tx)
        clearing.start()
        clearing.join(timeout=1)
        assert clearing.is_alive()  # It waits until what is being written down is kept.
    clearing.join(timeout=30)
    assert school.words_of(comment) == "what a day"


def test_a_hold_needs_a_reason_and_a_release_something_to_release(own: School) -> None:
    comment = own.clean("c1", START)
    with pytest.raises(StoreError, match="needs a reason"), own.database.transaction() as tx:
        holds.hold_comment(tx, comment, LEAD, START, " ")
    with pytest.raises(StoreError, match="no hold on it"), own.database.transaction() as tx:
        holds.release_comment(tx, comment, LEAD, START, "closed")


def reports(school: School) -> list[Report]:
    """The letter of every week of a term, each as of the Monday after."""
    first = Week(2026, 2)
    with school.database.reading() as tx:
        return [
            report_on(tx, span, span.until + 8 * HOUR, DEFAULT, "Valewood Primary")
            for span in (span_of(first.plus(week), DEFAULT.duty) for week in range(WEEKS))
        ]


def test_the_figures_of_weeks_that_are_over_stay_as_they_were(school: School) -> None:
    for week in range(WEEKS):
        at = START + week * 7 * DAY + (week % 5) * DAY
        school.clean(f"clean{week}", at, author=SAM)
        hidden = school.hidden(f"hidden{week}", at + HOUR)
        if week % 6 == 0:
            school.unbans(school.bans(hidden, at + DAY), hidden, at + 3 * DAY)
        if week % 9 == 0:
            school.acts(
                hidden, school.decides(hidden, Ruling.ALLOW, at + 2 * DAY, HEAD.name), at + 2 * DAY, ActionKind.RELEASE
            )
        if week % 20 == 0:
            school.waiting(f"waiting{week}", at)
    before = reports(school)
    assert sum(report.all.this.hidden for report in before) == WEEKS

    counts = school.clears(START + 800 * DAY)

    assert (counts["clean"], counts["actioned"]) == (WEEKS, WEEKS)
    assert reports(school) == before
    assert school.is_whole()


def test_cleared_words_that_the_platform_gives_again_do_not_return_and_an_edit_is_judged_anew(school: School) -> None:
    comment = school.clean("c1", START)
    school.clears(START + 31 * DAY)

    assert school.delivers([comment], START + 32 * DAY) == []
    assert school.words_of(comment) == ""
    assert all(mark not in school.dump() for mark in ("u-pat-7731", "pat_larkin", "well done"))

    edited = replace(comment, text=WORDS, edited_at=START + 33 * DAY)
    (fresh,) = school.delivers([edited], START + 33 * DAY)
    assert fresh.version == 2
    with school.database.reading() as tx:
        (waiting,) = comments.unjudged(tx, 10)
        assert (waiting.text, waiting.author) == (WORDS, PAT)
    assert school.held(START + 33 * DAY) == {Class.WAITING: 1}


def test_a_run_is_due_once_a_day_and_the_next_one_can_be_seen(own: School) -> None:
    own.clean("c1", START)
    with own.database.reading() as tx:
        assert survey(tx, Retention(), START).next_at is None
        assert is_time(tx, START)
    own.clears(START + DAY)
    with own.database.reading() as tx:
        assert not is_time(tx, START + 2 * DAY - HOUR)
        assert is_time(tx, START + 2 * DAY)
        assert is_time(tx, START - DAY)  # The clock was set back.
        seen = survey(tx, Retention(), START + 40 * DAY)
    assert seen.next_at == START + 2 * DAY
    assert (seen.comments[Class.CLEAN].held, seen.comments[Class.CLEAN].due) == (1, 1)
    assert own.words_of(own.clean("c2", START)) != ""  # A look changes nothing.


def test_a_shorter_time_holds_at_once_and_the_way_back_takes_two_people(school: School) -> None:
    short = Retention(timedelta(days=7), timedelta(days=200))
    comment = school.clean("c1", START)
    school.clears(START + 8 * DAY, short)
    assert school.words_of(comment) == ""

    later = school.clean("c2", START + 8 * DAY)
    school.clears(START + 20 * DAY, Retention())
    assert school.words_of(later) == ""
    with school.database.reading() as tx:
        assert terms(tx, Retention()).longer == {"clean": 30, "actioned": 365}


def test_a_longer_time_is_in_force_once_a_second_person_agreed(school: School) -> None:
    people = People({HEAD.name: Role.HEAD, LEAD.name: Role.SAFEGUARDING_LEAD})
    with school.database.transaction() as tx:
        asked = ask_to_keep_longer(tx, LONGER, HEAD, START, "an inspection")
        assert ask_to_keep_longer(tx, LONGER, HEAD, START, "asked twice") == asked
        assert terms(tx, LONGER).in_force == Retention()
        with pytest.raises(NotAllowed, match="asked for this, so somebody else"):
            refuse_unless_second(people, asked, Person("mrs  RAVENSCROFT"))
        with pytest.raises(NotAllowed, match="Those who can: Mr Achebe"):
            refuse_unless_second(people, asked, Person("Somebody Else"))

    comment = school.clean("c1", START)
    with school.database.transaction() as tx:
        refuse_unless_second(people, asked, LEAD)
        keep_longer(tx, approvals.find(tx, asked.number), LEAD, START + DAY)
        assert terms(tx, LONGER).in_force == LONGER
    school.clears(START + 59 * DAY, LONGER)
    assert school.words_of(comment) != ""
    with pytest.raises(NothingToAsk, match="no longer time"), school.database.transaction() as tx:
        ask_to_keep_longer(tx, LONGER, HEAD, START, "again")
    with pytest.raises(StoreError, match="Nothing with the number 1 waits"), school.database.transaction() as tx:
        approvals.find(tx, asked.number)
    assert school.is_whole()


def test_errors_of_this_room_are_told_as_sentences(own: School) -> None:
    with pytest.raises(ModeratorError, match="moderator approve --list"), own.database.transaction() as tx:
        approvals.find(tx, 12)


def test_a_run_that_is_cut_short_goes_on_at_the_next(own: School) -> None:
    """Words go batch by batch: what was cleared stays cleared, and the mark of the run is its last thing."""
    first, *_ = [own.clean(f"c{number}", START) for number in range(5)]
    with own.database.transaction() as tx:
        forgetting.clear(tx, [first.id], START + 31 * DAY, Why.RETENTION)
    with own.database.reading() as tx:
        assert retention_terms.last_run(tx) is None
    assert own.clears(START + 31 * DAY)["clean"] == 4
