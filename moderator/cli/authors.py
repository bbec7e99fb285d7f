"""`author`: how somebody stands, what people noted, and the decisions that are about a person and not one comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from moderator.cli.author_words import name_of, print_author
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
from moderator.cli.effects import effect_of, end_of_ban
from moderator.domain import ActionKind, Comment
from moderator.explained.author import as_facts, gather, latest_out_of_sight
from moderator.policy.ban_length import NotPossible, end_of_day, refuse_impossible
from moderator.review import ban_as, refuse_unless_allowed, release_as
from moderator.settings import Settings
from moderator.store import authors, bans, comments
from moderator.store.authors import Known
from moderator.store.database import Transaction

author_app = typer.Typer(
    help="Who comments: how they stand, and whether they may.\n\nExample: moderator author show @pat_of_crosby",
    no_args_is_help=True,
)
WhoArgument = Annotated[str, typer.Argument(metavar="WHO", help="A handle, platform:handle, or the id of a comment.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for the record.")]
CommentOption = Annotated[
    str, typer.Option("--comment", help="The comment it is for; else the latest of theirs that is out of sight.")
]
DaysOption = Annotated[int, typer.Option("--days", min=0, help="For how long; without it, as policy.toml says.")]
UntilOption = Annotated[str, typer.Option("--until", metavar="DATE", help="To the end of this day, as 2027-01-31.")]
OpenOption = Annotated[bool, typer.Option("--open-ended", help="Until somebody lifts it.")]
LAST_COMMENTS = 10


@author_app.command("show")
def show_author(who: WhoArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show an author: names, linked accounts, strikes, bans, notes, and what they wrote last.

    Example: moderator author show @pat_of_crosby
    """
    with opened(config) as (settings, database), database.reading() as tx:
        now = utc_now()
        facts = as_facts(gather(tx, the_author(tx, who), settings.policy, now, LAST_COMMENTS), now)
    if as_json:
        print_json(facts)
    else:
        print_author(facts)


@author_app.command()
def note(
    who: WhoArgument,
    text: Annotated[str, typer.Argument(help="What the others at the school should know.")],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    dry_run: DryRunOption = False,
) -> None:
    """Write something down about an author, for the others at the school.

    Example: moderator author note @pat_of_crosby "Came to the office on Monday; a misunderstanding." --by "Ms Okafor"
    """
    person = the_person(by)
    with opened(config) as (_settings, database), database.transaction() as tx:
        known = the_author(tx, who)
        if not dry_run:
            authors.note(tx, known.key, text, person, utc_now())
    typer.echo(f"{'would note' if dry_run else 'noted'} by {person.name}: {name_of(known)}")


