"""`tasks`, `overturn`, `take-back`: what a person does by hand, and what was decided wrongly."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from moderator.by_hand import said_done
from moderator.by_hand.watch import STEPS, settle_own_post, why_told
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    DryRunOption,
    JsonOption,
    NotFound,
    local_time,
    opened,
    print_json,
    show,
    the_comment,
    the_person,
    utc_now,
)
from moderator.cli.effects import effect_of, what_ends_with
from moderator.domain import ActionKind, Ruling, TaskKind
from moderator.review import OPPOSITE, overturn_as, refuse_unless_allowed, take_back_as, to_overturn
from moderator.store import actions, decisions, own_posts
from moderator.store.database import Database, Transaction
from moderator.store.own_posts import OWN_POST, OwnPostFinding

AFTERWARDS = {
    TaskKind.ASK_FAMILY: "The comment is read again: edited or deleted, this closes by itself; after a week you are told again.",
    TaskKind.PROPOSE_BAN: "Nobody was banned. The next strike asks again.",
}
"""What a person should know who ticks one off."""
RULING_DOES = {Ruling.ALLOW: ActionKind.RELEASE, Ruling.HIDE: ActionKind.HIDE}


def tasks(
    config: ConfigOption = DEFAULT_CONFIG,
    done: Annotated[str, typer.Option("--done", metavar="TASK", help="Say that a task is done.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who did it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --done: say what it is; change nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List what only a person can do, with steps, address and message; or say with --done that one is done.

    Posts of the school's own that break its policy stand first.

    Example: moderator tasks --done x-7f3k2m9qa4bc.2:block --by "Mrs Ravenscroft"
    """
    with opened(config) as (_settings, database):
        if done:
            tick_off(database, done, by, dry_run, as_json)
            return
        with database.reading() as tx:
            rows = task_rows(tx)
    show(as_json, rows, "Nothing to do by hand.")


def tick_off(database: Database, task_id: str, by: str, dry_run: bool, as_json: bool) -> None:
    who = the_person(by)
    with database.transaction() as tx:
        state = actions.find_task(tx, task_id)
        if state is None and own_posts.find_finding(tx, task_id) is None:
            raise NotFound(f"No task has the id {task_id!r}. Those that are open: moderator tasks")
        if not dry_run and state is not None:
            said_done(tx, who, task_id, utc_now())
        elif not dry_run:
            settle_own_post(tx, task_id, who, utc_now())
    kind, about = (OWN_POST, task_id) if state is None else (state.task.kind.value, state.task.comment.id)
    if as_json:
        print_json({"id": task_id, "kind": kind, "done_by": who.name, "dry_run": dry_run})
        return
    typer.echo(f"{'would be said' if dry_run else 'said'} to be done by {who.name}: {kind} {about}")
    if kind in AFTERWARDS:
        typer.echo(AFTERWARDS[TaskKind(kind)])


def task_rows(tx: Transaction) -> list[dict[str, Any]]:
    """What waits for somebody's hands: posts of the school's own first, for whoever sees them sees the name in them."""
    posts = [own_post_row(each) for each in own_posts.unsettled(tx)]
    return posts + [task_row(state) for state in actions.open_tasks(tx)]


def own_post_row(found: OwnPostFinding) -> dict[str, Any]:
    return {
        "id": found.code,
        "kind": OWN_POST,
        "since": local_time(found.looked_at),
        "steps": STEPS,
        "url": found.post.url,
        "why": why_told(found),
        "message": "",
    }


def task_row(state: actions.TaskState) -> dict[str, Any]:
    return {
        "id": state.task.id,
        "kind": state.task.kind.value,
        "since": local_time(state.opened_at),
        "steps": state.task.steps,
        "url": state.task.url,
        "why": state.task.why,
        "message": state.task.message,
    }


def overturn(
    comment_id: Annotated[str, typer.Argument(metavar="ID")],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    reason: Annotated[str, typer.Option(help="What was wrong with it, for the record.")] = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say that the decision on a comment was wrong: its opposite is recorded, and the case is kept to learn from.

    Example: moderator overturn x-7f3k2m9qa4bc --by "Mrs Ravenscroft" --reason "a nickname of the caretaker"
    """
    who = the_person(by)
    with opened(config) as (settings, database):
        with database.reading() as tx:
            comment = the_comment(tx, comment_id)
            refuse_unless_allowed(tx, settings.people, who, comment.id)
            before = to_overturn(tx, comment)
            ruling = OPPOSITE[before.ruling]
            ends = what_ends_with(tx, comment, RULING_DOES[ruling], utc_now())
        effect = effect_of(settings, comment, RULING_DOES[ruling]) + ends
        if not dry_run:
            with database.transaction() as tx:
                overturn_as(tx, settings.people, who, comment, why=reason, mode=settings.mode, at=utc_now())
    if as_json:
        facts = {"id": comment.id, "was": before.ruling, "decided_by": before.decided_by, "ruling": ruling}
        print_json(facts | {"effect": effect, "dry_run": dry_run})
        return
    verb = "would overturn" if dry_run else "overturned"
    typer.echo(f"{verb}: {before.ruling} by {before.decided_by}, now {ruling} by {who.name}  {comment.id}")
    typer.echo(effect)


def take_back(
    comment_id: Annotated[str, typer.Argument(metavar="ID")],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take back a person's decision, the latest on a comment: it waits for a person again, as it did before.

    Example: moderator take-back x-7f3k2m9qa4bc --by "Mrs Ravenscroft"
    """
    who = the_person(by)
    with opened(config) as (settings, database):
        with database.reading() as tx:
            comment = the_comment(tx, comment_id)
            refuse_unless_allowed(tx, settings.people, who, comment.id)
            before = decisions.latest(tx, comment.id)
        if before is None or not before.by_person or before.takes_back:
            raise NotFound(f"The latest decision on comment {comment.id} is nobody's: there is nothing to take back.")
        if not dry_run:
            with database.transaction() as tx:
                now = utc_now()
                take_back_as(tx, settings.people, who, comment, before.number, mode=settings.mode, at=now)
    if as_json:
        print_json({"id": comment.id, "was": before.ruling, "decided_by": before.decided_by, "dry_run": dry_run})
        return
    verb = "would take back" if dry_run else "taken back"
    typer.echo(f"{verb}: {before.ruling} by {before.decided_by}; it waits for a person again  {comment.id}")


def add_to(app: typer.Typer) -> None:
    for command in (tasks, overturn):
        app.command()(command)
    app.command("take-back")(take_back)
