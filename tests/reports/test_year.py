"""A year and a bit of school weeks, lived through by the clock: four clock changes and week 53. Every comment counts once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlmodel import func, select

from moderator.domain import Ruling
from moderator.policy.limits import DEFAULT
from moderator.reports.send import Letters, latest_due, put_due
from moderator.reports.weekly import COUNTS, Figures, Record, Span, Week, span_of
from moderator.settings.mail import WeeklySettings
from moderator.store import audit, decisions, mails
from moderator.store.database import Database
from moderator.store.tables import AuditEventRow, CommentRow, DecisionRow
from tests.reports.made import DAY, HEAD, HEAD_MAIL, HOUR, LONDON, MINUTE, Life, london

DUTY = DEFAULT.duty
CHANGES = ("2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31")
"""Sundays on which the clocks change: 2026 has 53 weeks, and the year after begins in the middle of one."""
FIRST, LAST = Week(2026, 12), Week(2027, 45)


def weeks() -> Iterator[Week]:
    week = FIRST
    while week <= LAST:
        yield week
        week = week.plus(1)


def test_the_year_has_a_week_53_and_no_hour_is_in_two_weeks_or_in_none() -> None:
    spans = [span_of(week, DUTY) for week in weeks()]

    assert Week(2026, 53) in list(weeks())
    assert all(one.until == other.since for one, other in pairwise(spans))
    hours = Counter(round((span.until.astimezone(UTC) - span.since.astimezone(UTC)) / HOUR) for span in spans)
    assert hours == {167: 2, 168: len(spans) - 4, 169: 2}
    for change in CHANGES:
        at = london(f"{change} 00:00").astimezone(UTC) - 2 * HOUR
        for _ in range(30):
            assert sum(span.since <= at < span.until for span in spans) == 1
            at += HOUR


def test_totals_over_weeks_are_totals_over_comments(own: Database) -> None:
    life, chance = Life(own), random.Random(53)
    life.begin(london("2026-03-16 00:00"))
    for at in moments(chance):
        platform = chance.choice(("x", "youtube", "instagram"))
        match chance.randrange(4):
            case 0:
                life.allowed(platform, at)
            case 1:
                life.queued(platform, at)
            case 2:
                life.put_back(life.hidden(platform, at), at + chance.randrange(1, 300) * HOUR)
            case _:
                comment = life.hidden(platform, at)
                life.ruled(comment, Ruling.HIDE, at + HOUR, HEAD.name)

    with own.reading() as tx:
        record = Record.load(tx, span_of(FIRST, DUTY).since, span_of(LAST, DUTY).until)
        comments = tx.all(select(func.count()).select_from(CommentRow))[0]
        hidden = select(func.count()).select_from(AuditEventRow).where(AuditEventRow.event == "hidden")
        by_people = select(func.count()).select_from(DecisionRow).where(DecisionRow.decided_by == HEAD.name)
        in_store = (comments, tx.all(hidden)[0], tx.all(by_people)[0])
        still_waiting = decisions.count_queued(tx)
    totals: Counter[str] = Counter()
    for week in weeks():
        span = span_of(week, DUTY)
        everywhere = record.within(span).figures(DUTY)
        by_platform = [record.within(span, platform).figures(DUTY) for platform in ("x", "youtube", "instagram")]
        by_day = [record.within(Span(day, day, LONDON)).figures(DUTY) for day in span.days]
        for name in COUNTS:
            assert getattr(everywhere, name) == total(by_platform, name) == total(by_day, name), (week, name)
            totals[name] += getattr(everywhere, name)

    assert (totals["read"], totals["hidden"], totals["decided"]) == in_store
    assert totals["allowed"] + totals["queued"] + totals["hidden"] == totals["read"] == life.count
    assert still_waiting == totals["queued"]


def total(figures: list[Figures], name: str) -> float:
    return float(sum(getattr(each, name) for each in figures))


def moments(chance: random.Random) -> Iterator[datetime]:
    """A comment every four days or so, and one every two hours around each change of the clocks and of the year."""
    at = london("2026-03-16 00:00").astimezone(UTC)
    dense = [london(f"{day} 00:00").astimezone(UTC) for day in (*CHANGES, "2027-01-03")]
    while at < london("2027-10-25 00:00"):
        yield at
        near = any(abs(at + 8 * HOUR - each) < 16 * HOUR for each in dense)
        at += timedelta(hours=2) if near else timedelta(minutes=chance.randrange(1, 168 * 60))


def test_each_school_week_has_exactly_one_report_whatever_the_clock_does(own: Database, letters: Letters) -> None:
    with own.transaction() as tx:
        audit.write(tx, "account_resumed", london("2026-03-16 12:00"), actor="moderator")
    at, put = london("2026-03-20 00:00").astimezone(UTC), []
    while at < london("2027-11-20 00:00"):
        put += [(mail.key, at) for mail in put_due(own, letters, at) if mail.recipient == HEAD_MAIL.address]
        at = next_look(at)

    assert [key for key, _ in put] == [f"weekly {week}" for week in weeks()]
    for _, when in put:
        here = when.astimezone(LONDON)
        assert (here.weekday(), here.hour, here.minute) == (0, 7, 30)
    with own.reading() as tx:
        assert len(mails.listed(tx, most=1000)) == 2 * len(put)


def next_look(at: datetime) -> datetime:
    """Every twenty minutes on Mondays and around the changes of the clocks, else every nine hours: nothing is due then."""
    here = at.astimezone(LONDON)
    at_change = any(abs(at - london(f"{day} 02:00")) < 3 * HOUR for day in CHANGES)
    if at_change or (here.weekday() == 0 and here.hour < 9):
        return at + 30 * MINUTE
    return min(at + 9 * HOUR, london(f"{(here + DAY).date()} 00:00").astimezone(UTC))


def test_a_time_that_the_clocks_leave_out_or_have_twice_is_due_once() -> None:
    """Half past one on the Sundays when the clocks change."""
    weekly = WeeklySettings(weekday=6, time=datetime(2026, 1, 1, 1, 30).time())  # noqa: DTZ001  A time of day.
    for change in CHANGES:
        at, seen = london(f"{change} 00:00").astimezone(UTC) - DAY, []
        for _ in range(48 * 6):
            seen.append(latest_due(at, weekly, DUTY))
            at += 10 * MINUTE
        assert sorted(set(seen)) == sorted({seen[0], seen[0].plus(1)})
        assert seen == sorted(seen)
