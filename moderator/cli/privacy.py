"""`retention` and `hold`: how long words are kept, what goes next, and what must stay."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from moderator.cli.author_words import name_of
from moderator.cli.authors import the_author
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    DryRunOption,
    JsonOption,
    NotFound,
    WhyOption,
    local_time,
    opened,
    print_json,
    shown,
    the_comment,
    the_person,
    utc_now,
)
from moderator.privacy.retention import Class, Count, Survey, clear_away, days_of, survey
from moderator.privacy.second_person import ask_to_keep_longer
from moderator.settings import Settings
from moderator.store import authors, holds
from moderator.store.database import Database, Transaction

SAID = {
    Class.CLEAN: "let pass",
    Class.ACTIONED: "queued, hidden or removed once",
    Class.WAITING: "waiting for somebody",
    Class.ON_HOLD: "on hold",
}


def retention(
    config: ConfigOption = DEFAULT_CONFIG,
    now: Annotated[
        bool, typer.Option("--now", help="Clear away what is over its time, not waiting for the daemon.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --now: say what would go; change nothing.")] = False,
    lengthen: Annotated[
        bool, typer.Option("--lengthen", help="Ask a second person to agree to the longer times in policy.toml.")
    ] = False,
    by: ByOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show how long words are kept, how many are held by class, what goes next and when; or clear away now.

    Example: moderator retention --now --dry-run
    """
    at = utc_now()
    with opened(config) as (settings, database):
        if lengthen:
            tell_asked(settings, database, by, why, at, as_json)
            return
        if now and not dry_run:
            counts = clear_away(database, settings.policy.retention, at)
            if as_json:
                print_json({"cleared": counts})
            else:
                for name, count in counts.items():
                    typer.echo(f"cleared  {count:>6}  {name}")
            return
        with database.reading() as tx:
            found = survey(tx, settings.policy.retention, at)
    if as_json:
        print_json(survey_facts(found))
    else:
        tell_survey(found)


def tell_asked(settings: Settings, database: Database, by: str, why: str, at: datetime, as_json: bool) -> None:
    with database.transaction() as tx:
        asked = ask_to_keep_longer(tx, settings.policy.retention, the_person(by), at, why)
    if as_json:
        print_json(asdict(asked))
        return
    times = " and ".join(f"{days} days ({name})" for name, days in asked.subject.items())
    typer.echo(f"{asked.by} asks to keep {times}. Nothing is kept longer yet.")
    typer.echo(f"Somebody else agrees with: moderator approve {asked.number} --by NAME")


def survey_facts(found: Survey) -> dict[str, Any]:
    return {
        "in_force": days_of(found.terms.in_force),
        "asked": days_of(found.terms.asked),
        "needs_a_second_person": found.terms.longer,
        "comments": {kind.value: asdict(count) for kind, count in found.comments.items()},
        "left_over": dict(found.leftovers),
        "last_run": None if found.last is None else asdict(found.last),
        "next_run": found.next_at,
    }


def tell_survey(found: Survey) -> None:
    days = days_of(found.terms.in_force)
    typer.echo(f"Words that were let pass are kept {days['clean']} days, all others {days['actioned']} days.")
    for name, longer in found.terms.longer.items():
        typer.echo(
            f"policy.toml asks for {longer} days ({name}): two people must agree. moderator retention --lengthen"
        )
    for kind, count in found.comments.items():
        typer.echo(f"{count.held:>7}  {SAID[kind]:<32}{told_of(kind, count)}")
    for name, number in found.leftovers.items():
        typer.echo(f"{number:>7}  {name}, to go")
    when = f"{local_time(found.next_at)}, while the daemon runs" if found.next_at else "as soon as the daemon runs"
    typer.echo(f"next run: {when}; now: moderator retention --now")


def told_of(kind: Class, count: Count) -> str:
    if not count.held:
        return ""
    oldest = f"oldest {local_time(count.oldest)}"
    return f"{count.due} to go, {oldest}" if kind in (Class.CLEAN, Class.ACTIONED) else f"kept, {oldest}"


def hold(
    who: Annotated[
        str,
        typer.Argument(
            metavar="[WHO]", help="The id of a comment; or a handle, for all its author wrote.", show_default=False
        ),
    ] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    why: WhyOption = "",
    by: ByOption = "",
    release: Annotated[bool, typer.Option("--release", help="End the hold.")] = False,
    every: Annotated[bool, typer.Option("--list", help="List all holds.")] = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Keep a comment, or all that somebody wrote, however old it is, as a court or the police may ask; or list the holds.

    Example: moderator hold x-7f3k2m9qa4bc --why "police, crime number 123" --by "Mr Achebe"
    """
    with opened(config) as (_settings, database):
        if every or not who:
            with database.reading() as tx:
                tell_holds(tx, as_json)
            return
        with database.transaction() as tx:
            said = change_hold(tx, who, why, by, release, dry_run, utc_now())
    if as_json:
        print_json({"hold": said, "dry_run": dry_run})
    else:
        typer.echo(f"{'would be ' if dry_run else ''}{said}")


def change_hold(tx: Transaction, who: str, why: str, by: str, release: bool, dry_run: bool, at: datetime) -> str:
    """Hold or release what is meant, and say so."""
    person = the_person(by)
    if is_author(tx, who):
        known = the_author(tx, who)
        if not dry_run and release:
            holds.release_author(tx, known.key, person, at, why)
        elif not dry_run:
            holds.hold_author(tx, known.key, person, at, why)
        what = f"all that {name_of(known)} wrote"
    else:
        comment = the_comment(tx, who)
        if not dry_run and release:
            holds.release_comment(tx, comment, person, at, why)
        elif not dry_run:
            holds.hold_comment(tx, comment, person, at, why)
        what = f"comment {comment.id}"
    return f"{'released' if release else 'on hold'} by {person.name}: {what}"


def is_author(tx: Transaction, who: str) -> bool:
    """Whether a person means an author, by a handle, and not a comment by its id. Raises NotFound for nothing."""
    if not who.strip():
        raise NotFound("Say whom or which comment: a handle, platform:handle, or the id of a comment.")
    return who.startswith("@") or ":" in who or bool(authors.find(tx, who))


def tell_holds(tx: Transaction, as_json: bool) -> None:
    found = holds.in_force(tx)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        what = each.comment_id or f"all by {':'.join(each.author)}"
        typer.echo(f"{shown(what):<32} since {local_time(each.at)} by {each.by}: {shown(each.why)}")
    if not found:
        typer.echo("Nothing is on hold.")


def add_to(app: typer.Typer) -> None:
    for command in (retention, hold):
        app.command()(command)
