"""The figures of a week, or of any other time of whole days: the record goes in, counts come out. Made again they are the same.

A week is an ISO week of the school's own clock: from Monday 00:00 to the next Monday 00:00, 167, 168 or 169 hours. What waits
and what is open is told as it stood at the time for which the report was due, however late it is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from math import ceil
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from moderator.domain import Mode, Ruling
from moderator.hindsight import regret
from moderator.hindsight.regret import Regret
from moderator.policy.duty import Duty
from moderator.policy.limits import Policy
from moderator.store import reports
from moderator.store.chain import Head
from moderator.store.comments import UNWATCHED_AFTER
from moderator.store.database import Transaction
from moderator.store.reports import Answered, Banned, Change, Gap, Happened, Ruled, Waiting, WentOutOfSight

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
USUAL_WEEKS = 8
EVENTS = ("received", "blocked", "muted")
EVERYWHERE = ""
"""The group of all platforms together."""


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week, as "2026-W47"."""

    year: int
    number: int

    def __post_init__(self) -> None:
        date.fromisocalendar(self.year, self.number, 1)  # Raises ValueError for a week that year has not.

    @classmethod
    def read(cls, text: str) -> Week:
        """Raises ValueError where it is no week."""
        year, _, number = text.strip().upper().partition("-W")
        return cls(int(year), int(number))

    @classmethod
    def of(cls, day: date) -> Week:
        return cls(*day.isocalendar()[:2])

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return self.monday + 6 * A_DAY

    def plus(self, weeks: int) -> Week:
        return Week.of(self.monday + weeks * A_WEEK)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days by the school's clock: from midnight before `first` to midnight after `last`."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + A_DAY, time(), self.zone)

    @property
    def days(self) -> list[date]:
        return [self.first + n * A_DAY for n in range((self.last - self.first).days + 1)]

    def before(self, times: int = 1) -> Span:
        """The stretch of the same length that lies `times` lengths before."""
        back = times * (self.last - self.first + A_DAY)
        return Span(self.first - back, self.last - back, self.zone)


def span_of(week: Week, duty: Duty) -> Span:
    return Span(week.monday, week.sunday, duty.zone)


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a time, on one platform or on all.

    Every event has one moment and counts where that moment lies. Times are in seconds, shares from 0.0 to 1.0; None where
    there is nothing to measure. In a usual week, the median of eight, counts may be halves.
    """

    read: float = 0  # comments seen for the first time
    allowed: float = 0  # of policy's first words on a comment
    queued: float = 0  # the same, and left in sight until a person looks
    hidden: float = 0  # times that a comment went out of sight, whoever asked for it
    decided: float = 0  # decisions by people, less those taken back before anything left
    blocked: float = 0  # authors blocked or muted on a platform
    banned: float = 0
    undone: float = 0  # a person put back what was out of sight
    median_s: float | None = None  # in sight before it was hidden
    p95_s: float | None = None
    off_duty: float | None = None  # share of what was read while nobody was on duty

    @property
    def nothing(self) -> bool:
        return not any(getattr(self, name) for name in COUNTS)


COUNTS = ("read", "allowed", "queued", "hidden", "decided", "blocked", "banned", "undone")


@dataclass(frozen=True, slots=True)
class Group:
    """One platform, or all of them, beside what was before."""

    platform: str  # EVERYWHERE for all together
    this: Figures
    last: Figures
    usual: Figures | None  # None where there is no whole week before


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    read: int
    hidden: int


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one report."""

    school: str  # its name
    school_id: str
    span: Span
    as_of: datetime  # what waits is told as it stood then
    groups: tuple[Group, ...]  # all together first, then by platform
    days: tuple[Day, ...]
    waiting: Waiting
    tasks: Mapping[str, int]  # by kind, open
    strikes: Change
    bans: Change
    bans_running_out: int  # in the seven days after
    gaps: tuple[Gap, ...]
    regret: Regret  # this term
    head: Head

    @property
    def all(self) -> Group:
        return self.groups[0]

    @property
    def empty(self) -> bool:
        """Nothing happened, nothing waits, nothing is wrong."""
        changes = (self.strikes.begun, self.strikes.ended, self.bans.begun, self.bans.ended, self.bans_running_out)
        return self.all.this.nothing and not (self.waiting.comments or self.tasks or self.gaps or any(changes))


