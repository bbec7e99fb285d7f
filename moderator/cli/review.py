"""`queue`, `decide`, `explain`: what a person sees and says."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from moderator.build import build_platform
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    NotFound,
    local_time,
    opened,
    print_json,
    shortened,
    shown,
    the_comment,
    utc_now,
)
from moderator.domain import ActionKind, Comment, Decision, Mode, Ruling, TaskKind, Visibility
from moderator.settings import Settings
from moderator.store import actions, audit, comments, decisions
from moderator.store.database import Database, Transaction


class Answer(StrEnum):
    """What a person can decide."""

    ALLOW = "allow"
    HIDE = "hide"
    REMOVE = "remove"
    BLOCK = "block"
    UNBLOCK = "unblock"
    MUTE = "mute"
    UNMUTE = "unmute"


def queue(
    config: ConfigOption = DEFAULT_CONFIG,
    limit: Annotated[int, typer.Option(help="Show at most this many.")] = 50,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Show actions that have not gone through, instead.")
    ] = False,
    tasks: Annotated[bool, typer.Option("--tasks", help="Show what a person must do by hand, instead.")] = False,
    done: Annotated[str, typer.Option("--done", metavar="TASK", help="Say that a task by hand is done.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who did it.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List what waits for a person: urgent first, then oldest.

    Example: moderator queue
    """
    if done:
        tick_off(config, done, by or getpass.getuser())
        return
    with opened(config) as (_settings, database), database.reading() as tx:
        if waiting:
            show(as_json, [waiting_row(state) for state in actions.waiting(tx)], "No action waits.")
        elif tasks:
            show(as_json, [task_row(state) for state in actions.open_tasks(tx)], "Nothing to do by hand.")
        else:
            show(as_json, [queue_row(item) for item in decisions.queued(tx, limit)], "Nothing waits for a person.")
            if not as_json and (count := decisions.count_queued(tx)):
                typer.echo(f"{count} to decide. Next: moderator explain ID, then: moderator decide ID allow|hide")


def tick_off(config: Path, task_id: str, by: str) -> None:
    with opened(config) as (_settings, database), database.transaction() as tx:
        state = actions.find_task(tx, task_id)
        if state is None:
            raise NotFound(f"No task has the id {task_id!r}. Those that are open: moderator queue --tasks")
        hidden = state.task.kind in (TaskKind.HIDE, TaskKind.REMOVE)
        actions.finish_task(tx, task_id, by, utc_now(), Visibility.HIDDEN if hidden else None)
    typer.echo(f"done by {by}: {state.task.kind} {state.task.comment.id}")


def queue_row(item: decisions.Queued) -> dict[str, Any]:
    comment, decision = item.comment, item.decision
    return {
        "id": comment.id,
        "urgent": decision.urgent,
        "ruling": decision.ruling.value,
        "posted": local_time(comment.posted_at),
        "text": shortened(comment.text, 70),
        "why": "; ".join(decision.reasons),
    }


def waiting_row(state: actions.ActionState) -> dict[str, Any]:
    return {
        "id": state.action.comment.id,
        "action": state.action.kind.value,
        "state": state.state,
        "attempts": state.attempts,
        "next": local_time(state.not_before),
        "last_error": state.last_error,
    }


def task_row(state: actions.TaskState) -> dict[str, Any]:
    return {
        "id": state.task.id,
        "since": local_time(state.opened_at),
        "steps": state.task.steps,
        "url": state.task.url,
        "why": state.task.why,
    }


def show(as_json: bool, rows: list[dict[str, Any]], empty: str) -> None:
    """The same rows for a script or for a person."""
    if as_json:
        print_json(rows)
        return
    for row in rows:
        first, *rest = (f"{value}" for value in row.values() if value not in ("", None, False))
        typer.echo("  ".join([first.ljust(24), *("URGENT" if each == "True" else each for each in rest)]))
    if not rows:
        typer.echo(empty)


