"""`erase`, `approve`, `subject-access`: what people may ask of the school, and the second person's word."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from moderator.cli.author_words import name_of
from moderator.cli.authors import the_author, the_only
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
from moderator.cli.privacy import is_author
from moderator.cli.record import refuse_to_replace, write_new
from moderator.domain import Person
from moderator.privacy.erase import ERASURES, Subject, ask, carry_out, held_of, quoted_of, refuse_what_is_needed
from moderator.privacy.second_person import keep_longer, refuse_unless_second
from moderator.privacy.subject_access import Answer, gather
from moderator.privacy.subject_access_files import content
from moderator.reports.words import counted
from moderator.settings import Settings
from moderator.store import approvals, audit, authors, quoted
from moderator.store.approvals import Asked, Kind
from moderator.store.authors import Known
from moderator.store.database import Database, Transaction

WhoArgument = Annotated[
    str,
    typer.Argument(metavar="WHO", help="A handle or platform:handle, for all they wrote; or the id of one comment."),
]


def erase(
    who: WhoArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    why: WhyOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ask for somebody's words to be erased from this program's records. Nothing goes until a second person agrees.

    It does not delete anything on the platform. A restored backup does not bring the words back.

    Example: moderator erase @pat_of_crosby --why "they asked in writing" --by "Mrs Ravenscroft"
    """
    person = the_person(by)
    with opened(config) as (_settings, database), database.transaction() as tx:
        subject, name = the_subject(tx, who)
        ids, elsewhere = held_of(tx, subject), quoted_of(tx, subject)
        refuse_what_is_needed(tx, subject)
        asked = None if dry_run else ask(tx, subject, person, utc_now(), why)
    if as_json:
        print_json(
            {"number": asked.number if asked else None, "comments": ids, "quoted_in": elsewhere, "dry_run": dry_run}
        )
        return
    typer.echo(
        f"{'would ask' if dry_run else 'asked'} by {person.name}: erase {name}, {how_much(len(ids), len(elsewhere))}"
    )
    if asked is not None:
        typer.echo(f"Nothing is erased yet. Somebody else agrees with: moderator approve {asked.number} --by NAME")


def how_much(comments: int, elsewhere: int) -> str:
    """What goes, in words."""
    quoting = f" and what the evidence on {counted(elsewhere, 'comment')} of others quotes" if elsewhere else ""
    return f"{counted(comments, 'comment')}{quoting}"


def the_subject(tx: Transaction, who: str) -> tuple[Subject, str]:
    """Whose words are meant, and how to call them. Raises NotFound."""
    by_name, known = is_author(tx, who), named_author(tx, who)
    if known is None and not by_name:
        comment = the_comment(tx, who)
        return Subject(comment_id=comment.id), f"comment {comment.id}"
    known = known or the_author(tx, who)
    accounts = authors.groups(tx, [known.key])[known.key]
    linked = f" and {len(accounts) - 1} linked accounts" if len(accounts) > 1 else ""
    return Subject(authors=accounts), f"all that {name_of(known)}{linked} wrote"


def named_author(tx: Transaction, who: str) -> Known | None:
    """Who is meant by a handle, also where nothing of theirs is held but in the evidence on others' comments that answered."""
    found = authors.find(tx, who)
    keys = {each.key for each in found}
    return the_only(who, [*found, *(each for each in quoted.named(tx, who) if each.key not in keys)])