@dataclass(frozen=True, slots=True)
class Record:
    """What happened, as read once from the store."""

    happened: Sequence[Happened]
    ruled: Sequence[Ruled]
    answered: Sequence[Answered]
    hidden: Sequence[WentOutOfSight]
    banned: Sequence[Banned]

    @classmethod
    def load(cls, tx: Transaction, since: datetime, until: datetime) -> Record:
        return cls(
            reports.happened(tx, EVENTS, since, until),
            reports.first_rulings(tx, since, until),
            reports.answers(tx, since, until),
            reports.out_of_sight(tx, since, until),
            reports.bans(tx, since, until),
        )

    def within(self, span: Span, platform: str = EVERYWHERE) -> Record:
        since, until = span.since, span.until

        def fits(each: Happened | Ruled | Answered | WentOutOfSight | Banned) -> bool:
            return since <= each.at < until and platform in (EVERYWHERE, each.platform)

        return Record(
            [each for each in self.happened if fits(each)],
            [each for each in self.ruled if fits(each)],
            [each for each in self.answered if fits(each) and _stands(each, until)],
            [each for each in self.hidden if fits(each)],
            [each for each in self.banned if fits(each) and _stands(each, until)],
        )

    def bans(self, span: Span) -> Change:
        """Bans that were made in that time, and those that were lifted or ran out in it."""
        stand = [each for each in self.banned if _stands(each, span.until)]
        return Change(
            sum(span.since <= each.at < span.until for each in stand),
            sum(each.ended_at is not None and span.since <= each.ended_at < span.until for each in stand),
        )

    def figures(self, duty: Duty) -> Figures:
        times = Counter(each.what for each in self.happened)
        read_at = [each.at for each in self.happened if each.what == "received"]
        waits = [each for each in self.ruled if each.ruling is not Ruling.ALLOW]
        took = sorted(each.after.total_seconds() for each in self.hidden if each.after is not None)
        return Figures(
            read=len(read_at),
            allowed=len(self.ruled) - len(waits),
            # In shadow mode nothing is hidden: what policy would hide is in sight, and waits like the rest.
            queued=sum(each.ruling is Ruling.QUEUE or each.mode is Mode.SHADOW for each in waits),
            hidden=len(self.hidden),
            decided=len(self.answered),
            blocked=times["blocked"] + times["muted"],
            banned=len(self.banned),
            undone=sum(each.undid for each in self.answered),
            median_s=median(took) if took else None,
            p95_s=took[ceil(0.95 * len(took)) - 1] if took else None,
            off_duty=sum(not duty.is_on_duty(at) for at in read_at) / len(read_at) if read_at else None,
        )


def _stands(made: Answered | Banned, until: datetime) -> bool:
    """Whether it was not taken back by then: a slip of the finger that never left the house is no decision."""
    return made.taken_back_at is None or made.taken_back_at >= until


def report_on(
    tx: Transaction,
    span: Span,
    as_of: datetime,
    policy: Policy,
    school: str,
    before: Span | None = None,
    usual_of: int = USUAL_WEEKS,
    watched: Collection[str] | None = None,
) -> Report:
    """Every figure of a time; beside it the time `before`, and the median of the `usual_of` times of its length before.

    `watched` are the ids of the accounts of which it is told that they are still not read; None: all there ever were.
    """
    duty, began, before = policy.duty, reports.began(tx), before or span.before()
    earlier = [span.before(times) for times in range(1, usual_of + 1)]
    whole = [each for each in earlier if began is not None and each.since >= began]
    record = Record.load(tx, min(each.since for each in (span, before, *earlier)), span.until)
    term = regret.term_began(duty, span.until - A_DAY)
    return Report(
        school=school,
        school_id=tx.school_id,
        span=span,
        as_of=as_of,
        groups=tuple(
            Group(
                platform,
                record.within(span, platform).figures(duty),
                record.within(before, platform).figures(duty),
                _usual([record.within(each, platform).figures(duty) for each in whole]),
            )
            for platform in (EVERYWHERE, *reports.platforms(tx))
        ),
        days=tuple(_days(record.within(span), span)),
        waiting=reports.waiting(tx, as_of),
        tasks=dict(reports.open_tasks(tx, as_of)),
        strikes=reports.strikes(tx, span.since, span.until, policy.strikes.count_for),
        bans=record.bans(span),
        bans_running_out=reports.bans_running_out(tx, span.until, span.until + A_WEEK),
        gaps=tuple(reports.gaps(tx, span.since, min(span.until, as_of), UNWATCHED_AFTER, watched)),
        regret=regret.measure(tx, term, span.until, as_of=span.until),
        head=reports.head_at(tx, as_of),
    )


def _usual(weeks: Sequence[Figures]) -> Figures | None:
    """The median of each figure; None where there is no week."""
    if not weeks:
        return None
    medians: dict[str, Any] = {
        each.name: _median(getattr(week, each.name) for week in weeks) for each in fields(Figures)
    }
    return Figures(**medians)


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _days(record: Record, span: Span) -> Iterable[Day]:
    read = Counter(each.at.astimezone(span.zone).date() for each in record.happened if each.what == "received")
    hidden = Counter(each.at.astimezone(span.zone).date() for each in record.hidden)
    return (Day(day, read[day], hidden[day]) for day in span.days)
