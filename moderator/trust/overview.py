"""How every school of a trust stands: which are blind, behind, out of quota, and where something urgent waits for a person.

Ids of schools and accounts, times and counts go out; nothing is changed, and no platform is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from moderator.platforms.sharing import GRANTED
from moderator.settings.trust import TrustSettings
from moderator.store import app_uses, overview
from moderator.store.app_uses import TOGETHER
from moderator.store.database import Database
from moderator.store.overview import Inside, Reading
from moderator.store.turns import Work

BLIND_AFTER = timedelta(minutes=30)
"""An account that was not read for so long, and not since it is read seldom."""
LATE_AFTER = timedelta(minutes=5)
"""A turn that was due for so long and that nobody took."""
WORKERS_OF = timedelta(minutes=10)
"""Who began a turn within it is at work."""


@dataclass(frozen=True, slots=True)
class SchoolNow:
    """One school. Times are ages, in seconds."""

    school_id: str
    blind: Mapping[str, float | None]  # accounts that are not read, since when; None: never yet
    behind: Mapping[str, float]  # kinds of work that are late, by how much
    out_of_quota: tuple[str, ...]  # accounts
    unjudged: int
    actions: int
    waiting: int
    urgent: int
    urgent_for_s: float | None

    @property
    def well(self) -> bool:
        """Nothing for the operator to do. What is urgent is the school's to decide."""
        return not (self.blind or self.behind or self.out_of_quota)


@dataclass(frozen=True, slots=True)
class AppNow:
    """What the schools of one app have used together of one limit."""

    name: str
    counter: str
    used: int
    limit: int
    schools: int
    ends_at: datetime

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class TrustNow:
    """One moment."""

    at: datetime
    schools: tuple[SchoolNow, ...]  # by id
    apps: tuple[AppNow, ...]
    workers: Mapping[str, int]
    not_enlisted: tuple[str, ...]  # schools with a folder whose work no worker has taken up yet

    @property
    def well(self) -> bool:
        return bool(self.workers) and not self.not_enlisted and all(school.well for school in self.schools)


def look(trust: TrustSettings, store: Database, now: datetime) -> TrustNow:
    """`store` is of no school. Raises StoreError."""
    with store.reading() as tx:
        readings, late = overview.readings(tx), overview.overdue(tx, now - LATE_AFTER)
        workers = overview.workers(tx, now - WORKERS_OF)
    schools = [
        school_now(school_id, readings[school_id], late.get(school_id, {}), inside, now)
        for school_id, inside in overview.inside(store, sorted(readings), now)
    ]
    known = {place.school_id for place in trust.schools}
    return TrustNow(now, tuple(schools), apps_now(trust, store, now), workers, tuple(sorted(known - set(readings))))


def school_now(
    school_id: str, readings: Mapping[str, Reading], late: Mapping[Work, datetime], inside: Inside, now: datetime
) -> SchoolNow:
    blind = {account: _age(inside.read_at.get(account), now) for account in _blind(readings, inside, now)}
    return SchoolNow(
        school_id,
        blind,
        {work.value: (now - since).total_seconds() for work, since in late.items()},
        tuple(account for account, reading in readings.items() if reading.trouble == "quota"),
        inside.unjudged,
        inside.actions,
        inside.waiting,
        inside.urgent,
        _age(inside.urgent_since, now),
    )


def _blind(readings: Mapping[str, Reading], inside: Inside, now: datetime) -> Iterable[str]:
    for account, reading in readings.items():
        read_at = inside.read_at.get(account)
        is_old = read_at is None or now - read_at > BLIND_AFTER
        if is_old and (reading.trouble or now - reading.due_at > LATE_AFTER):
            yield account


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else round((now - since).total_seconds(), 1)


def apps_now(trust: TrustSettings, store: Database, now: datetime) -> tuple[AppNow, ...]:
    found = []
    for app in trust.apps:
        span = GRANTED[app.platform].span(now)
        with store.reading() as tx:
            for counter, limit in app.limits.items():
                used = app_uses.used(tx, app.name, counter, span.key).get(TOGETHER, 0)
                found.append(AppNow(app.name, counter, used, limit, len(app.schools), span.ends_at))
    return tuple(found)


def as_facts(now: TrustNow) -> dict[str, Any]:
    """For scripts. Every school stands in it."""
    facts = asdict(now)
    schools = [{**asdict(school), "well": school.well} for school in now.schools]
    apps = [{**asdict(app), "left": app.left, "ends_at": app.ends_at.isoformat()} for app in now.apps]
    return facts | {"at": now.at.isoformat(), "well": now.well, "schools": schools, "apps": apps}


def in_words(now: TrustNow) -> Sequence[str]:
    """A line for each school where something is to be done or urgent, after a line about all."""
    return [*_of_all(now), *(_of_school(school) for school in worth_telling(now)), *map(_of_app, now.apps)]


def worth_telling(now: TrustNow) -> Sequence[SchoolNow]:
    """Where the operator is wanted first, then where something urgent waits, the longest first."""
    told = [school for school in now.schools if not school.well or school.urgent]
    return sorted(told, key=lambda school: (school.well, -(school.urgent_for_s or 0.0), school.school_id))


def _of_all(now: TrustNow) -> Iterable[str]:
    well = sum(school.well for school in now.schools)
    yield f"{counted(len(now.schools))}, {well} of them well; {counted(len(now.workers), 'worker')} at work."
    if not now.workers:
        yield "No worker has begun anything for ten minutes. Start one: moderator worker"
    if now.not_enlisted:
        yield f"Not taken up yet: {', '.join(now.not_enlisted)}. Look for faults: moderator trust check"


def _of_school(school: SchoolNow) -> str:
    parts = [f"not read: {account} ({'never' if age is None else ago(age)})" for account, age in school.blind.items()]
    parts += [f"late: {work} ({ago(age)})" for work, age in school.behind.items()]
    parts += [f"out of quota: {', '.join(school.out_of_quota)}"] if school.out_of_quota else []
    parts += [f"urgent: {school.urgent}, since {ago(school.urgent_for_s or 0.0)}"] if school.urgent else []
    return f"{school.school_id}  {'; '.join(parts)}"


def _of_app(app: AppNow) -> str:
    return (
        f"{app.name}  {app.used:,} of {app.limit:,} {app.counter} used by {counted(app.schools)}; "
        f"more at {app.ends_at:%d %b %H:%M} UTC"
    )


def counted(number: int, what: str = "school") -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def ago(seconds: float) -> str:
    minutes = int(seconds // 60)
    return (
        f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
    )
