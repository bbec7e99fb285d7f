"""Which reports are due, and into the outbox with them: each once for its week and recipient, whatever the clock does.

What is due comes from the store and the calendar alone. A week's letter is due from the day and time that the settings say,
first after the week's end, and stays due until it was put there: late rather than lost. Weeks missed while the machine was off
follow, oldest first, at most four of them, and only to those who had a letter before: nobody is greeted with a pile of old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from moderator.logs import Log
from moderator.pipeline import House
from moderator.policy.duty import Duty, Term
from moderator.policy.limits import Policy
from moderator.reports.health import Note, health_today
from moderator.reports.mail import Mailer, Sending, packed, send_due, stable_id, writer_of
from moderator.reports.render import Letter, governors_letter, message_of, weekly_letter
from moderator.reports.rounds import Rounds
from moderator.reports.way_out import WayOut, token_of
from moderator.reports.weekly import A_DAY, A_WEEK, Report, Span, Week, report_on, span_of
from moderator.settings import Settings
from moderator.settings.mail import Person, WeeklySettings
from moderator.store import mails, pauses, reports
from moderator.store.database import Database, Transaction
from moderator.store.mails import Mail

WEEKLY, GOVERNORS = "weekly", "governors"
LOOK_EVERY_S = 60
SENDING_TAKES_AT_MOST_S = 1800.0
MOST_WEEKS = 4
TODAY_LASTS = A_WEEK
"""How long after it was due a report still tells how things stand today; later that would be another week's news."""
GOVERNORS_WITHIN = mails.ASKED_FOR
"""A half term that ended longer ago is told no more by itself."""


@dataclass(frozen=True, slots=True)
class Letters:
    """What the reports are made from and sent by; `policy` is the one in force."""

    settings: Settings
    policy: Policy

    @property
    def duty(self) -> Duty:
        return self.policy.duty

    def weekly(self, tx: Transaction, week: Week, now: datetime) -> tuple[Report, Letter]:
        """The week's report: its figures are the same whenever it is made; how things stand today only soon after it was due."""
        report = self.report(tx, week, now)
        notes: tuple[Note, ...] = health_today(tx, self.settings, now) if now < report.as_of + TODAY_LASTS else ()
        return report, weekly_letter(report, notes, self.settings.mail.page)

    def report(self, tx: Transaction, week: Week, now: datetime) -> Report:
        """The figures of a week. An account that was taken out of the settings is no gap, but in old weeks in which it was read.

        The settings say what is watched today, and not what was then.
        """
        due, span = min(due_at(week, self.settings.weekly, self.duty), now), span_of(week, self.duty)
        watched = {each.account.id for each in self.settings.accounts}
        if now >= due + TODAY_LASTS:
            watched |= reports.read_since(tx, span.since)
        return report_on(tx, span, due, self.policy, self.settings.school.name, watched=watched)

    def governors(self, tx: Transaction, half: Term, before: Term | None = None) -> tuple[Report, Letter]:
        """The totals of a half term, beside those of the one before it."""
        span, zone = Span(half.first, half.last, self.duty.zone), self.duty.zone
        beside = None if before is None else Span(before.first, before.last, zone)
        watched = {each.account.id for each in self.settings.accounts}
        report = report_on(tx, span, span.until, self.policy, self.settings.school.name, beside, 0, watched)
        return report, governors_letter(report, self.settings.mail.page)

    def mail(self, letter: Letter, key: str, to: Person, now: datetime) -> Mail:
        """A letter as it lies in the outbox; the same one to the same person has the same Message-ID for ever."""
        kind, school_id = key.split()[0], self.settings.school.id
        message_id = stable_id(self.settings.mail, writer_of(self.settings.school), key, to.address)
        here = now.astimezone(self.duty.zone)
        token = token_of(self.settings.audit_key, WayOut(to.address, kind), now)
        message = message_of(letter, self.settings.mail, to, message_id, f"{kind}.{school_id}", here, token)
        return packed(message, key, kind, now)


def put_due(database: Database, letters: Letters, now: datetime) -> list[Mail]:
    """Make every letter that is due and not in the outbox yet; returns those that were put there now. Raises StoreError.

    Two daemons may do so at once: the outbox keeps one of each.
    """
    with database.reading() as tx:
        made = [*_weekly_due(tx, letters, now), *_governors_due(tx, letters, now)]
    if not made:
        return []
    with database.transaction() as tx:
        return [mail for mail in made if mails.put(tx, mail)]


