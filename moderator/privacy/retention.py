"""How long words are kept, by class, and clearing away what is over that time.

A comment goes by its class: clean after 30 days, actioned after twelve months, unless the school says otherwise. What waits
for somebody is kept however old it is, and so is what is on hold. A time in the policy that is shorter than the one in force
holds at once; a longer one waits until two people agreed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from moderator.policy.keeping import Retention
from moderator.store import audit, decisions, forgetting, leftovers, retention_terms
from moderator.store.database import Database, Transaction
from moderator.store.leftovers import LEFTOVERS
from moderator.store.retained import Retained, retained
from moderator.store.retention_terms import LastRun
from moderator.store.tombstones import Why

A_DAY = timedelta(days=1)
AT_ONCE = 200
"""Comments cleared by one transaction: few enough that a page just read does not wait long."""


class Class(StrEnum):
    """Why a comment is kept."""

    CLEAN = "clean"  # it was let pass
    ACTIONED = "actioned"  # more was said or done about it
    WAITING = "waiting"  # somebody has yet to decide it, or to do something about it
    ON_HOLD = "on_hold"  # a person said that it must be kept


WHY_KEPT = {
    Class.CLEAN: "It was read and let pass. It is kept for a short time, so that an edit or a question can be looked into.",
    Class.ACTIONED: "The school looked into it or acted on it. It is kept so that the decision can be explained and reviewed.",
    Class.WAITING: "Somebody at the school has yet to decide about it, or to finish what was decided.",
    Class.ON_HOLD: "It must be kept for a legal reason, until the school says that this has ended.",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """The times in force, and those that the policy asks for where they are longer."""

    in_force: Retention
    asked: Retention

    def length(self, kind: Class) -> timedelta | None:
        """None: kept however old it is."""
        return {Class.CLEAN: self.in_force.clean, Class.ACTIONED: self.in_force.actioned}.get(kind)

    @property
    def longer(self) -> dict[str, int]:
        """By class, the days asked for that two people must agree to first."""
        asked, now = days_of(self.asked), days_of(self.in_force)
        return {name: days for name, days in asked.items() if days > now[name]}


@dataclass(frozen=True, slots=True)
class Count:
    """How many comments of a class have their words, and how many of these are over their time."""

    held: int = 0
    due: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """How things stand, and what the next run would do."""

    terms: Terms
    comments: Mapping[Class, Count]
    leftovers: Mapping[str, int]  # what is left over, and would go
    last: LastRun | None

    @property
    def next_at(self) -> datetime | None:
        """None: as soon as the daemon runs."""
        return None if self.last is None else self.last.at + A_DAY


def days_of(retention: Retention) -> dict[str, int]:
    return {"clean": retention.clean.days, "actioned": retention.actioned.days}


def terms(tx: Transaction, asked: Retention) -> Terms:
    """The shorter of what the policy asks for and what is in force; at first the times that the program comes with are."""
    known = days_of(Retention()) | retention_terms.days(tx)
    now = {name: min(days, known[name]) for name, days in days_of(asked).items()}
    return Terms(Retention(timedelta(days=now["clean"]), timedelta(days=now["actioned"])), asked)


def class_of(each: Retained) -> Class:
    if each.on_hold:
        return Class.ON_HOLD
    if each.waits:
        return Class.WAITING
    return Class.ACTIONED if each.stopped else Class.CLEAN


def kept_until(each: Retained, terms: Terms) -> datetime | None:
    """None: until somebody decides, finishes or releases it."""
    length = terms.length(class_of(each))
    return None if length is None else each.last_at + length


def is_due(each: Retained, terms: Terms, now: datetime) -> bool:
    until = kept_until(each, terms)
    return until is not None and until <= now


def survey(tx: Transaction, asked: Retention, now: datetime) -> Survey:
    """What is held by class, and what a run now would clear away. Changes nothing."""
    in_force = terms(tx, asked)
    counts = dict.fromkeys(Class, Count())
    for each in retained(tx):
        kind, before = class_of(each), counts[class_of(each)]
        oldest = min(at for at in (before.oldest, each.last_at) if at is not None)
        counts[kind] = Count(before.held + 1, before.due + is_due(each, in_force, now), oldest)
    left = {each.name: leftovers.count(tx, each, now, _kept_for(each.keeps, in_force)) for each in LEFTOVERS}
    return Survey(
        in_force, counts, {name: count for name, count in left.items() if count}, retention_terms.last_run(tx)
    )


def is_time(tx: Transaction, now: datetime) -> bool:
    """Whether a day has passed since the last run, or there was none; a clock that was set back counts as one too."""
    last = retention_terms.last_run(tx)
    return last is None or not last.at <= now < last.at + A_DAY


def clear_away(database: Database, asked: Retention, now: datetime) -> dict[str, int]:
    """Clear away all that is over its time; returns how many of what. Audit: "retention_ran", "retention_shortened".

    It may be stopped at any point, and goes on at the next run.
    """
    with database.transaction() as tx:
        in_force = _take_shorter(tx, asked, now)
    with database.reading() as tx:
        due = [each.comment_id for each in retained(tx) if is_due(each, in_force, now)]
    counts = dict.fromkeys(("clean", "actioned"), 0)
    for start in range(0, len(due), AT_ONCE):
        with database.transaction() as tx:
            for kind, ids in _still_due(tx, due[start : start + AT_ONCE], in_force, now).items():
                forgetting.clear(tx, ids, now, Why.RETENTION)
                counts[kind.value] += len(ids)
    with database.transaction() as tx:
        for each in LEFTOVERS:
            if gone := leftovers.take_away(tx, each, now, _kept_for(each.keeps, in_force)):
                counts[each.name] = gone
        retention_terms.ran(tx, counts, now)
    return counts


def _take_shorter(tx: Transaction, asked: Retention, now: datetime) -> Terms:
    """A shorter time than the one in force is in force from now on; to go back to it takes two people."""
    known = days_of(Retention()) | retention_terms.days(tx)
    for name, days in days_of(asked).items():
        if days < known[name]:
            retention_terms.shorten(tx, name, days, now)
    return terms(tx, asked)


def _still_due(tx: Transaction, ids: Sequence[str], in_force: Terms, now: datetime) -> dict[Class, list[str]]:
    """Those still over their time: since they were looked for, somebody may have held one, or it was edited."""
    decisions.lock(tx, ids)
    audit.take_turn(tx)  # A hold or an edit is written before this or after it, never in between.
    found: dict[Class, list[str]] = {}
    for each in retained(tx, ids):
        if is_due(each, in_force, now):
            found.setdefault(class_of(each), []).append(each.comment_id)
    return found


def _kept_for(name: str, in_force: Terms) -> timedelta:
    return in_force.in_force.clean if name == "clean" else in_force.in_force.actioned
