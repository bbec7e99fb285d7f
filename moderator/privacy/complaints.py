"""The clock of a complaint about how somebody's data are used: acknowledged within 30 days, answered without undue delay.

The 30 days are those of section 164A of the Data Protection Act 2018, put in by section 103 of the Data (Use and Access) Act
2025 ("within the period of 30 days beginning when the complaint is received"; legislation.gov.uk, read 2026-11-22). They are
counted by the school's own calendar, and the day on which it came is the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from moderator.store.data_complaints import DataComplaint

ACKNOWLEDGE_WITHIN = timedelta(days=30)
WARN_BEFORE = timedelta(days=7)


def due_at(complaint: DataComplaint, zone: ZoneInfo) -> datetime:
    """The end of the last day on which it can be acknowledged in time."""
    day = complaint.received_at.astimezone(zone).date() + ACKNOWLEDGE_WITHIN - timedelta(days=1)
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone)


def state(complaint: DataComplaint, zone: ZoneInfo, now: datetime) -> str:
    """How it stands, in words."""
    due = due_at(complaint, zone)
    if complaint.answered_at is not None:
        return f"answered on {complaint.answered_at.astimezone(zone):%d %B %Y} by {complaint.answered_by}"
    if complaint.acknowledged_at is not None:
        return f"acknowledged on {complaint.acknowledged_at.astimezone(zone):%d %B %Y}; waits for its answer"
    if now > due:
        return f"LATE: it was to be acknowledged by {due:%d %B %Y}"
    return f"to be acknowledged by {due:%d %B %Y}"


def is_late(complaint: DataComplaint, zone: ZoneInfo, now: datetime) -> bool:
    """Whether the law's time ran out before anybody acknowledged it."""
    return (complaint.acknowledged_at or now) > due_at(complaint, zone) and complaint.answered_at is None


def in_words(complaints: Iterable[DataComplaint], zone: ZoneInfo, now: datetime) -> tuple[bool, str]:
    """Whether all is well with those that are not answered yet, and a sentence for `check`."""
    waiting = [each for each in complaints if each.answered_at is None]
    late = [each for each in waiting if each.acknowledged_at is None and now > due_at(each, zone)]
    soon = [each for each in waiting if each.acknowledged_at is None and now > due_at(each, zone) - WARN_BEFORE]
    if late:
        numbers = ", ".join(str(each.number) for each in late)
        return False, f"late: nobody acknowledged complaint {numbers} within 30 days (moderator complaints list)"
    if soon:
        numbers = ", ".join(f"{each.number} by {due_at(each, zone):%d %B}" for each in soon)
        return False, f"to be acknowledged soon: {numbers} (moderator complaints acknowledge NUMBER)"
    return True, f"{len(waiting)} not answered yet" if waiting else "none about data waits"
