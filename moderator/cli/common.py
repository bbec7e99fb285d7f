"""What the commands share: where the files are, and how things are printed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from moderator.build import open_database
from moderator.domain import Comment
from moderator.errors import ModeratorError
from moderator.settings import Settings, credentials_folder, read_settings
from moderator.store import comments
from moderator.store.database import Database, Transaction

ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="MODERATOR_CONFIG", help="Folder with moderator.toml and policy.toml."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
DEFAULT_CONFIG = Path("config")


class NotFound(ModeratorError):
    """No comment, or more than one, is meant by what was typed."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def load_settings(config: Path) -> Settings:
    """The checked settings; credentials come from systemd where it hands them in, else from state_dir/credentials."""
    return read_settings(config, credentials_dir=credentials_folder(os.environ))


@contextmanager
def opened(config: Path) -> Iterator[tuple[Settings, Database]]:
    """The settings and the open store, closed again at the end."""
    settings = load_settings(config)
    database = open_database(settings)
    try:
        yield settings, database
    finally:
        database.close()


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


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
