"""What the commands share: where the files are, and how things are printed."""

from __future__ import annotations

import getpass
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from moderator.build import build_scorer, open_database
from moderator.detectors.toxicity import ToxicityScorer
from moderator.domain import POLICY, Comment, Person
from moderator.errors import ModeratorError
from moderator.policy.authority import People, Role
from moderator.review import NotAllowed
from moderator.settings import Settings, credentials_folder, read_settings
from moderator.settings.read import read_state_dir
from moderator.store import comments, users
from moderator.store.database import Database, Transaction
from moderator.weights.shelf import DETOXIFY

ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="MODERATOR_CONFIG", help="Folder with moderator.toml and policy.toml."),
]
ByOption = Annotated[str, typer.Option("--by", help="Who you are; the name stands in the record.")]
WhyOption = Annotated[str, typer.Option("--why", help="Why, for the record.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
ToxicityOption = Annotated[
    str,
    typer.Option(
        help="The reader of toxicity: built-in, stand-in, a fetched model such as detoxify/unbiased, or onnx:FOLDER."
    ),
]
ReaderOption = Annotated[str, typer.Option(help="The reader of whole comments: built-in, off, or onnx:FOLDER.")]
DEFAULT_CONFIG = Path("config")
SINCE = "How far back: 90d, 13w, 24h or a date such as 2026-09-01."
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_AGO = re.compile(r"(\d{1,5})([hdw])")


# A command says who acts before or after it opens the store: whichever comes second checks the one against the other.
ACTING: ContextVar[Person | None] = ContextVar("ACTING", default=None)
PEOPLE: ContextVar[People] = ContextVar("PEOPLE", default=People())  # noqa: B039 - a frozen value


class NotFound(ModeratorError):
    """No comment, or more than one, is meant by what was typed."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def load_settings(config: Path, *, logins: bool = True) -> Settings:
    """The checked settings; credentials come from systemd where it hands them in, else from state_dir/credentials.

    Without `logins` the accounts' own may be missing, as they are for a person beside a daemon that systemd started.
    """
    return read_settings(config, credentials_dir=credentials_folder(os.environ), logins=logins)


def the_scorer(choice: str, config: Path) -> ToxicityScorer:
    """The reader of toxicity for a command that needs no school: moderator.toml is read only where a model lies by it."""
    return build_scorer(choice, read_state_dir(config) if choice in DETOXIFY else config)


@contextmanager
def opened(config: Path) -> Iterator[tuple[Settings, Database]]:
    """The settings and the open store, closed again at the end. The people of the settings are the page's users, once it has some.

    Raises NotAllowed where whoever acts is none of them.
    """
    settings = load_settings(config, logins=False)
    database = open_database(settings)
    try:
        with database.reading() as tx:
            people = users.people(tx, settings.people)
        PEOPLE.set(people)
        refuse_a_stranger(people, ACTING.get())
        yield replace(settings, people=people), database
    finally:
        PEOPLE.set(People())
        ACTING.set(None)
        database.close()


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


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


def the_person(by: str) -> Person:
    """Who decides: the name given with --by, else whoever is logged in.

    Raises NotFound for the machine's own name, and NotAllowed, here or when the store is opened, for somebody who is none of
    the page's users.
    """
    name = by.strip() or getpass.getuser()
    if name == POLICY:
        raise NotFound(f'"{POLICY}" is how the machine signs its own decisions; give a person\'s name with --by.')
    who = Person(name)
    refuse_a_stranger(PEOPLE.get(), who)
    ACTING.set(who)
    return who


def refuse_a_stranger(people: People, who: Person | None) -> None:
    """Once the page has users, whoever acts at the command line is one of them. Raises NotAllowed."""
    if who is not None and people.are_users and people.role_of(who) is Role.OTHER:
        names = ", ".join(f'"{name}"' for name, role in people.roles.items() if role is not Role.OTHER)
        raise NotAllowed(
            f"{who.name} is not among the users of the page. Nothing was changed. Say who acts, with --by: {names}"
        )


def shown(text: str) -> str:
    """A comment's words for a terminal: control characters and direction marks made visible, one line."""
    return "".join(letter if letter.isprintable() else "·" for letter in " ".join(text.split()))


def shortened(text: str, width: int) -> str:
    line = shown(text)
    return line if len(line) <= width else line[: width - 1] + "…"


def the_comment(tx: Transaction, text: str) -> Comment:
    """The one comment meant by an id, the start of an id, or the platform's own id. Raises NotFound."""
    found = comments.find(tx, text)
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(f"No comment has the id {text!r}. Ids stand in the log and in the list of: moderator queue")
    ids = ", ".join(comment.id for comment in found[:5])
    raise NotFound(f"{text!r} could be {len(found)} comments ({ids} …). Type more of the id.")


def local_time(when: datetime | None) -> str:
    """School time as a person reads it; the machine's time zone is the school's."""
    return when.astimezone().strftime("%a %d %b %H:%M:%S") if when else "-"


def time_since(text: str, now: datetime) -> datetime:
    """The time that `--since` means; a date begins at midnight here."""
    if ago := _AGO.fullmatch(text.strip().lower()):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").astimezone()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time. {SINCE}", param_hint="--since") from None
