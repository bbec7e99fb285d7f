"""`users`: who may use the page, letting somebody in, and ending it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

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
    the_person,
    utc_now,
)
from moderator.domain import Person
from moderator.errors import ConfigError
from moderator.policy.authority import May, People, Role
from moderator.review import NotAllowed
from moderator.settings import Settings
from moderator.settings.web import AN_ORIGIN, origin_of
from moderator.store import invites, passkeys, recovery, sessions, users
from moderator.store.database import Database, Transaction
from moderator.store.leaving import end_user
from moderator.store.users import User
from moderator.web.invitations import address_of, for_terminal

users_app = typer.Typer(
    help="Who may use the page, and with which passkeys.\n\nExample: moderator users list", no_args_is_help=True
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The user's name, as it stands in the record.")]
OriginOption = Annotated[
    str, typer.Option("--origin", help="The address that browsers use; else what [web] of moderator.toml says.")
]
ROLES = [role for role in Role if role is not Role.OTHER]


@dataclass(frozen=True, slots=True)
class Desk:
    """What these commands work with: the settings, the store, and who asks."""

    settings: Settings
    database: Database
    who: Person


@contextmanager
def asked_by(config: Path, by: str) -> Iterator[Desk]:
    """Raises NotAllowed for somebody who does not look after the users."""
    who = the_person(by)
    with opened(config) as (settings, database):
        refuse_unless_theirs(settings.people, who)
        yield Desk(settings, database, who)


def refuse_unless_theirs(people: People, who: Person) -> None:
    if not people.may(who, May.CHANGE):
        names = " or ".join(people.who_may(May.CHANGE)) or "nobody"
        raise NotAllowed(f"{who.name} does not look after the users. Nothing was changed. Who does: {names}.")


@users_app.command("add")
def add(
    name: NameArgument,
    role: Annotated[Role, typer.Option("--role", help="What they answer for at the school.")],
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    origin: OriginOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let somebody use the page. Prints a link, and the same as a picture for a phone; it works once, for 15 minutes.

    Example: moderator users add "Mrs Ravenscroft" --role head
    """
    if role not in ROLES:
        raise typer.BadParameter(f"one of {', '.join(ROLES)}", param_hint="--role")
    with asked_by(config, by) as desk:
        where = the_origin(desk.settings, origin)
        with changing(desk, dry_run) as tx:
            user = users.add(tx, name, role, desk.who.name, utc_now())
            token = invites.make(tx, user, desk.who.name, utc_now())
        tell_link(user, address_of(where, token), dry_run, as_json)


@users_app.command("invite")
def invite(
    name: NameArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    origin: OriginOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a new link for a user, as for a new or lost device. What they have goes on working.

    Example: moderator users invite "Mrs Ravenscroft"
    """
    with asked_by(config, by) as desk:
        where = the_origin(desk.settings, origin)
        with changing(desk, dry_run) as tx:
            user = the_user(tx, name)
            token = invites.make(tx, user, desk.who.name, utc_now())
        tell_link(user, address_of(where, token), dry_run, as_json)


@users_app.command("end")
def end(
    name: NameArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """End somebody's use of the page: signed out at once, and no passkey, link or code of theirs opens it any more.

    Example: moderator users end "Mr Sample" --by "Mrs Ravenscroft"
    """
    with asked_by(config, by) as desk, changing(desk, dry_run) as tx:
        user = the_user(tx, name)
        signed_in = len(sessions.of_user(tx, user, utc_now()))
        end_user(tx, user, desk.who.name, utc_now())
    if as_json:
        print_json({"id": user.id, "name": user.name, "sessions": signed_in, "dry_run": dry_run})
        return
    typer.echo(f"{'would end' if dry_run else 'ended'}: {user.name} ({user.role}), signed in {signed_in} times")


@users_app.command("recovery")
def new_code(
    name: NameArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a new recovery code for a user, to be written on paper. It is shown once; the one before opens nothing then.

    Example: moderator users recovery "Mrs Ravenscroft"
    """
    with asked_by(config, by) as desk, changing(desk, dry_run) as tx:
        user = the_user(tx, name)
        code = recovery.make(tx, user, desk.who.name, utc_now())
    if as_json:
        print_json({"id": user.id, "name": user.name, "code": "" if dry_run else code, "dry_run": dry_run})
        return
    typer.echo(f"{'would make' if dry_run else 'made'}: a recovery code for {user.name}")
    if not dry_run:
        typer.echo(
            f"\n    {code}\n\nWrite it on paper; it is shown only now. It is used at the page under “I lost my device”."
        )


@users_app.command("list")
def list_users(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List who may use the page: role, passkeys, whether they are signed in.

    Example: moderator users list
    """
    with opened(config) as (_settings, database), database.reading() as tx:
        rows = [user_row(tx, user) for user in users.all_users(tx)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        seen = f"signed in, last seen {local_time(row['last_seen_at'])}" if row["last_seen_at"] else "not signed in"
        code = "a code on paper" if row["code_made_at"] else "no code on paper"
        typer.echo(f"{row['name']:<28} {row['role']:<18} {row['passkeys']} passkeys, {code}, {seen}")
    if not rows:
        typer.echo('Nobody yet. Let somebody in with: moderator users add "Mrs Example" --role head')


def user_row(tx: Transaction, user: User) -> dict[str, Any]:
    seen = [each.seen_at for each in sessions.of_user(tx, user, utc_now())]
    return {
        "id": user.id,
        "name": user.name,
        "role": user.role.value,
        "added_at": user.added_at,
        "added_by": user.added_by,
        "passkeys": len(passkeys.of_user(tx, user)),
        "code_made_at": recovery.made_at(tx, user),
        "last_seen_at": max(seen, default=None),
    }


class _Unchanged(Exception):
    """Ends a dry run: what it did is undone."""


@contextmanager
def changing(desk: Desk, dry_run: bool) -> Iterator[Transaction]:
    """A transaction that a dry run undoes again, so that it meets every refusal that the real one would."""
    try:
        with desk.database.transaction() as tx:
            yield tx
            if dry_run:
                raise _Unchanged
    except _Unchanged:
        pass


def the_user(tx: Transaction, name: str) -> User:
    """Raises NotFound where nobody is called so."""
    user = users.find(tx, name)
    if user is None:
        names = ", ".join(each.name for each in users.all_users(tx)) or "none yet"
        raise NotFound(f"There is no user called {name!r}. Nothing was changed. Users: {names}")
    return user


def tell_link(user: User, link: str, dry_run: bool, as_json: bool) -> None:
    """The link, once: nothing but what is printed here knows it. That of a dry run opens nothing and is not told."""
    ends_at = utc_now() + invites.LIVES
    if as_json:
        facts: dict[str, Any] = {"id": user.id, "name": user.name, "role": user.role.value, "dry_run": dry_run}
        print_json(facts if dry_run else facts | {"link": link, "ends_at": ends_at})
        return
    if dry_run:
        typer.echo(f"would make: a link for {user.name} ({user.role})")
        return
    typer.echo(f"A link for {user.name} ({user.role}). It works once, until {local_time(ends_at)}:\n\n    {link}\n")
    typer.echo(for_terminal(link))
    typer.echo("They point the phone's camera at it. Do not send it by mail: whoever opens it first is that user.")


def the_origin(settings: Settings, origin: str) -> str:
    """Raises ConfigError for an address that no passkey can belong to."""
    found = origin_of(origin) if origin else settings.web.origin
    if not found:
        raise ConfigError(f"--origin {origin}: must be {AN_ORIGIN}.")
    return found


def add_to(app: typer.Typer) -> None:
    app.add_typer(users_app, name="users")
