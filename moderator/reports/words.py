"""Figures in words: British, short, calm. Nothing but figures and the school's own name goes in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from moderator.domain import TaskKind
from moderator.platforms.street import shown_name
from moderator.reports.weekly import EVERYWHERE, Figures, Group, Report, Span, Week
from moderator.store.own_posts import OWN_POST
from moderator.store.reports import Gap

NOTHING = "–"
TASK_WORDS = {
    TaskKind.HIDE: "hide a comment",
    TaskKind.RELEASE: "show a comment again",
    TaskKind.REMOVE: "remove a comment",
    TaskKind.BLOCK: "block somebody",
    TaskKind.UNBLOCK: "take a block back",
    TaskKind.MUTE: "mute somebody",
    TaskKind.UNMUTE: "take a mute back",
    TaskKind.ASK_FAMILY: "write to a family",
    TaskKind.PROPOSE_BAN: "think about a ban",
    TaskKind.END_BAN: "lift a ban that ran out",
}
LINES: tuple[tuple[str, str], ...] = (
    ("read", "Read"),
    ("allowed", "Allowed"),
    ("queued", "Queued"),
    ("hidden", "Hidden"),
    ("decided", "Decided by people"),
    ("blocked", "Blocked or muted"),
    ("banned", "Banned"),
    ("undone", "Put back"),
    ("median_s", "Half hidden within"),
    ("p95_s", "95 % hidden within"),
    ("off_duty", "Read out of hours"),
)
LEGEND = (
    "Read: seen for the first time. Allowed, and queued for a person: policy's first word on a comment. Hidden: went out of "
    "sight, by policy or by a person; within so long after it was written. Put back: a person let it be seen again."
)
USUAL = " Usual: the middle of the eight weeks before."


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table in words."""

    name: str
    cells: tuple[str, ...]  # this, last, usual


