"""What is measured with: invented comments as people write them, the school they were written to, and its posts.

The demo's day and `comments.txt`, in one mixed order. Half are under 75 characters, one in twenty is over 160, a few over 500.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from moderator.detectors.tags import mentions_in
from moderator.domain import Author, Comment, Context, Post, Pupil, School

_WHEN = datetime(2026, 11, 16, 12, tzinfo=UTC)
_ORDER = 7


@dataclass(frozen=True, slots=True)
class Texts:
    """Comments with their contexts, and the school and pupils that detectors are built for."""

    school: School
    pupils: tuple[Pupil, ...]
    comments: tuple[tuple[Comment, Context], ...]

    @property
    def plain(self) -> list[str]:
        return [comment.text for comment, _ in self.comments]


def load_texts(at_most: int | None = None) -> Texts:
    """All texts, or the first `at_most` of them; the order is the same each time."""
    # The day is read as a file: the sandbox itself, with all that it loads, is no part of a process that only judges.
    day: dict[str, Any] = json.loads((files("moderator.sandbox") / "day.json").read_text(encoding="utf-8"))
    posts = {post["id"]: Post(post["id"], post["text"]) for post in day["posts"]}
    found = [
        (_comment(row["id"], row["text"], row["handle"], row["display_name"]), posts[row["post"]])
        for row in day["comments"]
    ]
    ours = (files("moderator.benchmark") / "comments.txt").read_text(encoding="utf-8").splitlines()
    dice = random.Random(_ORDER)
    for number, text in enumerate(ours):
        found.append((_comment(f"b{number}", text, f"@parent_{number}", "Pat"), dice.choice(list(posts.values()))))
    dice.shuffle(found)
    return Texts(
        _school(day["school"]),
        tuple(Pupil(row["first_name"], row["last_name"], row["known_as"], row["class"]) for row in day["pupils"]),
        tuple((comment, Context(post)) for comment, post in found[:at_most]),
    )


def plain_comment(text: str) -> Comment:
    """A comment that holds this text and nothing worth knowing besides."""
    return _comment("plain", text, "@pat", "Pat")


def _school(row: dict[str, Any]) -> School:
    lists = {key: tuple(row[key]) for key in ("allowed_accounts", "staff", "public_figures", "classes")}
    return School("benchmark", row["name"], row["official_accounts"], **lists)


def _comment(native_id: str, text: str, handle: str, display_name: str) -> Comment:
    return Comment(
        id=native_id,
        account_id="instagram",
        platform="instagram",
        native_id=native_id,
        author=Author(handle, handle, display_name),
        text=text,
        posted_at=_WHEN,
        mentions=tuple(mentions_in(text)),
    )
