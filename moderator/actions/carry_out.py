"""Due actions go out to their platform, and what it replied is written down.

Record, then do: an action is marked as begun before the call and as ended after it. One found begun but not ended (a crash,
a lost reply) is read back first and asked again only where it was not done. Actions of one account are carried out by one
thread at a time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from moderator.actions.plan import task_by_hand
from moderator.domain import POLICY, Action, ActionKind, Decision, Mode, Outcome, Result, Ruling, Visibility
from moderator.errors import Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.base import Platform
from moderator.store import actions as action_store
from moderator.store import decisions as decision_store
from moderator.store import waits
from moderator.store.database import Database, Transaction

SEEN_AFTER = {
    ActionKind.HIDE: Visibility.HIDDEN,
    ActionKind.RELEASE: Visibility.PUBLIC,
    ActionKind.REMOVE: Visibility.GONE,
}
"""What the public sees once an action is done; those about an author change nothing there."""

FIRST_RETRY_S, LAST_RETRY_S = 2.0, 120.0
"""Two rounds of reading at most, so that what waits is done soon after the platform is well again."""
LAST_RETRY_OF_ONE_S = 900.0
"""Where only this one fails: each try costs quota."""
IN_VAIN = 2
"""Calls without any answer after which a round ends: each may have taken its whole time-out."""
READ_BACK_AT_ONCE = 50
READ_BACK_AGAIN = timedelta(seconds=30)
DUE_AT_ONCE = 500
"""Actions taken up in one round, so that a storm on one account cannot hold its reading back for long."""


GoOn = Callable[[], bool]
"""Asked between two calls to the platform: a sign of life for whoever watches, and whether there is time for another."""


@dataclass(slots=True)
class Round:
    """What one round of carrying out brought."""

    done: list[Outcome] = field(default_factory=list)
    failed: list[tuple[Action, PlatformError]] = field(default_factory=list)
    login_expired: LoginExpired | None = None
    unforeseen: Exception | None = None


def always() -> bool:
    return True


def carry_out(
    database: Database, platform: Platform, now: datetime, verify_after: Sequence[timedelta], go_on: GoOn = always
) -> Round:
    """Settle what a crash left open, then send what is due. Platform errors are recorded, not raised.

    A round ends early where the platform is out of reach: what is due waits, and the account's reading goes on.
    """
    account = platform.account.id
    ended = Round()
    settle_unsure(database, platform, now, verify_after, ended, go_on)
    with database.reading() as tx:
        due = action_store.due(tx, account, now, DUE_AT_ONCE)
    in_vain = 0
    # groupby keeps the order of urgency: neighbours of one kind share a call.
    for kind, same in groupby(due, key=lambda action: action.kind):
        for batch in in_batches(list(same), platform.capabilities.batch):
            if ended.login_expired is not None or in_vain >= IN_VAIN or not go_on():
                return ended
            answers = send(database, platform, batch, now, verify_after, ended)
            spent = next((answer for answer in answers if isinstance(answer, QuotaSpent)), None)
            if spent is not None:
                with database.transaction() as tx:
                    waits.put_off(tx, account, spent.retry_at, str(spent), kind)
                break  # The rest of this kind waits as well; another kind may have a limit of its own.
            in_vain = in_vain + 1 if answers and all(map(is_out_of_reach, answers)) else 0
            if in_vain >= IN_VAIN:
                with database.transaction() as tx:
                    waits.put_off(tx, account, now + retry_in(batch[0].attempt), str(answers[0]))
    return ended


def is_out_of_reach(answer: Outcome | PlatformError) -> bool:
    return isinstance(answer, Unavailable) and not answer.about_one


def in_batches(actions: list[Action], size: int) -> list[list[Action]]:
    return [actions[start : start + size] for start in range(0, len(actions), max(1, size))]


def send(
    database: Database,
    platform: Platform,
    batch: Sequence[Action],
    now: datetime,
    verify_after: Sequence[timedelta],
    ended: Round,
) -> list[Outcome | PlatformError]:
    """One call: marked as begun before it, written down after it. Returns the answers."""
    with database.transaction() as tx:
        begun = action_store.begin(tx, batch, now)
    if not begun:
        return []
    try:
        answers = platform.apply(begun, now)
    except Exception as error:  # noqa: BLE001  What an adapter dies of must not hold up the other actions.
        ended.unforeseen = error
        unforeseen = Unavailable(f"{platform.name}: unforeseen {type(error).__name__}", maybe_done=True)
        answers = [unforeseen for _ in begun]
    with database.transaction() as tx:
        for action, answer in zip(begun, answers, strict=True):
            write_down(tx, platform, action, answer, now, verify_after, ended)
    return answers


def settle_unsure(
    database: Database,
    platform: Platform,
    now: datetime,
    verify_after: Sequence[timedelta],
    ended: Round,
    go_on: GoOn = always,
) -> None:
    """Read back each action whose reply never came; the one that was not done becomes due again."""
    with database.reading() as tx:
        unsure = action_store.unsure(tx, platform.account.id, now, READ_BACK_AT_ONCE)
    if not unsure:
        return
    looked = read_back(platform, unsure, now, go_on)
    ended.login_expired = looked.login_expired
    with database.transaction() as tx:
        waits.settle_later(tx, looked.unread, looked.again_at)
        for action in looked.read:
            outcome = outcome_read_back(action, looked.read[action], now)
            if outcome is None:
                # Not done, or the platform cannot tell: every kind we have sets a state, so asking again does no harm.
                action_store.settle(tx, action, now)
            else:
                write_down(tx, platform, action, outcome, now, verify_after, ended)


@dataclass(slots=True)
class Looked:
    """What a read-back showed, and what it could not tell."""

    read: dict[Action, Visibility]
    unread: list[Action]
    again_at: datetime
    login_expired: LoginExpired | None = None


def read_back(platform: Platform, actions: Sequence[Action], now: datetime, go_on: GoOn) -> Looked:
    """What the public sees of each action's comment. Where all at once fails, one by one: a bad one holds up no other.

    It ends early where the platform is out of reach: the rest is left unread.
    """
    looked, in_vain = Looked({}, [], now + READ_BACK_AGAIN), 0
    groups = [list(actions)]
    while groups:
        group = groups.pop()
        if in_vain > IN_VAIN or not go_on():
            looked.unread += group
            continue
        try:
            seen = platform.read_back([action.comment for action in group], now)
        except QuotaSpent as error:
            return leave(looked, [group, *groups], max(error.retry_at, now))
        except LoginExpired as error:
            looked.login_expired = error
            return leave(looked, [group, *groups], looked.again_at)
        except PlatformError as error:
            in_vain = in_vain + 1 if is_out_of_reach(error) else 0
            if len(group) > 1:
                groups += [[action] for action in group]
            else:
                looked.unread += group
            continue
        in_vain = 0
        looked.read |= {action: seen.get(action.comment.native_id, Visibility.UNKNOWN) for action in group}
    return looked


def leave(looked: Looked, groups: Sequence[Sequence[Action]], again_at: datetime) -> Looked:
    looked.unread += [action for group in groups for action in group]
    looked.again_at = again_at
    return looked


def outcome_read_back(action: Action, visibility: Visibility, now: datetime) -> Outcome | None:
    """The outcome that the platform's state proves, or None where it proves none."""
    if action.kind not in SEEN_AFTER:
        return None  # It is about the author: what became of the comment proves nothing.
    if visibility is Visibility.GONE:
        result = Result.DONE if action.kind is ActionKind.REMOVE else Result.GONE
        return Outcome(action, now, result, "read back: the comment no longer exists")
    if visibility is SEEN_AFTER[action.kind]:
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
        seen = SEEN_AFTER.get(action.kind)
        if seen is not None and answer.result is Result.GONE:
            seen = Visibility.GONE
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
        at_most = LAST_RETRY_OF_ONE_S if isinstance(answer, Unavailable) and answer.about_one else LAST_RETRY_S
        wait = retry_in(action.attempt, at_most)
        action_store.postpone(tx, action, str(answer), now + wait, now, unsure=unsure)