def decide(
    comment_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id from `moderator queue`, the start of one, or the platform's.")
    ],
    answer: Annotated[
        Answer,
        typer.Argument(help="allow puts back what is hidden; remove is final; a block may have to be undone by hand."),
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    by: Annotated[str, typer.Option("--by", help="Who decides; the name stands in the record.")] = "",
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; record nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Record a person's decision on one comment; the running daemon carries it out within seconds.

    Example: moderator decide x-7f3k2m9qa4bc allow --by "Mrs Ravenscroft" --reason "a kind word, no child"
    """
    who = by or getpass.getuser()
    if who == "policy":
        raise NotFound('"policy" is how the machine signs its own decisions; give a person\'s name with --by.')
    with opened(config) as (settings, database):
        with database.reading() as tx:
            comment = the_comment(tx, comment_id)
            before = decisions.latest(tx, comment.id)
        effect = effect_of(settings, database, comment, answer)
        decision = Decision(
            comment_id=comment.id,
            version=comment.version,
            ruling=ruling_of(answer, before),
            decided_by=who,
            decided_at=utc_now(),
            reasons=(reason,) if reason else (),
            mode=settings.mode,
            author_action=ActionKind(answer) if answer in AUTHOR_ANSWERS else None,
        )
        if not dry_run:
            with database.transaction() as tx:
                decision = decisions.record(tx, decision, after=before.number if before else 0)
    if as_json:
        print_json(
            {
                "id": comment.id,
                "decision": decision.number,
                "ruling": decision.ruling,
                "effect": effect,
                "dry_run": dry_run,
            }
        )
    else:
        typer.echo(f"{'would record' if dry_run else 'recorded'}: {answer} {comment.id} by {who}")
        typer.echo(effect)


AUTHOR_ANSWERS = {Answer.BLOCK, Answer.UNBLOCK, Answer.MUTE, Answer.UNMUTE}


def ruling_of(answer: Answer, before: Decision | None) -> Ruling:
    """An answer about the author hides the comment of one who is blocked, and leaves it as it was otherwise."""
    if answer in (Answer.ALLOW, Answer.HIDE, Answer.REMOVE):
        return Ruling(answer.value)
    if answer is Answer.BLOCK:
        return Ruling.HIDE
    return before.ruling if before else Ruling.ALLOW


def effect_of(settings: Settings, database: Database, comment: Comment, answer: Answer) -> str:
    """What the platform will really do, said before it is asked."""
    if settings.mode is Mode.SHADOW:
        return "Shadow mode: this is recorded, and nothing is done on any platform."
    account = next((each for each in settings.accounts if each.account.id == comment.account_id), None)
    if account is None:
        return f"The account {comment.account_id} is no longer in the configuration: nothing can be done there."
    kind = ActionKind.RELEASE if answer is Answer.ALLOW else ActionKind(answer.value)
    can = build_platform(account, database, settings.state_dir).capabilities
    by_hand = "" if kind in can.actions else " This is done by hand: moderator queue --tasks shows the steps."
    return f"On {comment.platform}: {can.effects[kind]}.{by_hand}"


def explain(
    comment_id: Annotated[str, typer.Argument(metavar="ID")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show everything known about one comment: words, findings, rules, decisions, actions, outcomes, times.

    Example: moderator explain x-7f3k2m9qa4bc
    """
    with opened(config) as (_settings, database), database.reading() as tx:
        facts = gather_facts(tx, the_comment(tx, comment_id))
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)


def gather_facts(tx: Transaction, comment: Comment) -> dict[str, Any]:
    context = comments.context(tx, comment)
    return {
        "comment": {key: value for key, value in asdict(comment).items() if key != "raw"},
        "post": context.post.text if context.post else "",
        "thread": [{"author": each.author.handle, "text": each.text} for each in context.thread],
        "forms": [{"version": each.version, "text": each.text} for each in comments.versions(tx, comment.id)],
        "findings": [asdict(finding) for finding in decisions.findings(tx, comment.id, comment.version)],
        "decisions": [asdict(decision) for decision in decisions.history(tx, comment.id)],
        "actions": [
            asdict(state) | {"action": state.action.kind.value} for state in actions.of_comment(tx, comment.id)
        ],
        "trail": [asdict(event) for event in audit.trail(tx, comment.id)],
    }


def print_facts(facts: dict[str, Any]) -> None:
    comment = facts["comment"]
    author = comment["author"]
    typer.echo(
        f"{comment['id']}  ({comment['platform']} {comment['native_id']})  now {comment['visibility']}  {comment['url']}"
    )
    typer.echo(
        f"by {shown(author['display_name'])} {shown(author['handle'])}, posted {local_time(comment['posted_at'])}"
    )
    if facts["post"]:
        typer.echo(f"under: {shortened(facts['post'], 100)}")
    for line in facts["thread"]:
        typer.echo(f"after: {shown(line['author'])}: {shortened(line['text'], 100)}")
    for form in facts["forms"]:
        typer.echo(f"words{'' if len(facts['forms']) == 1 else ' ' + str(form['version'])}: {shown(form['text'])}")
    for found in sorted(facts["findings"], key=lambda each: -each["score"]):
        phrase = f" “{shown(found['phrase'])}”" if found["phrase"] else ""
        note = f" ({found['note']})" if found["note"] else ""
        typer.echo(
            f"found: {found['label']} {found['score']:.2f}{phrase}{note} by {found['detector']} {found['version']}"
        )
    for decision in facts["decisions"]:
        what = decision["ruling"] + (f" + {decision['author_action']}" if decision["author_action"] else "")
        shadow = " (shadow: nothing is done)" if decision["mode"] == Mode.SHADOW else ""
        typer.echo(f"decided: {what} by {decision['decided_by']} {local_time(decision['decided_at'])}{shadow}")
        for reason in decision["reasons"]:
            typer.echo(f"   because {reason}")
    for state in facts["actions"]:
        verified = f", read back as {state['verified_visibility']}" if state["verified_at"] else ""
        error = f", last error: {state['last_error']}" if state["last_error"] and state["state"] != "done" else ""
        typer.echo(f"action: {state['action']} {state['state']} after {state['attempts']} attempts{verified}{error}")
    for event in facts["trail"]:
        typer.echo(f"trail: {local_time(event['at'])}  {event['event']}  {event['actor']}")


def add_to(app: typer.Typer) -> None:
    for command in (queue, decide, explain):
        app.command()(command)
