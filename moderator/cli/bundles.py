"""`alike` and `decide-together`: cases that go together, and one answer for all of them, each recorded by itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    DryRunOption,
    JsonOption,
    opened,
    print_json,
    shortened,
    show,
    the_comment,
    the_person,
    utc_now,
)
from moderator.domain import Decision, Person, Ruling
from moderator.explained.bundles import Bundle, By, bundle
from moderator.policy.authority import Role
from moderator.review import decide_together
from moderator.settings import Settings
from moderator.store.database import Transaction
from moderator.store.queue import Viewer

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id from `moderator queue`, or the platform's.")]
LikeOption = Annotated[
    By,
    typer.Option("--like", help="What makes them belong together: alike in their words, one author, or one post."),
]


class Answer(StrEnum):
    """What can be decided of many at once."""

    ALLOW = "allow"
    HIDE = "hide"


def alike(
    comment_id: IdArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    like: LikeOption = By.ALIKE,
    as_json: JsonOption = False,
) -> None:
    """List the cases that wait and go together with one, that one first. Nothing urgent is among them.

    Example: moderator alike x-7f3k2m9qa4bc --like author
    """
    with opened(config) as (_settings, database), database.reading() as tx:
        found = found_for(tx, comment_id, like, Role.HEAD, utc_now())
    rows = [{"id": each.comment_id, "text": shortened(each.text, 70)} for each in found.cases]
    show(as_json, rows, "No other case goes with it: it is urgent, or waits no more.")
    if rows and not as_json:
        more = f" {found.more} more come after these." if found.more else ""
        typer.echo(
            f"{len(rows)} together.{more} Next: moderator decide-together {rows[0]['id']} allow|hide --like {like}"
        )


def decide(
    comment_id: IdArgument,
    answer: Annotated[Answer, typer.Argument(help="allow puts back those that are hidden.")],
    config: ConfigOption = DEFAULT_CONFIG,
    like: LikeOption = By.ALIKE,
    by: ByOption = "",
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Decide in one way on all cases that go together with one; each is recorded by itself and can be taken back by itself.

    Example: moderator decide-together x-7f3k2m9qa4bc hide --like alike --by "Mrs Ravenscroft"
    """
    who, now = the_person(by), utc_now()
    with opened(config) as (settings, database), database.transaction() as tx:
        found = found_for(tx, comment_id, like, settings.people.role_of(who), now)
        wanted = answers(settings, found, who, answer, reason, now)
        made = [each for each, _ in wanted] if dry_run else decide_together(tx, settings.people, who, wanted)
    left = len(wanted) - len(made)
    if as_json:
        print_json({"ids": [each.comment_id for each in made], "left": left, "ruling": answer, "dry_run": dry_run})
        return
    typer.echo(f"{'would record' if dry_run else 'recorded'}: {answer} for {len(made)} comments by {who.name}")
    if left:
        typer.echo(f"{left} were left as they are: they changed meanwhile, or are not yours to close.")
    if found.more:
        typer.echo(f"{found.more} more come after these: run it once more.")


def found_for(tx: Transaction, comment_id: str, like: By, role: Role, now: datetime) -> Bundle:
    return bundle(tx, Viewer("", role, now), the_comment(tx, comment_id), like)


def answers(
    settings: Settings, found: Bundle, who: Person, answer: Answer, reason: str, now: datetime
) -> list[tuple[Decision, int]]:
    """The decision on each case, with the number of the one it was looked at by."""
    return [
        (
            Decision(
                comment_id=case.comment_id,
                version=case.version,
                ruling=Ruling(answer.value),
                decided_by=who.name,
                decided_at=now,
                reasons=(reason,) if reason else (),
                mode=settings.mode,
            ),
            case.number,
        )
        for case in found.cases
    ]


def add_to(app: typer.Typer) -> None:
    app.command()(alike)
    app.command("decide-together")(decide)
