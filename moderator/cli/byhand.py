"""`paste`, `checklist`: what people bring in from places without an API, and what they look over each term."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated, Any

import typer

from moderator.build import build_models, school_detectors
from moderator.by_hand import ItemState, look_over, paste, places, prove
from moderator.by_hand.paste import to_paste
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    NotFound,
    local_time,
    opened,
    print_json,
    shortened,
    the_person,
    utc_now,
)
from moderator.detectors.base import examine_all
from moderator.domain import Case, Comment, Context, Decision
from moderator.platforms.byhand.drop import read_time
from moderator.policy.decide import decide
from moderator.settings import AccountSettings, Settings

checklist_app = typer.Typer(invoke_without_command=True)
LARGEST_INPUT = 100_000  # characters


def paste_command(
    config: ConfigOption = DEFAULT_CONFIG,
    place: Annotated[str, typer.Option("--place", help="Where it was written: the id or platform of an account.")] = "",
    author: Annotated[str, typer.Option("--author", help="Who wrote it, as shown there.")] = "",
    text: Annotated[
        str, typer.Option("--text", help="The words of the comment; without it they are read from stdin.")
    ] = "",
    where: Annotated[str, typer.Option("--where", help="The post or story that it stands under.")] = "",
    posted_at: Annotated[
        str, typer.Option("--posted-at", help="When, such as 2026-11-22 15:04 by the school's clock.")
    ] = "",
    by: ByOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what policy says of it; record nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring in a comment from a place without an API. It is judged like any other, and waits in the queue if it should.

    Example: moderator paste --place classdojo --author "Pat Jones" --text "…" --by "Miss Example"
    """
    who = the_person(by)
    words = text or sys.stdin.read(LARGEST_INPUT)
    when = time_given(posted_at)
    with opened(config) as (settings, database):
        meant = the_place(settings, place)
        if dry_run:
            comment = to_paste(meant, who, words, author=author, where=where, posted_at=when, at=utc_now())
            told = told_of(judged(settings, comment, utc_now()))
            show_pasted({"id": comment.id, "new": True, **told, "dry_run": True}, comment, as_json)
            return
        with database.transaction() as tx:
            made = paste(tx, meant, who, words, author=author, where=where, posted_at=when, at=utc_now())
    show_pasted({"id": made.comment.id, "new": made.fresh, "dry_run": False}, made.comment, as_json)


def show_pasted(facts: dict[str, Any], comment: Comment, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    elif facts["dry_run"]:
        typer.echo(f"would be {facts['ruling']}: “{shortened(comment.text, 60)}”")
        for reason in facts["reasons"]:
            typer.echo(f"   because {reason}")
    elif facts["new"]:
        typer.echo(f"{comment.id}: taken in. The daemon judges it in a moment; see: moderator explain {comment.id}")
    else:
        typer.echo(f"{comment.id}: was here already, with the same words by the same author. Nothing was changed.")


def judged(settings: Settings, comment: Comment, now: datetime) -> Decision:
    """What policy says of a comment that nobody recorded."""
    findings, failed = examine_all(school_detectors(settings, now, build_models(settings)), comment, Context())
    return decide(Case(comment, findings, not_judged=failed), settings.policy, settings.mode, now)


def told_of(decision: Decision) -> dict[str, Any]:
    return {"ruling": decision.ruling.value, "urgent": decision.urgent, "reasons": list(decision.reasons)}


def the_place(settings: Settings, name: str) -> AccountSettings:
    """The account meant by its id or, where there is only one, its platform. Raises NotFound."""
    known = places(settings)
    found = [each for each in known if each.account.id == name] or [
        each for each in known if name in ("", each.account.platform)
    ]
    if len(found) == 1:
        return found[0]
    if not known:
        raise NotFound(
            "No place without an API stands in moderator.toml. docs/connect-byhand.md says how to add one: four lines."
        )
    raise NotFound(f"Which place? Say it with --place: {', '.join(each.account.id for each in known)}")


def time_given(text: str) -> datetime | None:
    if not text:
        return None
    when = read_time(text.strip())
    if when is None:
        raise typer.BadParameter(f"{text!r} is no time such as 2026-11-22 15:04", param_hint="--posted-at")
    return when


@checklist_app.callback()
def checklist(context: typer.Context, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the platforms' own switches that somebody looks over each term: what to do, who looked last, and what is late.

    Example: moderator checklist
    """
    if context.invoked_subcommand is not None:
        return
    with opened(config) as (settings, database), database.reading() as tx:
        states = look_over(tx, settings, utc_now())
    if as_json:
        print_json([state_row(state) for state in states])
        return
    for state in states:
        typer.echo(f"{'done' if state.done else 'LATE' if state.late else 'due '}  {state.setting.id}")
        typer.echo(f"      {state.setting.title}. {state.setting.why}")
        if not state.done:
            typer.echo(f"      {state.setting.steps} By {local_time(state.due_by)[:10]}.")
        if state.proof is not None:
            typer.echo(f"      {local_time(state.proof.at)}, {state.proof.by}: {shortened(state.proof.proof, 90)}")
    if not states:
        typer.echo("Nothing to look over: no account is in moderator.toml yet.")


def state_row(state: ItemState) -> dict[str, Any]:
    proof = state.proof
    return {
        "id": state.setting.id,
        "platform": state.setting.platform,
        "title": state.setting.title,
        "steps": state.setting.steps,
        "done": state.done,
        "late": state.late,
        "due_by": state.due_by,
        "looked_at": proof.at if proof else None,
        "by": proof.by if proof else "",
        "proof": proof.proof if proof else "",
    }


@checklist_app.command("done")
def done(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The item, as the list names it.")],
    config: ConfigOption = DEFAULT_CONFIG,
    proof: Annotated[str, typer.Option("--proof", help="What you saw, in a few words.")] = "",
    by: ByOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be recorded; change nothing.")] = False,
) -> None:
    """Say that you looked at a switch, and what you saw. It is kept with the day and your name.

    Example: moderator checklist done seesaw-approval --proof "on in all seven classes" --by "Miss Example"
    """
    who = the_person(by)
    with opened(config) as (settings, database), database.transaction() as tx:
        made = prove(tx, settings, item, who, proof, utc_now(), dry_run=dry_run)
    typer.echo(f"{'would be recorded' if dry_run else 'recorded'}: {item}, {made.by}: {made.proof}")


def add_to(app: typer.Typer) -> None:
    app.command("paste")(paste_command)
    app.add_typer(checklist_app, name="checklist")