def approve(
    number: Annotated[int, typer.Argument(metavar="[NUMBER]", min=0, show_default=False)] = 0,
    config: ConfigOption = DEFAULT_CONFIG,
    by: Annotated[str, typer.Option("--by", help="Who agrees; somebody else than who asked.")] = "",
    refuse: Annotated[bool, typer.Option("--refuse", help="Do not agree: nothing is done.")] = False,
    every: Annotated[bool, typer.Option("--list", help="List what waits for a second person.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Agree, as the second person, to an erasure or to keeping longer; it is done at once. Or list what waits for one.

    Example: moderator approve 3 --by "Mr Achebe"
    """
    with opened(config) as (settings, database):
        if every or not number:
            with database.reading() as tx:
                tell_waiting(tx, as_json)
            return
        done = answered(settings, database, number, the_person(by), refuse, utc_now())
    if as_json:
        print_json(done)
    else:
        typer.echo(done["said"])


def answered(
    settings: Settings, database: Database, number: int, who: Person, refuse: bool, at: datetime
) -> dict[str, Any]:
    """Keep the second person's word, and do what it allows."""
    with database.transaction() as tx:
        asked = approvals.find(tx, number)
        refuse_unless_second(settings.people, asked, who)
        count = 0
        if refuse:
            approvals.answer(tx, asked, approvals.Answer.REFUSED, who, at)
            said = f"refused by {who.name}: {told(asked)}"
        elif asked.kind is Kind.ERASE:
            elsewhere = quoted_of(tx, Subject.of(asked.subject))
            count = carry_out(tx, asked, who, at, settings.state_dir / ERASURES)
            said = f"erased: {how_much(count, len(elsewhere))}, asked by {asked.by}, agreed by {who.name}"
        else:
            keep_longer(tx, asked, who, at)
            said = f"in force: {told(asked)}, asked by {asked.by}, agreed by {who.name}"
    return {"number": number, "said": said, "erased": count}


def told(asked: Asked) -> str:
    """What was asked for, in words."""
    if asked.kind is Kind.KEEP_LONGER:
        return "keep " + " and ".join(f"{days} days ({name})" for name, days in asked.subject.items())
    subject = Subject.of(asked.subject)
    return f"erase {subject.comment_id or ', '.join(':'.join(key) for key in subject.authors)}"


def whom(tx: Transaction, asked: Asked) -> str:
    """The handles of those whose words would go, since nobody can agree to a number."""
    keys = [] if asked.kind is Kind.KEEP_LONGER else Subject.of(asked.subject).authors
    people = [known for key in keys if (known := authors.load(tx, key))]
    if keys and not people:
        people = [quote.known for quote in quoted.by_authors(tx, keys)][-1:]
    handles = [known.author.handle or known.author.display_name for known in people]
    return f" ({', '.join(handles)})" if handles else ""


def tell_waiting(tx: Transaction, as_json: bool) -> None:
    waiting = approvals.waiting(tx)
    if as_json:
        print_json([asdict(each) for each in waiting])
        return
    for each in waiting:
        typer.echo(
            f"{each.number:>4}  {shown(told(each) + whom(tx, each))}, asked by {each.by} {local_time(each.at)}: {shown(each.why)}"
        )
    typer.echo("Agree with: moderator approve NUMBER --by NAME" if waiting else "Nothing waits for a second person.")


def subject_access(
    who: WhoArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="The file to make: .zip for all, .html to print, .json or .csv; not there yet."),
    ] = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Put all that is held about one author into a file for them: their words whole, everybody else's masked.

    Example: moderator subject-access @pat_of_crosby --to answer.zip --by "Mrs Ravenscroft"
    """
    person, now = the_person(by), utc_now()
    target = to or Path(f"subject-access-{now:%Y-%m-%d}.zip")
    refuse_to_replace(target)
    with opened(config) as (settings, database):
        with database.transaction() as tx:
            found = collect(tx, settings, who, now)
            made = content(target, found.facts, f"moderator {version('moderator')}")
            digest = sha256(made).hexdigest()
            audit.write(
                tx, "subject_access", now, actor=person.name, comments=len(found.facts["comments"]), sha256=digest
            )
        write_new(target, made)
    if as_json:
        print_json({"file": str(target), "sha256": digest, "read_first": dict(found.read_first)})
        return
    held = counted(len(found.facts["comments"]), "comment")
    typer.echo(f"{target}: {held}, for you alone to read (mode 0600).")
    if found.read_first:
        typer.echo("Read these before you hand it out, and ask the safeguarding lead where somebody may be at risk:")
    for what, count in found.read_first.items():
        typer.echo(f"  {what}: {count}")


def collect(tx: Transaction, settings: Settings, who: str, now: datetime) -> Answer:
    known = the_asker(tx, who)
    own = [*settings.school.official_accounts.values(), *(each.account.handle for each in settings.accounts)]
    policy = settings.policy
    return gather(tx, known, policy.retention, settings.school.name, own, policy.duty.zone, now)


def the_asker(tx: Transaction, who: str) -> Known:
    """Raises NotFound."""
    by_name, known = is_author(tx, who), named_author(tx, who)
    if known is None and not by_name:
        comment = the_comment(tx, who)
        known = None if comment.author.native_id else quoted.author_of(tx, comment)
        if known is None and not comment.author.native_id:
            raise NotFound("The platform does not say who wrote it, or its author is held no more.")
    return known or the_author(tx, who)


def add_to(app: typer.Typer) -> None:
    for command in (erase, approve):
        app.command()(command)
    app.command("subject-access")(subject_access)
