"""Kind but identifying: a family is asked in friendly words to take a child's name out, and what comes of it is watched.

A task ASK_FAMILY is open until a person says that the message was sent; then the comment is read again until it is edited or
gone. Nothing is ever sent to anybody from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from moderator.domain import Comment, Decision, Post, RuleState, Ruling, Task, TaskKind, Verdict, Visibility
from moderator.errors import PlatformError
from moderator.platforms.base import Platform
from moderator.platforms.street import NO_ANSWER, address_of, shown_name
from moderator.policy.limits import Policy
from moderator.store import comments, decisions, followups, tasks
from moderator.store.database import Database, Transaction

ASK_AGAIN_AFTER = timedelta(days=7)
"""How long a family has, before the school is told that nothing has changed."""
LOOK_EVERY = timedelta(days=1)
"""How often a comment is read again for this alone; on X every reading costs."""
LONGEST_POST = 60


def ask_families(database: Database, platform: Platform, policy: Policy, now: datetime) -> list[Task]:
    """Put before a person, once for each comment, whom to write a kind word; returns the new tasks. Audit: "task_opened"."""
    made = []
    with database.transaction() as tx:
        for comment in followups.due(tx, platform.account.id):
            verdict = asks_family(decisions.history(tx, comment.id), comment.version)
            task = None if verdict is None else ask_task(tx, comment, verdict, policy)
            if task is not None and tasks.find_task(tx, task.id) is None:
                tasks.open_task(tx, task, now)
                made.append(task)
            followups.told(tx, comment)
    return made


def asks_family(history: Sequence[Decision], version: int) -> Verdict | None:
    """The rule's word on this form that a family is to be asked; None where no live rule says so."""
    of_form = (
        verdict for decision in reversed(history) if decision.version == version for verdict in decision.verdicts
    )
    asks = (verdict for verdict in of_form if verdict.state is RuleState.LIVE)
    return next((verdict for verdict in asks if verdict.follow_up is TaskKind.ASK_FAMILY), None)


def ask_task(tx: Transaction, comment: Comment, verdict: Verdict, policy: Policy) -> Task:
    post = comments.context(tx, comment).post
    message = policy.family.word(
        platform=shown_name(comment.platform),
        post=words_for_post(post, comment, [finding.phrase for finding in verdict.because]),
        when=policy.duty.local(comment.posted_at),
    )
    why = "a child is named and nothing unkind was seen beside it: the comment is out of sight, and its family is asked kindly"
    steps = f"{how_to_ask(comment)} Then say that it was sent: moderator tasks --done {task_id(comment)}"
    return Task(task_id(comment), comment, TaskKind.ASK_FAMILY, steps, why, comment.url, message)


def how_to_ask(comment: Comment) -> str:
    return f"{address_of(comment.platform).to_family} {NO_ANSWER}"


def task_id(comment: Comment) -> str:
    return f"{comment.id}:{TaskKind.ASK_FAMILY}"


def words_for_post(post: Post | None, comment: Comment, phrases: Sequence[str]) -> str:
    """The first words of our post; its day instead where it has none, or where they hold what was found in the comment."""
    text = " ".join(post.text.split()) if post else ""
    found = {word for phrase in phrases for word in phrase.casefold().split()}
    if not text or found & set(text.casefold().replace(",", " ").replace("!", " ").replace(".", " ").split()):
        posted_at = (post.posted_at if post else None) or comment.posted_at
        return f"{posted_at.day} {posted_at:%B}"
    return text if len(text) <= LONGEST_POST else f"{text[:LONGEST_POST].rsplit(' ', 1)[0]} …"


def look_after_families(database: Database, platform: Platform, now: datetime) -> list[Task]:
    """Read again what families were asked about; returns what is settled. A platform that cannot be asked changes nothing.

    Edited without what was found, or deleted: the task closes by itself. Put back by a person: it is withdrawn. Asked a week
    ago and still the same: it is told again. Audit: "family_edited" or "family_deleted", "task_withdrawn", "task_reopened".
    """
    account_id = platform.account.id
    with database.reading() as tx:
        tracked = tasks.tracked(tx, TaskKind.ASK_FAMILY, account_id)
        old = followups.not_seen_since(tx, [state.task.comment.id for state in tracked], now - LOOK_EVERY)
    if old:
        read_again(database, platform, [state.task.comment for state in tracked if state.task.comment.id in old], now)
    with database.transaction() as tx:
        settled = [look(tx, state, now) for state in tasks.tracked(tx, TaskKind.ASK_FAMILY, account_id)]
    return [task for task in settled if task is not None]


def read_again(database: Database, platform: Platform, asked: Sequence[Comment], now: datetime) -> None:
    try:
        seen = platform.read_back(asked, now)
    except PlatformError:
        return  # It is asked again in a minute.
    with database.transaction() as tx:
        for comment in asked:
            visibility = seen.get(comment.native_id, Visibility.UNKNOWN)
            known = comment.visibility if visibility is Visibility.UNKNOWN else visibility
            comments.set_visibility(tx, comment, known, now, "read again")


def look(tx: Transaction, state: tasks.TaskState, now: datetime) -> Task | None:
    """What became of one comment; gives the task where that settles it."""
    task = state.task
    history = decisions.history(tx, task.comment.id)
    answer = answer_in(task.comment, history)
    if answer:
        tasks.settle(tx, task, f"family_{answer}", now)
        return task
    if history and history[-1].ruling is Ruling.ALLOW:
        tasks.withdraw(tx, task, now)
    elif state.closed_at is not None and now - state.closed_at >= ASK_AGAIN_AFTER:
        why = f"{task.why}; {state.closed_by} wrote to them on {state.closed_at:%d %B}, and nothing has changed since"
        tasks.tell_again(tx, task, why, now)
    return None


def answer_in(comment: Comment, history: Sequence[Decision]) -> str:
    """ "edited" or "deleted"; "" where neither is known."""
    if comment.visibility is Visibility.GONE:
        return "deleted"
    judged = [decision for decision in history if decision.version == comment.version]
    edited = comment.version > 1 and asks_family(history, comment.version) is None
    asked_before = any(asks_family(history, version) for version in range(1, comment.version))
    return "edited" if judged and edited and asked_before else ""