@author_app.command()
def block(
    who: WhoArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    days: DaysOption = 0,
    until: UntilOption = "",
    open_ended: OpenOption = False,
    reason: ReasonOption = "",
    comment: CommentOption = "",
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Block an author for a time. Where no interface allows it, it becomes a task with its steps.

    Example: moderator author block @pat_of_crosby --days 30 --reason "insults, three times" --by "Mrs Ravenscroft"
    """
    keep_out(config, who, ActionKind.BLOCK, (days, until, open_ended), reason, comment, by, dry_run, as_json)


@author_app.command()
def ban(
    who: WhoArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    days: DaysOption = 0,
    until: UntilOption = "",
    open_ended: OpenOption = False,
    reason: ReasonOption = "",
    comment: CommentOption = "",
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ban an author by the strongest means the platform has, which is a block; as a task where no interface allows it.

    Example: moderator author ban @pat_of_crosby --until 2027-01-31 --by "Mrs Ravenscroft" --dry-run
    """
    keep_out(config, who, ActionKind.BLOCK, (days, until, open_ended), reason, comment, by, dry_run, as_json)


@author_app.command()
def mute(
    who: WhoArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    days: DaysOption = 0,
    until: UntilOption = "",
    open_ended: OpenOption = False,
    reason: ReasonOption = "",
    comment: CommentOption = "",
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Mute an author for a time: milder than a block, and on some platforms the author does not notice.

    Example: moderator author mute @pat_of_crosby --days 7 --by "Mrs Ravenscroft"
    """
    keep_out(config, who, ActionKind.MUTE, (days, until, open_ended), reason, comment, by, dry_run, as_json)


def keep_out(
    config: Path,
    who: str,
    means: bans.Means,
    length: tuple[int, str, bool],
    reason: str,
    comment_id: str,
    by: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Say what a ban does there and how it ends, then record it."""
    person, now = the_person(by), utc_now()
    with opened(config) as (settings, database):
        until = end_of(settings, length, now)
        with database.reading() as tx:
            evidence = evidence_for(tx, who, comment_id)
            refuse_unless_allowed(tx, settings.people, person, evidence.id)
        effect = told_before(settings, evidence, means, until)
        if not as_json:
            typer.echo(effect)
        made = None
        if not dry_run:
            with database.transaction() as tx:
                made = ban_as(
                    tx, settings.people, person, evidence, means, until=until, why=reason, mode=settings.mode, at=now
                )
    if as_json:
        facts = {
            "id": made.id if made else "",
            "author": asdict(evidence.author),
            "comment": evidence.id,
            "means": means,
        }
        print_json(facts | {"until": until, "effect": effect, "dry_run": dry_run})
        return
    verb = "would record" if dry_run else "recorded"
    typer.echo(
        f"{verb}: {means} {evidence.author.handle or evidence.author.display_name} for {evidence.id} by {person.name}"
    )


def told_before(settings: Settings, evidence: Comment, means: bans.Means, until: datetime | None) -> str:
    local = settings.policy.duty.local(until) if until else ""
    said = (
        effect_of(settings, evidence, means),
        end_of_ban(settings, evidence, means, until, local),
    )
    return " ".join(each for each in said if each)


def end_of(settings: Settings, length: tuple[int, str, bool], now: datetime) -> datetime | None:
    """When a ban ends; None for an open one. Raises NotPossible for two lengths at once, and one beyond the school's longest."""
    days, until, open_ended = length
    if (days > 0) + bool(until) + open_ended > 1:
        raise NotPossible("Give one of --days, --until and --open-ended. Nothing was changed.")
    if open_ended:
        return None
    policy = settings.policy
    ends_at = end_of_day(policy, day_of(until)) if until else now + (timedelta(days=days) or policy.bans.default)
    refuse_impossible(policy, ends_at, now, until)
    return ends_at


def day_of(until: str) -> date:
    try:
        return date.fromisoformat(until)
    except ValueError:
        raise NotPossible(f"--until takes a day as 2027-01-31, got {until!r}. Nothing was changed.") from None


@author_app.command()
def release(
    who: WhoArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    reason: ReasonOption = "",
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Lift every ban of an author before its time.

    Example: moderator author release @pat_of_crosby --reason "apologised" --by "Mrs Ravenscroft"
    """
    person, now = the_person(by), utc_now()
    with opened(config) as (settings, database):
        with database.reading() as tx:
            known = the_author(tx, who)
            found = bans.in_force(tx, [known.key], now).get(known.key, [])
            evidence = comments.by_id(tx, [each.comment_id for each in found])
            for each in found:
                refuse_unless_allowed(tx, settings.people, person, each.comment_id)
        if not found:
            raise NotFound(f"{name_of(known)} is not banned. Nothing was changed.")
        effects = [effect_of(settings, evidence[each.comment_id], bans.UNDONE_BY[each.means]) for each in found]
        if not dry_run:
            with database.transaction() as tx:
                for each in found:
                    release_as(tx, settings.people, person, each, why=reason, mode=settings.mode, at=now)
    if as_json:
        print_json({"released": [each.id for each in found], "effects": effects, "dry_run": dry_run})
        return
    for each, effect in zip(found, effects, strict=True):
        typer.echo(effect)
        typer.echo(f"{'would lift' if dry_run else 'lifted'} by {person.name}: the {each.means} of {name_of(known)}")


@author_app.command()
def link(
    who: WhoArgument,
    other: Annotated[str, typer.Argument(help="Another account of the same person.")],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    dry_run: DryRunOption = False,
) -> None:
    """Say that two accounts are one person's: their strikes count together from now on.

    Example: moderator author link x:@pat_of_crosby youtube:@pat --by "Mrs Ravenscroft"
    """
    person = the_person(by)
    with opened(config) as (_settings, database), database.transaction() as tx:
        one, two = the_author(tx, who), the_author(tx, other)
        if one.key == two.key:
            raise NotPossible("That is one account, not two. Nothing was changed.")
        if not dry_run:
            authors.link(tx, one.key, two.key, person, utc_now())
    typer.echo(f"{'would link' if dry_run else 'linked'} by {person.name}: {name_of(one)} and {name_of(two)}")


@author_app.command()
def unlink(
    who: WhoArgument, config: ConfigOption = DEFAULT_CONFIG, by: ByOption = "", dry_run: DryRunOption = False
) -> None:
    """Say that an account is nobody else's: its strikes count for itself from now on.

    Example: moderator author unlink youtube:@pat --by "Mrs Ravenscroft"
    """
    person = the_person(by)
    with opened(config) as (_settings, database), database.transaction() as tx:
        known = the_author(tx, who)
        if len(authors.groups(tx, [known.key])[known.key]) == 1:
            raise NotFound(f"{name_of(known)} is linked to no other account. Nothing was changed.")
        if not dry_run:
            authors.unlink(tx, known.key, person, utc_now())
    typer.echo(f"{'would unlink' if dry_run else 'unlinked'} by {person.name}: {name_of(known)}")


def the_author(tx: Transaction, text: str) -> Known:
    """The one author meant by a handle, or who wrote a comment. Raises NotFound."""
    known = the_only(text, authors.find(tx, text))
    if known is not None:
        return known
    if text.startswith("@") or ":" in text:
        raise NotFound(f"Nobody called {text} has commented here. The id of a comment of theirs will do as well.")
    comment = the_comment(tx, text)
    known = authors.load(tx, authors.key_of(comment)) if comment.author.native_id else None
    if known is None:
        raise NotFound(f"The platform does not say who wrote comment {comment.id}.")
    return known


def the_only(text: str, found: Sequence[Known]) -> Known | None:
    """Raises NotFound where it could be several."""
    if len(found) > 1:
        names = ", ".join(f"{each.platform}:{each.author.handle or each.author.native_id}" for each in found[:5])
        raise NotFound(f"{text!r} could be {len(found)} authors. Type one of these: {names}")
    return found[0] if found else None


def evidence_for(tx: Transaction, who: str, comment_id: str) -> Comment:
    """The comment that a ban is for: the one named, or the author's latest that is out of sight. Raises NotFound."""
    known = the_author(tx, who)
    if comment_id or not authors.find(tx, who):
        comment = the_comment(tx, comment_id or who)
        if authors.key_of(comment) != known.key:
            raise NotFound(f"Comment {comment.id} was not written by {name_of(known)}. Nothing was changed.")
        return comment
    latest = latest_out_of_sight(tx, known.key)
    if latest is not None:
        return latest
    raise NotFound(
        f"No comment of {name_of(known)} is out of sight, so there is nothing to ban them for. Nothing was changed. "
        "Name one with --comment ID."
    )


def add_to(app: typer.Typer) -> None:
    app.add_typer(author_app, name="author")