def _weekly_due(tx: Transaction, letters: Letters, now: datetime) -> Iterator[Mail]:
    settings = letters.settings
    began, latest = reports.began(tx), latest_due(now, settings.weekly, letters.duty)
    wanted: dict[Week, list[Person]] = {}
    for to in settings.weekly.to:
        for week in _missing(tx, to, latest):
            if pauses.covers(tx, to.address, WEEKLY, due_at(week, settings.weekly, letters.duty)):
                continue
            if began is not None and began < span_of(week, letters.duty).until:
                wanted.setdefault(week, []).append(to)
    for week in sorted(wanted):
        _, letter = letters.weekly(tx, week, now)
        yield from (letters.mail(letter, weekly_key(week), to, now) for to in wanted[week])


def _missing(tx: Transaction, to: Person, latest: Week) -> list[Week]:
    """The weeks that this person was not told of, oldest first: those since the last one told, and the latest in any case."""
    told = {Week.read(key.split()[1]) for key in mails.keys(tx, WEEKLY, to.address)}
    weeks = [latest.plus(-back) for back in reversed(range(MOST_WEEKS))]
    return [week for week in weeks if week not in told and (week == latest or any(each < week for each in told))]


def _governors_due(tx: Transaction, letters: Letters, now: datetime) -> Iterator[Mail]:
    """The half term that ended last, from the weekly day and time after its end on."""
    weekly, halves = letters.settings.weekly, half_terms(letters.settings, letters.duty)
    ended = [half for half in halves if _after(half.last + A_DAY, weekly, letters.duty) <= now]
    if not weekly.governors or not ended:
        return
    half = ended[-1]
    key, began = governors_key(half), reports.began(tx)
    to = [
        person
        for person in weekly.governors
        if not mails.has(tx, key, person.address) and not pauses.covers(tx, person.address, GOVERNORS, now)
    ]
    over = Span(half.first, half.last, letters.duty.zone).until
    if to and began is not None and began < over and now < over + GOVERNORS_WITHIN:
        _, letter = letters.governors(tx, half, ended[-2] if len(ended) > 1 else None)
        yield from (letters.mail(letter, key, person, now) for person in to)


def half_terms(settings: Settings, duty: Duty) -> tuple[Term, ...]:
    """Those of the settings, or else the terms of the policy, by their last day."""
    return tuple(sorted(settings.weekly.half_terms or duty.terms, key=lambda term: term.last))


def weekly_key(week: Week) -> str:
    return f"{WEEKLY} {week}"


def governors_key(half: Term) -> str:
    return f"{GOVERNORS} {half.first}/{half.last}"


def due_at(week: Week, weekly: WeeklySettings, duty: Duty) -> datetime:
    """When the report of a week is due: at its day and time, first after the week's end."""
    return _after(week.sunday + A_DAY, weekly, duty)


def _after(monday: date, weekly: WeeklySettings, duty: Duty) -> datetime:
    """The weekly day and time on this day or the first after it, by the school's clock."""
    wait = (weekly.weekday - monday.weekday()) % 7
    return datetime.combine(monday + timedelta(days=wait), weekly.time, duty.zone)


def latest_due(now: datetime, weekly: WeeklySettings, duty: Duty) -> Week:
    """The latest whole week whose report is due."""
    week = Week.of(now.astimezone(duty.zone).date())
    while due_at(week, weekly, duty) > now:
        week = week.plus(-1)
    return week


def report_rounds(house: House, settings: Settings, log: Log, clock: Callable[[], datetime]) -> list[Rounds]:
    """The round of the daemon that makes and sends reports; none while no mail server is named."""
    if not settings.mail.on:
        return []
    mailer = Mailer(settings.mail)

    def reports(house: House, now: datetime) -> None:
        _send(house.database, mailer, log, now)  # First, so that a report that cannot be made holds up no other.
        for mail in put_due(house.database, Letters(settings, house.policy), now):
            log.info("report.made", key=mail.key)
        _send(house.database, mailer, log, now)

    return [Rounds("reports", LOOK_EVERY_S, reports, house, log, clock, SENDING_TAKES_AT_MOST_S)]


def send_reports(database: Database, mailer: Mailer, now: datetime) -> list[Sending]:
    """Try every report that is due in the outbox, and nothing else that lies there."""
    return [sending for kind in (WEEKLY, GOVERNORS, "rest") for sending in send_due(database, mailer, now, kind)]


def _send(database: Database, mailer: Mailer, log: Log, now: datetime) -> None:
    for sending in send_reports(database, mailer, now):
        if sending.went:
            log.info("report.sent", key=sending.mail.key)
        elif sending.next_try_at is not None:
            again = sending.next_try_at.isoformat(timespec="seconds")
            log.warning("report.not_sent", key=sending.mail.key, detail=sending.why, again=again)
        else:
            log.error("report.given_up", key=sending.mail.key, detail=sending.why)
