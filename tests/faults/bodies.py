"""Answers that no vendor's document knows: a page of the sandbox's, spoilt in one place by the dice.

A case is its seed and number, so that each can be made again: `case(platform, seed, number)`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from moderator.errors import PlatformError
from moderator.platforms.base import Page, Start
from moderator.sandbox.faults import Fault
from moderator.sandbox.messages import Answer
from moderator.sandbox.server import Sandbox
from moderator.store import comments
from tests.conftest import NOON
from tests.faults.school import KIND, PLATFORMS, FaultySchool, open_school

LISTING = {"x": "/mentions", "youtube": "/commentThreads", "instagram": "/comments"}
ITEMS = {"x": "data", "youtube": "items", "instagram": "data"}
COMMENTS = 4
TEN_MEGABYTES = 10_000_001
HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**400, float("nan"), float("inf"), "", " ", "nonsense", "\0", "a\0b", "\ud800", "x\udfff y",
    "\u202e\u200b\u2066", "🏴" * 50, "9" * 5000, "2026-13-45T99:99:99Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "1969-01-01T00:00:00-23:59", "A" * 300_000, [], {}, [[]], [None], ["nonsense", 7], {"nonsense": {"more": [1]}},
    {"value": 3}, {"id": {}}, {"data": None}, [{"id": 5}] * 3,
)  # fmt: skip


@dataclass
class Spoilt:
    """One body, which place of it is spoilt, and the comments that stand unspoilt beside it."""

    body: bytes
    how: str
    spared: frozenset[str] = frozenset()


class Spoiling(Sandbox):
    """The sandbox, whose next answers to a path are spoilt by `dice`."""

    dice: Random | None = None
    path = ""
    spoilt: list[Spoilt]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[Answer, Fault | None]:
        answer, fault = super().answer(method, target, headers, body)
        if self.dice is None or method != "GET" or self.path not in target or answer.status != 200:
            return answer, fault
        made = spoil(answer.encoded(), self.dice)
        self.spoilt.append(made)
        return replace(answer, body=made.body), fault


def spoil(body: bytes, dice: Random) -> Spoilt:
    """One place of a body made hostile: most often inside one item, else the page around it, else its bytes."""
    page = json.loads(body)
    name = next((name for name in ("data", "items") if isinstance(page.get(name), list) and page[name]), None)
    kind = dice.choices(("item", "page", "bytes"), (7, 2, 1))[0]
    if kind == "item" and name is not None:
        number = dice.randrange(len(page[name]))
        spared = frozenset(str(item["id"]) for at, item in enumerate(page[name]) if at != number)
        page[name][number], how = damaged(page[name][number], dice)
        return Spoilt(dumped(page), f"{name}[{number}]{how}", spared)
    if kind == "bytes":
        return in_bytes(body, dice)
    spoilt, how = damaged(page, dice)
    return Spoilt(dumped(spoilt), f"page{how}")


def damaged(value: Any, dice: Random, depth: int = 0) -> tuple[Any, str]:
    """The value with one place deep inside it taken out, replaced, wrapped or nested; and which."""
    if isinstance(value, dict) and value and (depth == 0 or dice.random() < 0.7):
        key = dice.choice(list(value))
        if dice.random() < 0.15:
            return {name: each for name, each in value.items() if name != key}, f".{key} missing"
        inner, how = damaged(value[key], dice, depth + 1)
        return {**value, key: inner}, f".{key}{how}"
    if isinstance(value, list) and value and dice.random() < 0.7:
        at = dice.randrange(len(value))
        inner, how = damaged(value[at], dice, depth + 1)
        return [*value[:at], inner, *value[at + 1 :]], f"[{at}]{how}"
    way = dice.random()
    if way < 0.1:
        return [value], " in a list"
    if way < 0.2:
        return nested(dice.choice((50, 200))), " nested"
    hostile = dice.choice(HOSTILE)
    return hostile, f" = {str(hostile)[:20]!r}"


def nested(deep: int) -> Any:
    value: Any = []
    for _ in range(deep):
        value = {"a": [value]}
    return value


def in_bytes(body: bytes, dice: Random) -> Spoilt:
    at = dice.randrange(len(body))
    return dice.choice(
        (
            Spoilt(body[:at], f"cut at {at}"),
            Spoilt(body[:at] + b"\xff\xc3\x28" + body[at:], f"no UTF-8 at {at}"),
            Spoilt(body[:at] + b"\x00" + body[at:], f"NUL at {at}"),
            Spoilt(b"[" * 100_000, "brackets without end"),
            Spoilt(b'{"data":' * 50_000, "objects without end"),
            Spoilt(b"", "empty"),
            Spoilt(b"null", "null"),
            Spoilt(b'"OK"', "a word"),
            Spoilt(b"<!DOCTYPE html><h1>Welcome to the wireless network</h1>", "another page"),
            Spoilt(body[:-1] + b" " * TEN_MEGABYTES + body[-1:], "ten megabytes"),
        )
    )


def dumped(value: Any) -> bytes:
    """JSON, with half surrogate pairs as escapes and NaN as Python writes it."""
    return json.dumps(value).encode()


@dataclass
class Came:
    """What many cases came to."""

    cases: int = 0
    set_aside: int = 0
    unanswered: int = 0  # the page was no page: read again at the next poll
    broken: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


@contextmanager
def open_room(folder: Path) -> Iterator[FaultySchool]:
    """A school on a sandbox that can spoil its answers, with a few comments on each platform."""
    with open_school(folder, street=Spoiling) as school:
        for name in PLATFORMS:
            for number in range(COMMENTS):
                school.says(name, f"{KIND} {number}", f"@p{number}")
        yield school


def cases(school: FaultySchool, seed: int, numbers: Sequence[int]) -> Came:
    """Each case on each platform: read through HTTP, stored as the pipeline stores; at the end all is judged."""
    came, sandbox = Came(), school.sandbox
    assert isinstance(sandbox, Spoiling)
    for number in numbers:
        for name in PLATFORMS:
            dice = Random(f"{seed} {number} {name}")
            sandbox.spoilt, sandbox.path = [], LISTING[name] if dice.random() < 0.8 else "/"
            sandbox.dice = dice
            _one(school, name, f"seed {seed} case {number} {name}", came, sandbox)
            sandbox.dice = None
    for _ in school.house.judge(school.clock.now):
        pass
    return came


def _one(school: FaultySchool, name: str, which: str, came: Came, sandbox: Spoiling) -> None:
    adapter, now = school.adapters[name], school.clock.now
    pages: list[Page] = []
    came.cases += 1
    error: Exception | None = None
    try:
        for page in adapter.fetch(adapter.feeds[0].name, Start(None, NOON - timedelta(days=7)), now):
            pages.append(page)
            with school.database.transaction() as tx:
                comments.receive(tx, adapter.account, adapter.feeds[0].name, page, now, complete=False)
    except PlatformError as caught:
        error, came.unanswered = caught, came.unanswered + 1
    except Exception as caught:  # noqa: BLE001  This is what must not happen.
        error = caught
        came.broken.append(f"{which}: {[each.how for each in sandbox.spoilt]} raised {type(caught).__name__}: {caught}")
    came.set_aside += sum(len(page.broken) for page in pages)
    read = {comment.native_id for page in pages for comment in page.comments}
    spoilt = sandbox.spoilt
    for each in spoilt:
        came.kinds[each.how.split("[")[0].split(".")[0].split(" ")[0]] += 1
    if sandbox.path == LISTING[name] and len(spoilt) == 1 and spoilt[0].spared - read:
        came.broken.append(f"{which}: {spoilt[0].how} cost its neighbours ({error})")
