"""Due actions go out to their platform, and what it replied is written down.

Record, then do: an action is marked as begun before the call and as ended after it. One found begun but not ended (a crash,
a lost reply) is read back first and asked again only where it was not done. Actions of one account are carried out by one
thread at a time.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from moderator.actions.plan import task_by_hand
from moderator.domain import POLICY, Action, ActionKind, Decision, Mode, Outcome, Result, Ruling, Visibility
from moderator.errors import Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.base import Platform
from moderator.store import actions as action_store
from moderator.store import decisions as decision_store
from moderator.store.database import Database, Transaction

SEEN_AFTER = {
    ActionKind.HIDE: Visibility.HIDDEN,
    ActionKind.RELEASE: Visibility.PUBLIC,
    ActionKind.REMOVE: Visibility.GONE,
    ActionKind.BLOCK: None,
}
"""What the public sees once an action is done; None or absent: the action does not change that."""

FIRST_RETRY_S, LAST_RETRY_S = 2.0, 900.0
DUE_AT_ONCE = 500
"""Actions taken up in one round, so that a storm on one account cannot hold its reading back for long."""


@dataclass(slots=True)
class Round:
    """What one round of carrying out brought."""

    done: list[Outcome] = field(default_factory=list)
    failed: list[tuple[Action, PlatformError]] = field(default_factory=list)
    login_expired: LoginExpired | None = None


def carry_out(database: Database, platform: Platform, now: datetime, verify_after: Sequence[timedelta]) -> Round:
    """Settle what a crash left open, then send what is due. Platform errors are recorded, not raised."""
    account = platform.account.id
    ended = Round()
    settle_unsure(database, platform, now, verify_after, ended)
    with database.reading() as tx:
        due = action_store.due(tx, account, now, DUE_AT_ONCE)
    # groupby keeps the order of urgency: neighbours of one kind share a call.
    for _kind, same in groupby(due, key=lambda action: action.kind):
        for batch in batched_list(list(same), platform.capabilities.batch):
            if ended.login_expired is not None:
                return ended
            with database.transaction() as tx:
                action_store.begin(tx, batch, now)
            answers = platform.apply(batch, now)
            with database.transaction() as tx:
                for action, answer in zip(batch, answers, strict=True):
                    write_down(tx, platform, action, answer, now, verify_after, ended)
    return ended


def batched_list(actions: list[Action], size: int) -> list[list[Action]]:
    return [actions[start : start + size] for start in range(0, len(actions), max(1, size))]


def settle_unsure(
    database: Database, platform: Platform, now: datetime, verify_after: Sequence[timedelta], ended: Round
) -> None:
    """Read back each action whose reply never came; the one that was not done becomes due again."""
    with database.reading() as tx:
        unsure = action_store.unsure(tx, platform.account.id, now, DUE_AT_ONCE)
    if not unsure:
        return
    try:
        seen = platform.read_back([action.comment for action in unsure], now)
    except LoginExpired as error:
        ended.login_expired = error
        return
    except PlatformError:
        return  # Still unsure; the next round reads back again.
    with database.transaction() as tx:
        for action in unsure:
            visibility = seen.get(action.comment.native_id, Visibility.UNKNOWN)
            outcome = outcome_read_back(action, visibility, now)
            if outcome is None:
                # Not done, or the platform cannot tell: every kind we have sets a state, so asking again does no harm.
                action_store.settle(tx, action, now)
            else:
                write_down(tx, platform, action, outcome, now, verify_after, ended)


def outcome_read_back(action: Action, visibility: Visibility, now: datetime) -> Outcome | None:
    """The outcome that the platform's state proves, or None where it proves none."""
    if visibility is Visibility.GONE:
        result = Result.DONE if action.kind is ActionKind.REMOVE else Result.GONE
        return Outcome(action, now, result, "read back: the comment no longer exists")
    if visibility is SEEN_AFTER.get(action.kind) and visibility is not None:
        return Outcome(action, now, Result.DONE, f"read back: {visibility}")
    return None


def write_down(
    tx: Transaction,
    platform: Platform,
    action: Action,
    answer: Outcome | PlatformError,
    now: datetime,
    verify_after: Sequence[timedelta],
    ended: Round,
) -> None:
    """Record one answer and what follows from it, by remedy."""
    if isinstance(answer, Gone):
        answer = Outcome(action, now, Result.GONE, str(answer))
    if isinstance(answer, Outcome):
        seen = Visibility.GONE if answer.result is Result.GONE else SEEN_AFTER.get(action.kind)
        verify_at = now + verify_after[0] if seen in (Visibility.HIDDEN, Visibility.PUBLIC) and verify_after else None
        action_store.finish(tx, answer, seen, verify_at)
        ended.done.append(answer)
        return
    ended.failed.append((action, answer))
    if isinstance(answer, Refused):
        action_store.give_up(tx, action, str(answer), task_by_hand(action, platform, str(answer)), now)
    elif isinstance(answer, QuotaSpent):
        action_store.postpone(tx, action, str(answer), answer.retry_at, now, unsure=False)
    else:
        if isinstance(answer, LoginExpired):
            ended.login_expired = answer
        unsure = isinstance(answer, Unavailable) and answer.maybe_done
        action_store.postpone(tx, action, str(answer), now + retry_in(action.attempt), now, unsure=unsure)


def retry_in(attempt: int) -> timedelta:
    """How long to wait after the given number of attempts: doubling, capped at a quarter of an hour, jittered."""
    longest = min(LAST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(attempt, 20))
    return timedelta(seconds=longest * random.uniform(0.5, 1.0))


def verify(database: Database, platform: Platform, now: datetime, verify_after: Sequence[timedelta]) -> list[Action]:
    """Read back what was done a minute and a day ago. What is in sight again goes before a person; those are returned."""
    with database.reading() as tx:
        asked = action_store.to_verify(tx, platform.account.id, now, 50)
    if not asked:
        return []
    try:
        seen = platform.read_back([state.action.comment for state in asked], now)
    except PlatformError:
        return []  # Stays due for verification.
    undone: list[Action] = []
    with database.transaction() as tx:
        for state in asked:
            action = state.action
            visibility = seen.get(action.comment.native_id, Visibility.UNKNOWN)
            action_store.verified(tx, action, visibility, now, next_look(state.done_at or now, now, verify_after))
            if action.kind is ActionKind.HIDE and visibility is Visibility.PUBLIC:
                undone.append(action)
                decision_store.record(tx, back_in_sight(action, now), again=True)
    return undone


def next_look(done_at: datetime, now: datetime, verify_after: Sequence[timedelta]) -> datetime | None:
    """When to read back next, or None after the last look."""
    return min((done_at + wait for wait in verify_after if done_at + wait > now), default=None)


def back_in_sight(action: Action, now: datetime) -> Decision:
    """A decision to ask a person, since what was hidden can be seen again."""
    return Decision(
        comment_id=action.comment.id,
        version=action.comment.version,
        ruling=Ruling.QUEUE,
        decided_by=POLICY,
        decided_at=now,
        reasons=("it was hidden, but can be seen again: somebody released it, or the platform did not keep it hidden",),
        mode=Mode.AUTO,
    )
