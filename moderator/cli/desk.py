"""`pass-on`, `put-off`, `propose`: what people leave on each other's desks. None of it decides anything."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    DryRunOption,
    JsonOption,
    NotFound,
    opened,
    print_json,
    the_comment,
    the_person,
    utc_now,
)
from moderator.domain import Ruling
from moderator.policy.authority import MAY, May, Role, is_urgent
from moderator.review import NotAllowed
from moderator.store import decisions, users
from moderator.store import desk as desk_store

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id from `moderator queue`, or the platform's.")]


class To(StrEnum):
    """Who can be given a case: those who may close every one."""

    HEAD = "head"
    DEPUTY = "deputy"
    SAFEGUARDING_LEAD = "safeguarding_lead"


class Wish(StrEnum):
    """What somebody can propose."""

    ALLOW = "allow"
    HIDE = "hide"


def pass_on(
    comment_id: IdArgument,
    to: Annotated[To, typer.Option("--to", help="Whose queue it stands in from now on.")],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    reason: Annotated[str, typer.Option(help="What they should know.")] = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give a case that waits to somebody else; it leaves your own queue on the page, unless it is urgent.

    Refused where nobody has that role.

    Example: moderator pass-on x-7f3k2m9qa4bc --to deputy --reason "my own neighbour" --by "Mrs Ravenscroft"
    """
    who = the_person(by)
    with opened(config) as (settings, database), database.transaction() as tx:
        refuse_unless(May.PROPOSE in MAY[settings.people.role_of(who)], who.name, "pass cases on")
        comment, role = the_comment(tx, comment_id), Role(to.value)
        if role not in settings.people.roles.values():
            raise NotAllowed(f"Nobody is the {to.replace('_', ' ')} here, so nobody would see it. Nothing was changed.")
        if not dry_run:
            desk_store.pass_on(tx, comment, role, who, utc_now(), reason)
    tell(as_json, dry_run, {"id": comment.id, "to": to.value}, f"passed on to the {to.value}: {comment.id}")


def put_off(
    comment_id: IdArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    hours: Annotated[int, typer.Option(min=1, max=72, help="For how many hours.")] = 2,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Keep a case out of your own queue on the page for some hours; the others still see it.

    Example: moderator put-off x-7f3k2m9qa4bc --hours 2 --by "Mrs Ravenscroft"
    """
    who = the_person(by)
    with opened(config) as (_settings, database), database.transaction() as tx:
        comment, user, now = the_comment(tx, comment_id), users.find(tx, who.name), utc_now()
        if user is None:
            raise NotFound(f"{who.name} has no queue on the page: only its users have one (moderator users list).")
        if is_urgent(decisions.history(tx, comment.id)):
            raise NotAllowed(
                f"Comment {comment.id} is urgent: it cannot wait. Nothing was changed. It can be passed on."
            )
        if not dry_run:
            desk_store.put_off(tx, comment, user, now + timedelta(hours=hours), now)
    tell(as_json, dry_run, {"id": comment.id, "hours": hours}, f"put off for {hours} hours: {comment.id}")


def propose(
    comment_id: IdArgument,
    answer: Annotated[Wish, typer.Argument(help="What you would decide.")],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    reason: Annotated[str, typer.Option(help="What you know about it.")] = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say what you would decide; whoever decides sees it on the page. Nothing happens before that.

    Example: moderator propose x-7f3k2m9qa4bc hide --reason "a row at the gate" --by "Miss Pemberton"
    """
    who = the_person(by)
    with opened(config) as (settings, database), database.transaction() as tx:
        refuse_unless(May.PROPOSE in MAY[settings.people.role_of(who)], who.name, "propose here")
        comment = the_comment(tx, comment_id)
        if not dry_run:
            desk_store.propose(tx, comment, Ruling(answer.value), who, utc_now(), reason)
    tell(as_json, dry_run, {"id": comment.id, "answer": answer.value}, f"proposed: {answer} {comment.id}")


def refuse_unless(allowed: bool, name: str, what: str) -> None:
    if not allowed:
        raise NotAllowed(f"{name} may not {what}. Nothing was changed.")


def tell(as_json: bool, dry_run: bool, facts: dict[str, str | int], said: str) -> None:
    if as_json:
        print_json(facts | {"dry_run": dry_run})
    else:
        typer.echo(f"would be {said}" if dry_run else said)


def add_to(app: typer.Typer) -> None:
    for name, command in (("pass-on", pass_on), ("put-off", put_off), ("propose", propose)):
        app.command(name)(command)
