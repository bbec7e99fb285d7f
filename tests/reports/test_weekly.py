"""The figures of a week: each counts what it says, belongs to one moment, and is the same whenever it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from moderator.domain import ActionKind, Mode, Ruling
from moderator.policy.limits import DEFAULT
from moderator.reports.weekly import Figures, Report, Week, report_on, span_of
from moderator.store import audit, bans, decisions, reports, tasks
from moderator.store.database import Database
from moderator.store.reports import Change
from tests.reports.made import DAY, HEAD, HOUR, MINUTE, WEEK, Life, a_full_week, london

W47, MONDAY = Week(2026, 47), london("2026-11-16 00:00")
DUE = london("2026-11-23 07:30")


def report(database: Database, week: Week = W47, due: datetime = DUE) -> Report:
    with database.reading() as tx:
        return report_on(tx, span_of(week, DEFAULT.duty), due, DEFAULT, "Valewood Primary")


def of(told: Report, platform: str) -> Figures:
    return next(group.this for group in told.groups if group.platform == platform)


def test_a_full_week_is_counted_as_it_was(database: Database) -> None:
    life = Life(database)
    life.begin(london("2026-10-01 08:00"))
    a_full_week(life, MONDAY)

    told = report(database)

    figures = told.all.this
    assert (figures.read, figures.allowed, figures.queued, figures.hidden) == (24, 18, 2, 4)
    assert (figures.decided, figures.blocked, figures.banned, figures.undone) == (3, 1, 1, 1)
    assert (of(told, "youtube").hidden, of(told, "x").undone, of(told, "instagram").banned) == (2, 1, 1)
    assert figures.median_s == (80 + 240) / 2  # A minute until it is read; 20 s, 20 s, 3 and 45 min until it is hidden.
    assert figures.p95_s == 46 * 60
    assert [(day.read, day.hidden) for day in told.days] == [(4, 1), (4, 1), (4, 1), (4, 0), (5, 0), (3, 1), (0, 0)]
    # Three hides wait for a look or were confirmed; two were queued, one of them urgent.
    assert (told.waiting.comments, told.waiting.urgent) == (3, 1)
    assert told.tasks == {"ask_family": 1, "block": 1}
    assert (told.strikes, told.bans, told.bans_running_out) == (Change(3, 0), Change(1, 0), 1)
    assert [(gap.account_id, gap.since, gap.until) for gap in told.gaps] == [
        ("youtube", MONDAY + 5 * DAY + 8 * HOUR + 49 * MINUTE, MONDAY + 5 * DAY + 18 * HOUR)
    ]
    assert (told.regret.hidden, told.regret.looked_at, told.regret.wrongly) == (4, 3, 1)
    assert not told.empty


def test_what_happens_later_changes_nothing_about_a_week_that_is_over(database: Database) -> None:
    life = Life(database)
    life.begin(london("2026-10-01 08:00"))
    a_full_week(life, MONDAY)
    before = report(database)
    with database.reading() as tx:
        waiting = [each.comment for each in decisions.queued(tx)]
        banned = bans.expired(tx, london("2027-01-01 00:00"))
        open_tasks = tasks.open_tasks(tx)

    for comment in waiting:
        life.put_back(comment, DUE + DAY)
    with database.transaction() as tx:
        bans.lift(tx, banned[0].id, HEAD, DUE + DAY, "sorry")
        for state in open_tasks:
            tasks.finish_task(tx, state.task.id, HEAD.name, DUE + DAY)
    life.hidden("x", DUE + 2 * DAY)

    assert report(database) == before
    with database.reading() as tx:
        assert decisions.count_queued(tx) == 1


def test_what_waits_as_of_now_is_what_the_queue_shows_now(database: Database) -> None:
    life = Life(database)
    life.begin(MONDAY)
    a_full_week(life, MONDAY)

    with database.reading() as tx:
        waiting, queued = reports.waiting(tx, DUE), decisions.queued(tx)

    assert waiting.comments == len(queued)
    assert waiting.urgent == sum(each.decision.urgent for each in queued)
    assert waiting.since == min(each.since for each in queued)


def test_the_end_of_the_record_is_told_as_it_stood_then(database: Database) -> None:
    life = Life(database)
    life.begin(MONDAY)
    life.allowed("x", MONDAY + HOUR)
    with database.reading() as tx:
        then = audit.head(tx)
    life.allowed("x", DUE + HOUR)

    assert report(database).head == then


def test_in_shadow_nothing_is_hidden_and_what_would_be_waits(life: Life, own: Database) -> None:
    life.begin(MONDAY)
    comment = life.written("x", MONDAY + HOUR)
    life.ruled(comment, Ruling.HIDE, MONDAY + HOUR, mode=Mode.SHADOW)

    told = report(own)

    assert (told.all.this.hidden, told.all.this.queued, told.waiting.comments) == (0, 1, 1)
    assert told.strikes == Change(0, 0)


def test_words_that_stood_there_before_anybody_watched_do_not_count_as_slowly_hidden(life: Life, own: Database) -> None:
    life.begin(MONDAY)
    old = life.written("x", MONDAY + HOUR, before=9 * DAY)
    life.acted(old, life.ruled(old, Ruling.HIDE, MONDAY + HOUR), ActionKind.HIDE, MONDAY + HOUR)
    new = life.written("x", MONDAY + 2 * HOUR, before=30 * MINUTE)
    life.acted(new, life.ruled(new, Ruling.HIDE, MONDAY + 2 * HOUR), ActionKind.HIDE, MONDAY + 2 * HOUR)

    figures = report(own).all.this

    assert (figures.hidden, figures.median_s) == (2, 30 * 60)


def test_what_is_taken_back_when_the_week_is_over_changes_nothing_about_it(database: Database) -> None:
    life = Life(database)
    life.begin(MONDAY)
    comment = life.hidden("x", MONDAY + HOUR)
    life.ruled(comment, Ruling.ALLOW, MONDAY + 7 * DAY - MINUTE / 20, HEAD.name)
    before = report(database)
    life.ruled(comment, Ruling.HIDE, MONDAY + 7 * DAY + MINUTE / 20, HEAD.name, takes_back=True)

    assert (report(database).groups, report(database).bans) == (before.groups, before.bans)
    assert (before.all.this.decided, before.all.this.undone) == (1, 1)
    assert report(database, W47.plus(1), DUE + WEEK).all.this.decided == 0


def test_a_strike_that_was_overturned_within_the_week_is_none_and_one_that_is_too_old_ran_out(
    life: Life, own: Database
) -> None:
    count_for = DEFAULT.strikes.count_for
    life.begin(MONDAY - count_for)
    life.confirmed(life.hidden("x", MONDAY + DAY - count_for), MONDAY + 2 * DAY - count_for)
    life.put_back(life.hidden("x", MONDAY + DAY), MONDAY + 2 * DAY)

    assert report(own).strikes == Change(begun=0, ended=1)


def test_the_usual_week_is_the_middle_of_those_that_were_watched(life: Life, own: Database) -> None:
    life.begin(MONDAY - 3 * WEEK)
    for week, count in ((-3, 9), (-2, 1), (-1, 4)):
        for n in range(count):
            life.allowed("x", MONDAY + week * WEEK + DAY + n * MINUTE)

    told = report(own)

    assert told.all.usual is not None
    assert (told.all.last.read, told.all.usual.read) == (4, 4)
    assert report(own, W47.plus(-4), MONDAY).all.usual is None


def test_a_gap_still_open_when_the_report_was_due_stays_told_so(life: Life, own: Database) -> None:
    life.begin(MONDAY)
    last = MONDAY + 6 * DAY
    for platform in ("x", "youtube", "instagram"):
        at = MONDAY
        while at <= last:
            life.looked(platform, at)
            at += DAY
    now = report(own)
    for platform in ("x", "youtube", "instagram"):
        life.looked(platform, DUE + 2 * DAY)

    assert [gap.until for gap in now.gaps if gap.since == last] == [None] * 3
    assert sorted(report(own).gaps, key=str) == sorted(now.gaps, key=str)


def test_of_a_week_that_is_still_going_on_the_days_to_come_are_no_gap(life: Life, own: Database) -> None:
    life.begin(MONDAY)
    life.looked("x", MONDAY + 59 * MINUTE)

    assert report(own, due=MONDAY + 60 * MINUTE).gaps == ()


def test_out_of_hours_goes_by_the_school_clock(life: Life, own: Database) -> None:
    life.begin(MONDAY)
    for at in ("2026-11-16 07:59", "2026-11-16 08:00", "2026-11-16 16:59", "2026-11-21 12:00"):
        life.allowed("x", london(at))

    assert report(own).all.this.off_duty == 0.5


@pytest.mark.parametrize(
    ("text", "monday", "sunday"),
    [
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 22)),
        ("2026-w53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2027-W01", date(2027, 1, 4), date(2027, 1, 10)),
    ],
)
def test_a_week_is_an_iso_week(text: str, monday: date, sunday: date) -> None:
    week = Week.read(text)

    assert (week.monday, week.sunday) == (monday, sunday)
    assert str(week) == text.upper()
    assert Week.of(sunday) == week


@pytest.mark.parametrize("text", ["2027-W53", "2026-47", "W47", "2026-W00", ""])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Week.read(text)


@pytest.mark.parametrize(
    ("week", "hours"), [("2026-W13", 167), ("2026-W43", 169), ("2026-W44", 168), ("2027-W12", 167)]
)
def test_a_week_is_as_long_as_the_school_clock_makes_it(week: str, hours: int) -> None:
    span = span_of(Week.read(week), DEFAULT.duty)

    assert span.until.astimezone(UTC) - span.since.astimezone(UTC) == timedelta(hours=hours)


def test_a_policy_counts_for_as_long_as_it_says(life: Life, own: Database) -> None:
    life.begin(MONDAY - 2 * WEEK)
    life.confirmed(life.hidden("x", MONDAY + DAY - 2 * WEEK), MONDAY - WEEK)
    policy = replace(DEFAULT, strikes=replace(DEFAULT.strikes, count_for=2 * WEEK))

    with own.reading() as tx:
        told = report_on(tx, span_of(W47, policy.duty), DUE, policy, "Valewood Primary")

    assert told.strikes == Change(begun=0, ended=1)
