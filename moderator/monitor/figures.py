"""What is counted, read at once from the records and the folders beside them. Nothing is asked of a platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from moderator.backups.files import backups_in
from moderator.checkup.freshness import Fresh, freshness
from moderator.errors import ModeratorError
from moderator.reports.quota import Quota, quota_of
from moderator.settings import Settings
from moderator.settings.roll_file import load_roll
from moderator.store import actions, decisions, mails, reports
from moderator.store.database import Database
from moderator.store.reports import Waiting


@dataclass(frozen=True, slots=True)
class Figures:
    """One moment. Ages in seconds; None where there is nothing to be old."""

    fresh: Mapping[str, Fresh]  # by account
    quotas: Mapping[str, Quota]
    actions: Mapping[str, int]  # asked for and not yet through
    stumbling: Mapping[str, int]  # of these, tried before and failed
    waiting: Waiting  # for a person
    late: int  # hides that wait too long for a person
    tasks: int  # to be done by hand
    letters: int  # in the outbox
    roll_age_s: float | None
    backup_age_s: float | None
    now: datetime


def gather(settings: Settings, database: Database, now: datetime) -> Figures:
    """Raises StoreError."""
    ids = [each.account.id for each in settings.accounts]
    with database.reading() as tx:
        quotas = {each.account.id: quota_of(tx, each, now) for each in settings.accounts}
        under_way = {account_id: actions.waiting(tx, account_id) for account_id in ids}
        return Figures(
            fresh={account_id: freshness(tx, settings, account_id, now) for account_id in ids},
            quotas={account_id: quota for account_id, quota in quotas.items() if quota is not None},
            actions={account_id: len(states) for account_id, states in under_way.items()},
            stumbling={
                account_id: sum(bool(each.last_error) for each in states) for account_id, states in under_way.items()
            },
            waiting=reports.waiting(tx, now),
            late=decisions.count_late(tx, now - settings.policy.duty.hide_waits_at_most),
            tasks=reports.open_tasks(tx, now).total(),
            letters=mails.count_waiting(tx),
            roll_age_s=roll_age_s(settings, now),
            backup_age_s=backup_age_s(settings, now),
            now=now,
        )


def roll_age_s(settings: Settings, now: datetime) -> float | None:
    try:
        roll = load_roll(settings, now)
    except ModeratorError:
        return None
    return None if roll is None else (now - roll.imported_at).total_seconds()


def backup_age_s(settings: Settings, now: datetime) -> float | None:
    try:
        found = backups_in(settings.backup.folder, settings.school.id)
    except OSError:
        return None
    return (now - found[0].made_at).total_seconds() if found else None
