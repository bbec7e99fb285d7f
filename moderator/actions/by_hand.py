"""Tasks by hand, looked after on the platform: what a person did there is seen and ticked off.

Blocks are read from the platform's list where it has one, hides from what the public sees. A task that no platform can
confirm stays open until a person says it is done.
"""

from __future__ import annotations

from datetime import datetime

from moderator.domain import Task, TaskKind, Visibility
from moderator.errors import LoginExpired, PlatformError, QuotaSpent
from moderator.platforms.base import Platform
from moderator.store import actions as action_store
from moderator.store.database import Database

IN_VAIN = 2
"""Tasks in a row of which nothing could be learnt, after which the rest waits."""
ON_AUTHORS = {TaskKind.BLOCK: True, TaskKind.UNBLOCK: False, TaskKind.END_BAN: False}
"""Whether the author stands in the platform's block list once the task is done."""
OUT_OF_SIGHT = {
    TaskKind.HIDE: (Visibility.HIDDEN, Visibility.GONE),
    TaskKind.REMOVE: (Visibility.GONE,),
}
"""What the public sees of the comment once the task is done; hidden is not removed."""


def check_tasks(database: Database, platform: Platform, now: datetime) -> list[Task]:
    """Tick off what the platform shows to be done; returns those tasks. A platform that cannot be asked changes nothing."""
    with database.reading() as tx:
        tasks = [state.task for state in action_store.open_tasks(tx, platform.account.id)]
    done, in_vain = [], 0
    for task in tasks:
        try:
            if shown_as_done(task, platform, now):
                done.append(task)
            in_vain = 0
        except (LoginExpired, QuotaSpent):
            break  # None of the rest would be answered now either.
        except PlatformError:
            in_vain += 1  # This one will be asked about again; it does not hold up the others.
            if in_vain > IN_VAIN:
                break  # Each may have taken its whole time-out: the platform is out of reach.
    if done:
        with database.transaction() as tx:
            for task in done:
                action_store.verify_task(tx, task.id, now)
    return done


def shown_as_done(task: Task, platform: Platform, now: datetime) -> bool:
    """Whether the platform itself says so; False where it cannot tell. Raises PlatformError."""
    if task.kind in ON_AUTHORS:
        return platform.is_blocked(task.comment.author, now) is ON_AUTHORS[task.kind]
    if task.kind in OUT_OF_SIGHT:
        return platform.read_back([task.comment], now).get(task.comment.native_id) in OUT_OF_SIGHT[task.kind]
    return False
