"""What follows in time from what was decided: bans that run out, and the ladder that repeated strikes climb.

Everything is derived from the store and done once, however often it is asked. Nobody is banned here: the machine ends what a
person limited in time, and proposes what a person may decide.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from moderator.domain import (
    POLICY,
    ActionKind,
    Ban,
    Comment,
    Mode,
    Standing,
    Task,
    TaskKind,
    make_action,
)
from moderator.platforms.base import Platform
from moderator.policy.limits import Policy
from moderator.policy.strikes import Step, counted, steps_reached
from moderator.store import actions as action_store
from moderator.store import authors, bans, comments, decisions, followups, tasks
from moderator.store.authors import AuthorKey
from moderator.store.database import Database, Transaction
from moderator.store.progress import State

RAN_OUT = "the ban ran out"
NOT_DONE = (State.DUE, State.REFUSED, State.BY_HAND)


def end_expired_bans(database: Database, platform: Platform, mode: Mode, now: datetime) -> list[Ban]:
    """End the bans of this account whose time is over; returns those.

    What the API can take back is decided by policy and carried out like any decision; a block that only a person can lift
    becomes a task END_BAN, and one that nobody carried out yet is not asked for any more. In shadow mode nothing ends, since
    nothing may be done on the platform. Audit: "ban_ended", and "decided" or "task_opened".
    """
    if mode is Mode.SHADOW:
        return []
    with database.transaction() as tx:
        over = [ban for ban in bans.expired(tx, now, platform.account.id) if undo(tx, ban, platform, mode, now)]
        for ban in over:
            bans.end(tx, ban, POLICY, now, RAN_OUT)
    return over


def undo(tx: Transaction, ban: Ban, platform: Platform, mode: Mode, now: datetime) -> bool:
    """See to it that the platform hears of the end of a ban; False where it has not heard of the ban itself yet."""
    made = bans.made_with(tx, ban)
    if made is None or made.mode is Mode.SHADOW:
        return True  # Nothing was done for it.
    if action_store.is_unplanned(tx, ban.comment_id):
        return False  # What was decided on the comment goes out first, and then this.
    if ban.means is ActionKind.MUTE or ActionKind.UNBLOCK in platform.capabilities.actions:
        decisions.record(tx, bans.ending(tx, ban, POLICY, now, RAN_OUT, mode), again=True)
        return True
    asked = next(
        (each for each in action_store.of_comment(tx, ban.comment_id) if each.action.id == block_id(ban)), None
    )
    if asked is None:
        return True  # A newer decision on the comment came before anything was done.
    if asked.state in NOT_DONE:
        action_store.withdraw(tx, asked.action, now)
    else:
        tasks.open_task(tx, end_ban_task(ban, asked.action.comment, platform), now)
    return True


def block_id(ban: Ban) -> str:
    """Of the action or the task by hand that carried the ban out."""
    return f"{ban.id}:{ban.means}"


def end_ban_task(ban: Ban, comment: Comment, platform: Platform) -> Task:
    action = make_action(bans.UNDONE_BY[ban.means], comment, ban.id, None)
    steps, url = platform.by_hand(action)
    effect = platform.capabilities.effects.get(action.kind, "")
    why = f"the ban by {ban.by.name} of {ban.at:%d %B %Y} ran out, and only a person can lift it here. {effect}".strip()
    return Task(f"{ban.id}:{TaskKind.END_BAN}", comment, TaskKind.END_BAN, steps, why, url)


def follow_ladder(database: Database, platform: Platform, policy: Policy, now: datetime) -> list[Task]:
    """Record the step that each author's strikes have reached, once for each strike; returns the proposals made now.

    An author belongs to the account on which the latest strike stands. Whoever is banned already is not proposed again, and
    a proposal that no longer holds (banned meanwhile, or strikes overturned) is taken back. Audit: "step_reached",
    "task_opened", "task_withdrawn".
    """
    with database.transaction() as tx:
        standings = authors.struck(tx, now, policy.strikes)
        withdraw_proposals(tx, platform.account.id, standings, policy, now)
        made = [climb(tx, standing, platform, policy, now) for standing in standings.values()]
    return [task for task in made if task is not None]


def climb(tx: Transaction, standing: Standing, platform: Platform, policy: Policy, now: datetime) -> Task | None:
    """Record a step not recorded before; gives the proposal of a ban where that is the step."""
    step = steps_reached(standing, policy, now)
    if step is None:
        return None
    strikes = counted(standing, policy, now)
    latest = comments.load(tx, strikes[-1].comment_id)
    if latest is None or latest.account_id != platform.account.id:
        return None
    new = followups.reach(tx, latest, step, len(strikes), now)
    if step.then != "propose_ban" or standing.bans:
        return None
    task = proposal(latest, standing, step, platform, policy, now)
    before = tasks.find_task(tx, task.id)
    if not new and (before is None or before.closed_by != tasks.SUPERSEDED):
        return None
    tasks.open_task(tx, task, now)
    return task


def proposal(
    latest: Comment, standing: Standing, step: Step, platform: Platform, policy: Policy, now: datetime
) -> Task:
    """A ban put before a person, with the evidence, the usual length and what it would really do."""
    strikes = counted(standing, policy, now)
    who = latest.author.handle or latest.author.display_name or "the author"
    days = step.for_days or policy.bans.default // timedelta(days=1)
    effect = platform.capabilities.effects.get(ActionKind.BLOCK, "")
    since = policy.duty.local(strikes[0].at)
    why = f"{len(strikes)} strikes since {since}: {', '.join(strike.comment_id for strike in strikes)}"
    steps = (
        f"Read what {who} wrote: moderator author show {latest.id}. To ban for {days} days: "
        f"moderator author ban {latest.id} --days {days} --reason WHY. What that does here: {effect} "
        "To leave it: tick this off, and the next strike asks again."
    )
    return Task(f"{latest.id}:{TaskKind.PROPOSE_BAN}", latest, TaskKind.PROPOSE_BAN, steps, why, latest.url)


def withdraw_proposals(
    tx: Transaction,
    account_id: str,
    standings: dict[tuple[AuthorKey, ...], Standing],
    policy: Policy,
    now: datetime,
) -> None:
    """Close the proposals that are answered by a ban, and take back those that the strikes no longer bear out."""
    for state in tasks.open_tasks(tx, account_id):
        if state.task.kind is not TaskKind.PROPOSE_BAN:
            continue
        standing = standing_of(standings, authors.key_of(state.task.comment))
        step = steps_reached(standing, policy, now)
        latest = counted(standing, policy, now)[-1:]
        if standing.bans:
            tasks.finish_task(tx, state.task.id, standing.bans[-1].by.name, now)
        elif step is None or step.then != "propose_ban" or latest[0].comment_id != state.task.comment.id:
            tasks.withdraw(tx, state.task, now)


def standing_of(standings: dict[tuple[AuthorKey, ...], Standing], key: AuthorKey) -> Standing:
    return next((standing for group, standing in standings.items() if key in group), Standing())