def retry_in(attempt: int, at_most_s: float = LAST_RETRY_S) -> timedelta:
    """How long to wait after the given number of attempts: doubling, capped, jittered."""
    longest = min(at_most_s, FIRST_RETRY_S * 2.0 ** min(attempt, 20))
    return timedelta(seconds=longest * random.uniform(0.5, 1.0))


def verify(
    database: Database, platform: Platform, now: datetime, verify_after: Sequence[timedelta], go_on: GoOn = always
) -> list[Action]:
    """Read back what was done a minute and a day ago. What is in sight again goes before a person; those are returned."""
    with database.reading() as tx:
        asked = {
            state.action: state for state in action_store.to_verify(tx, platform.account.id, now, READ_BACK_AT_ONCE)
        }
        latest = decision_store.latest_of(tx, [action.comment.id for action in asked])
    if not asked:
        return []
    looked = read_back(platform, list(asked), now, go_on)
    undone: list[Action] = []
    with database.transaction() as tx:
        waits.verify_later(tx, looked.unread, looked.again_at)
        for action, visibility in looked.read.items():
            when = next_look(asked[action].done_at or now, now, verify_after)
            action_store.verified(tx, action, visibility, now, when)
            if action.kind is ActionKind.HIDE and visibility is Visibility.PUBLIC:
                before = latest[action.comment.id]
                # A person who decided while we looked has the last word.
                with suppress(decision_store.Stale):
                    decision_store.record(tx, back_in_sight(before, now), again=True, after=before.number)
                    undone.append(action)
    return undone


def next_look(done_at: datetime, now: datetime, verify_after: Sequence[timedelta]) -> datetime | None:
    """When to read back next, or None after the last look."""
    return min((done_at + wait for wait in verify_after if done_at + wait > now), default=None)


def back_in_sight(before: Decision, now: datetime) -> Decision:
    """A decision to ask a person, since what was hidden can be seen again: no less urgent than it was."""
    return Decision(
        comment_id=before.comment_id,
        version=before.version,
        ruling=Ruling.QUEUE,
        decided_by=POLICY,
        decided_at=now,
        reasons=("it was hidden, but can be seen again: somebody released it, or the platform did not keep it hidden",),
        mode=Mode.AUTO,
        urgent=before.urgent,
        labels=before.labels,
    )