def number(value: float) -> str:
    """Whole, or with a half in a usual week."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def lasting(seconds: float) -> str:
    """A length of time, in one or two units: "8 s", "3 min", "2 h 10 min", "3 days 4 h"."""
    minutes, hours, days = round(seconds / 60), round(seconds) // 3600, round(seconds) // 86_400
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if minutes < 100:
        return f"{minutes} min"
    if hours < 48:
        return _two(f"{hours} h", f"{round(seconds) % 3600 // 60} min")
    return _two(f"{days} days", f"{round(seconds) % 86_400 // 3600} h")


def _two(first: str, second: str) -> str:
    return first if second.startswith("0 ") else f"{first} {second}"


def share(value: float) -> str:
    return f"{100 * value:.0f} %"


FORMS: dict[str, Callable[[float], str]] = {"median_s": lasting, "p95_s": lasting, "off_duty": share}


def cell(figures: Figures | None, name: str) -> str:
    value: float | None = None if figures is None else getattr(figures, name)
    return NOTHING if value is None else FORMS.get(name, number)(value)


def rows(group: Group, usual: bool = True) -> list[Row]:
    """The table of a group; of one platform, only lines in which something is."""
    columns = (group.this, group.last, *((group.usual,) if usual else ()))
    told = [(name, Row(title, tuple(cell(column, name) for column in columns))) for name, title in LINES]
    if group.platform == EVERYWHERE:
        return [row for _, row in told]
    kept = [row for _, row in told if any(each not in ("0", NOTHING) for each in row.cells)]
    return kept or [told[0][1]]


def title(group: Group) -> str:
    return "All together" if group.platform == EVERYWHERE else shown_name(group.platform)


def day(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def days(span: Span) -> str:
    """ "16 to 22 November 2026", "28 December 2026 to 3 January 2027"."""
    first, last = span.first, span.last
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day(last)}"
    return f"{first.day} {first:%B} to {day(last)}" if first.year == last.year else f"{day(first)} to {day(last)}"


def moment(when: datetime, span: Span) -> str:
    here = when.astimezone(span.zone)
    return f"{here:%A} {here.day} {here:%B}, {here:%H:%M}"


def week_name(span: Span) -> str:
    return f"Week {Week.of(span.first).number}"


def subject(report: Report) -> str:
    """The figures, for a phone that shows forty letters."""
    this, waits = report.all.this, report.waiting.comments
    waiting = f"{waits} {'waits' if waits == 1 else 'wait'} for you" if waits else "nothing waits"
    return f"{week_name(report.span)}: {number(this.read)} read, {number(this.hidden)} hidden, {waiting}"


def verdict(report: Report) -> str:
    """The week in one sentence."""
    this = report.all.this
    told = f"{counted(int(this.read), 'comment')} read, {number(this.hidden)} hidden"
    return f"{_kind_of_week(report)}: {told}, {waits(report)}."


def waits(report: Report) -> str:
    count, urgent = report.waiting.comments, report.waiting.urgent
    if not count:
        return "nothing waits for you"
    also = f" ({urgent} of them urgent)" if urgent else ""
    return f"{count} {'waits' if count == 1 else 'wait'} for you{also}"


def _kind_of_week(report: Report) -> str:
    this, usual = report.all.this, report.all.usual
    if report.gaps:
        return "A week with a gap in watching"
    if usual is not None and (_far_more(this.read, usual.read, 20) or _far_more(this.hidden, usual.hidden, 5)):
        return "Busy week"
    if not report.waiting.comments and this.hidden <= max(2.0, usual.hidden if usual else 0.0):
        return "Quiet week"
    return "This week"


def _far_more(now: float, usually: float, at_least: float) -> bool:
    return now >= at_least and now > 2 * usually


def empty(report: Report) -> tuple[str, str]:
    """An empty week, in two lines: they are the proof that somebody watched."""
    return (
        f"Nothing was written under the school's posts from {days(report.span)}, and nothing waits for you.",
        f"Watching went on without a gap. {record(report)}",
    )


def record(report: Report) -> str:
    return f"The record ends with {report.head}." if report.head.events else "The record is empty so far."


def changes(report: Report) -> list[str]:
    """Strikes and bans that begin or end, a sentence each; none where nothing changed."""
    told = []
    for what, change, ending in (("strike", report.strikes, "ran out"), ("ban", report.bans, "ended")):
        if change.begun or change.ended:
            told.append(f"{counted(change.begun, what)} began, {change.ended} {ending}.")
    if report.bans_running_out:
        told.append(f"{counted(report.bans_running_out, 'ban')} will run out in the week after.")
    return told


def tasks(report: Report) -> list[str]:
    """What is to be done by hand, by kind."""
    known = {OWN_POST: "see to a post of our own"} | {kind.value: words for kind, words in TASK_WORDS.items()}
    return [f"{known.get(kind, kind)}: {count}" for kind, count in sorted(report.tasks.items())]


def by_day(report: Report) -> list[str]:
    return [f"{each.day:%a} {each.day.day}: {each.read:,} read, {each.hidden:,} hidden" for each in report.days]


def oldest(report: Report) -> str:
    since = report.waiting.since
    return "" if since is None else f"The longest since {moment(since, report.span)}."


def gap(found: Gap, span: Span) -> str:
    where = f"{shown_name(found.platform)} ({found.account_id})"
    if found.since is None:
        return f"{where} has never been read so far."
    if found.until is None:
        return f"{where} was last read on {moment(found.since, span)}, and not since."
    length = lasting((found.until - found.since).total_seconds())
    return f"{where} was not read for {length}, until {moment(found.until, span)}."


def regrets(report: Report) -> str:
    """How often policy hid wrongly, this term."""
    found = report.regret
    if not found.hidden:
        return "Policy hid nothing this term."
    back = f"put {found.wrongly} of those back" if found.wrongly else "put none of those back"
    took = f", usually within {lasting(found.median.total_seconds())}" if found.median is not None else ""
    return (
        f"This term policy hid {counted(found.hidden, 'comment')}; people looked at {found.looked_at} and {back}{took}."
    )


def on_one_line(words: str) -> str:
    """The school's own name, on one line and without marks that turn writing round."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
