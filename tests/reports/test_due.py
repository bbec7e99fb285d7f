"""Which letters are due: late rather than lost, never twice, and no pile of old ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from moderator.domain import Mode
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.policy.duty import Term
from moderator.policy.keeping import Retention
from moderator.policy.limits import DEFAULT
from moderator.privacy.retention import clear_away
from moderator.reports.mail import Mailer
from moderator.reports.send import Letters, put_due, report_rounds, send_reports
from moderator.reports.weekly import Week
from moderator.settings.mail import Person
from moderator.store import mails
from moderator.store.database import Database
from moderator.store.mails import MailState
from tests.reports.made import DAY, DEPUTY_MAIL, HEAD_MAIL, MINUTE, WEEK, Life, london, school_letters
from tests.reports.post_office import PostOffice

DUE = london("2026-11-23 07:30")
Reopen = Callable[[], Database]


def keys(database: Database, to: Person = HEAD_MAIL) -> list[str]:
    with database.reading() as tx:
        return sorted(each.key for each in mails.listed(tx) if each.recipient == to.address)


@pytest.fixture
def lived(life: Life) -> Life:
    life.begin(london("2026-10-01 08:00"))
    life.hidden("x", london("2026-11-18 10:00"))
    return life


@pytest.mark.usefixtures("lived")
def test_a_report_is_due_at_its_minute_and_not_before(own: Database, letters: Letters) -> None:
    put_due(own, letters, DUE - WEEK)

    assert put_due(own, letters, DUE - MINUTE) == []
    assert {mail.recipient for mail in put_due(own, letters, DUE)} == {HEAD_MAIL.address, DEPUTY_MAIL.address}
    assert put_due(own, letters, DUE + MINUTE) == []
    assert keys(own) == ["weekly 2026-W46", "weekly 2026-W47"]


@pytest.mark.usefixtures("lived")
def test_two_daemons_that_make_the_same_report_leave_one_for_each_recipient(
    own: Database, letters: Letters, tmp_path: Path
) -> None:
    other = Database.open(f"sqlcipher:///{tmp_path}/school.db", key="5a" * 32)
    with other.reading() as tx:
        _, letter = letters.weekly(tx, Week(2026, 47), DUE)
    made = letters.mail(letter, "weekly 2026-W47", HEAD_MAIL, DUE)

    assert len(put_due(own, letters, DUE)) == 2
    with other.transaction() as tx:
        assert not mails.put(tx, made)
    other.close()

    assert keys(own) == ["weekly 2026-W47"]


def test_a_machine_that_was_off_on_monday_sends_it_on_thursday_with_monday_s_figures(
    lived: Life, own: Database, letters: Letters
) -> None:
    in_time = next(mail for mail in put_due(own, letters, DUE))
    lived.hidden("x", DUE + 3 * DAY)
    with own.reading() as tx:
        report, late = letters.weekly(tx, Week(2026, 47), DUE + 3 * DAY)

    assert late.subject == "Week 47: 1 read, 1 hidden, 1 waits for you"
    assert report.as_of == DUE
    assert letters.mail(late, "weekly 2026-W47", HEAD_MAIL, DUE + 3 * DAY).message_id == in_time.message_id


@pytest.mark.usefixtures("lived")
def test_weeks_missed_while_it_was_off_follow_but_no_more_than_four(own: Database, letters: Letters) -> None:
    put_due(own, letters, DUE)

    put_due(own, letters, DUE + 9 * WEEK)

    assert keys(own) == ["weekly 2026-W47", "weekly 2026-W53", "weekly 2027-W01", "weekly 2027-W02", "weekly 2027-W03"]


@pytest.mark.usefixtures("lived")
def test_whoever_is_new_is_not_greeted_with_old_letters(own: Database, letters: Letters) -> None:
    put_due(own, letters, DUE)
    new = Person("", "new@school.example")
    more = replace(
        letters, settings=replace(letters.settings, weekly=replace(letters.settings.weekly, to=(HEAD_MAIL, new)))
    )

    put_due(own, more, DUE + 2 * WEEK)

    assert keys(own, new) == ["weekly 2026-W49"]
    assert keys(own, HEAD_MAIL) == ["weekly 2026-W47", "weekly 2026-W48", "weekly 2026-W49"]


def test_a_week_before_the_record_began_is_not_reported(life: Life, own: Database, letters: Letters) -> None:
    assert put_due(own, letters, DUE) == []
    life.begin(london("2026-11-25 10:00"))

    assert put_due(own, letters, DUE + 3 * DAY) == []
    put_due(own, letters, DUE + WEEK)
    assert keys(own) == ["weekly 2026-W48"]


def test_nobody_is_written_to_where_no_mail_server_is_named(letters: Letters) -> None:
    off = replace(letters.settings, mail=replace(letters.settings.mail, host=""))

    assert report_rounds(None, off, None, lambda: DUE) == []  # type: ignore[arg-type]


@pytest.mark.usefixtures("lived")
def test_governors_get_the_totals_of_each_half_term_once(own: Database, tmp_path: Path) -> None:
    halves = (Term(date(2026, 9, 2), date(2026, 10, 23)), Term(date(2026, 11, 2), date(2026, 12, 18)))
    governor = Person("Governor", "governor@example.org")
    letters = school_letters(tmp_path, to=(), governors=(governor,), half_terms=halves)

    assert put_due(own, letters, london("2026-10-26 07:29")) == []
    assert [mail.key for mail in put_due(own, letters, london("2026-10-26 07:30"))] == [
        "governors 2026-09-02/2026-10-23"
    ]
    assert put_due(own, letters, london("2026-12-20 12:00")) == []
    put_due(own, letters, london("2026-12-22 09:00"))
    assert put_due(own, letters, london("2027-01-04 09:00")) == []

    assert keys(own, governor) == ["governors 2026-09-02/2026-10-23", "governors 2026-11-02/2026-12-18"]


def test_an_account_taken_out_of_the_settings_is_a_gap_in_no_letter_after(
    life: Life, own: Database, tmp_path: Path
) -> None:
    """Instagram is read until Wednesday, and is in the settings no more on Thursday."""
    letters = school_letters(tmp_path, to=(HEAD_MAIL,))
    taken_out, monday = london("2026-11-12 09:00"), london("2026-11-09 00:00")
    at = monday
    while at < monday + 2 * WEEK:
        for platform in ("x", "youtube", *(("instagram",) if at < taken_out else ())):
            life.looked(platform, at)
        at += 50 * MINUTE

    def gaps(week: str, now: str, *accounts: str) -> list[str]:
        kept = tuple(each for each in letters.settings.accounts if each.account.id in accounts)
        with own.reading() as tx:
            settings = replace(letters.settings, accounts=kept)
            report, _ = Letters(settings, letters.policy).weekly(tx, Week.read(week), london(now))
        return [gap.account_id for gap in report.gaps]

    assert gaps("2026-W47", "2026-11-23 07:30", "x", "youtube", "instagram") == ["instagram"]
    assert gaps("2026-W47", "2026-11-23 07:30", "x", "youtube") == []
    assert gaps("2026-W47", "2026-12-14 07:30", "x", "youtube") == []
    assert gaps("2026-W46", "2026-11-16 07:30", "x", "youtube") == []
    # Of the week in which it was read, and then not, that can still be seen later.
    assert gaps("2026-W46", "2026-12-14 07:30", "x", "youtube") == ["instagram"]


def test_a_short_retention_sends_nobody_the_same_letter_twice(life: Life, own: Database, tmp_path: Path) -> None:
    """Comments are kept for a month and the totals are worth telling for two: the mark outlives the comments."""
    life.begin(london("2026-09-01 08:00"))
    life.hidden("x", london("2026-10-10 10:00"))
    half = Term(date(2026, 9, 3), date(2026, 10, 23))
    letters = school_letters(tmp_path, to=(HEAD_MAIL,), governors=(HEAD_MAIL,), half_terms=(half,))
    put, gone = [], 0
    for day in range(70):
        now = london("2026-10-26 07:31") + day * DAY
        made = put_due(own, letters, now)
        put += [mail.key for mail in made]
        for mail in made:
            with own.transaction() as tx:
                assert mails.take(tx, mail, now)
                mails.sent(tx, mail, now)
        gone += clear_away(own, Retention(30 * DAY, 30 * DAY), now).get("marks of letters", 0)

    assert put.count("governors 2026-09-03/2026-10-23") == 1
    assert len(put) == len(set(put))
    assert gone > 0


@pytest.mark.usefixtures("lived")
def test_the_terms_of_the_policy_stand_in_for_half_terms_and_old_ones_are_left(own: Database, tmp_path: Path) -> None:
    letters = school_letters(tmp_path, to=(), governors=(HEAD_MAIL,))
    terms = (Term(date(2026, 9, 2), date(2026, 12, 18)),)
    letters = replace(letters, policy=replace(DEFAULT, duty=replace(DEFAULT.duty, terms=terms)))

    assert put_due(own, letters, london("2027-02-15 09:00")) == []
    assert len(put_due(own, letters, london("2027-02-08 09:00"))) == 1


@pytest.mark.usefixtures("lived")
def test_five_weeks_of_trouble_at_the_mail_server_gives_one_letter_a_week(
    own: Database, letters: Letters, office: PostOffice, mailer: Mailer
) -> None:
    answers = {1: "450 4.2.0 Greylisted", 3: "451 4.3.0 Try later"}
    for week in range(5):
        office.rcpt = partial(_answers, answers.get(week, ""))
        put_due(own, letters, DUE + week * WEEK)
        send_reports(own, mailer, DUE + week * WEEK)
        office.rcpt = lambda _address: ""
        send_reports(own, mailer, DUE + week * WEEK + DAY)
        send_reports(own, mailer, DUE + week * WEEK + 2 * DAY)

    got = [(taken.recipient, str(taken.message["Subject"])[:7]) for taken in office.taken]
    assert len(got) == len(set(got)) == 10
    assert len({str(taken.message["Message-ID"]) for taken in office.taken}) == 10
    with own.reading() as tx:
        assert {each.state for each in mails.listed(tx)} == {MailState.SENT}


@pytest.mark.usefixtures("lived")
def test_the_daemon_s_round_makes_what_is_due_and_sends_it(own: Database, letters: Letters, office: PostOffice) -> None:
    settings = replace(letters.settings, mail=replace(letters.settings.mail, host="127.0.0.1", port=office.port))
    house = House(own, {}, (), DEFAULT, Mode.AUTO)
    (rounds,) = report_rounds(house, settings, open_log(style="json", level="critical", journal=False), lambda: DUE)

    rounds.start()
    rounds.ask()
    until = time.monotonic() + 60
    while len(office.taken) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    rounds.leave()
    rounds.join(60)

    assert sorted(taken.recipient for taken in office.taken) == ["deputy@school.example", "head@school.example"]
    with own.reading() as tx:
        assert {each.state for each in mails.listed(tx)} == {MailState.SENT}


def _answers(answer: str, _address: str) -> str:
    return answer
