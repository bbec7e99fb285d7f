"""Reads a labelled set: comments of one school, with what a careful head would have done about each.

A set is a folder with school.json, pupils.csv and comments.jsonl. A line of the last holds what `moderator judge` reads, and
`labels`, `accept` (the rulings that are right), `urgent`, `spans` (exact words with their type) and `why`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from moderator.domain import Label
from moderator.errors import ConfigError

CHILD_NAME = "child_name"
Item = TypeVar("Item")


class Span(BaseModel):
    """Words of a comment and what they are: child_name, adult_name, tag, contact, insult, profanity, threat or link."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str = Field(min_length=1)
    type: str


class Labelled(BaseModel):
    """One comment with its labels; what else stands in its line is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    text: str
    platform: str = "file"
    thread: tuple[str, ...] = ()
    labels: tuple[Label, ...]
    accept: frozenset[Literal["allow", "queue", "hide"]] = Field(min_length=1)
    urgent: bool = False
    spans: tuple[Span, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A set as read: `lines` are the comments' own lines, in their order, for the judge to read."""

    name: str
    folder: Path
    comments: tuple[Labelled, ...]
    lines: tuple[str, ...]


def read_set(folder: Path, limit: int | None = None) -> LabelledSet:
    """The set in `folder`, or `limit` comments spread evenly over it. Raises ConfigError that quotes no comment."""
    path = folder / "comments.jsonl"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{path} cannot be read: {why}. A set is a folder with comments.jsonl in it.") from None
    # Not splitlines: a comment may hold marks that Python takes for the end of a line.
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    comments = [_read(path, number, line) for number, line in numbered]
    _check_ids(path, comments)
    chosen = evenly(range(len(comments)), limit)
    return LabelledSet(
        folder.resolve().name, folder, tuple(comments[at] for at in chosen), tuple(numbered[at][1] for at in chosen)
    )


def evenly(items: Sequence[Item], limit: int | None) -> tuple[Item, ...]:
    """At most `limit` items, spread evenly over all: the same ones every time."""
    if limit is None or len(items) <= limit:
        return tuple(items)
    return tuple(items[at * len(items) // limit] for at in range(limit))


def _read(path: Path, number: int, line: str) -> Labelled:
    try:
        # Not by pydantic's own parser: it refuses half a surrogate pair, which a cut-off emoji leaves.
        return Labelled.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}, line {number}: {f'{where}: ' if where else ''}{first['msg']}.") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{path}, line {number}: it is not JSON.") from None


def _check_ids(path: Path, comments: Sequence[Labelled]) -> None:
    seen: set[str] = set()
    for comment in comments:
        if comment.id in seen:
            raise ConfigError(f"{path}: two comments have the id {comment.id!r}. Give each its own.")
        seen.add(comment.id)
