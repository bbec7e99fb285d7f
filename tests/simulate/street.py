"""A street for thousands of accounts: what people write follows from the seed, and each reading and each hide is written down.

It is a process of its own, asked over a Unix socket, so that it outlives any worker and knows what each of them really did.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from moderator.domain import (
    Account,
    Action,
    ActionKind,
    Author,
    Comment,
    Outcome,
    Post,
    Task,
    Visibility,
    comment_id,
)
from moderator.errors import PlatformError
from moderator.platforms.base import AccountState, Capabilities, Feed, Page, Start, Undo

BEGIN = datetime(2026, 11, 16, 12, tzinfo=UTC)
KIND, GRAVE = "What a lovely day you all had, thank you.", "Well done Tolliver Amberley!"
GRAVE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Clock:
    """`speed` seconds pass in each second; all processes of one machine agree, since the machine's own clock is one."""

    began: float  # time.monotonic() then
    speed: float
    ahead_s: float = 0.0

    def __call__(self) -> datetime:
        return BEGIN + timedelta(seconds=self.ahead_s + (time.monotonic() - self.began) * self.speed)


def written(seed: int, account: int, hour_s: float, storm: bool) -> list[tuple[float, str, str]]:
    """What is written under one account in the hour: seconds from its beginning, native id and words.

    A calm account gets two comments an hour, one in a storm a hundred, within twenty minutes.
    """
    chance = random.Random(f"{seed}/{account}")
    count, first, last = (100, 0.3, 0.6) if storm else (chance.randint(1, 3), 0.0, 0.9)
    times = sorted(chance.uniform(first, last) * hour_s for _ in range(count))
    return [(at, f"c{number}", GRAVE if chance.random() < GRAVE_SHARE else KIND) for number, at in enumerate(times)]


def _lists() -> defaultdict[int, list[float]]:
    return defaultdict(list)


@dataclass
class Ledger:
    """What was asked of the street."""

    reads: dict[int, list[float]] = field(default_factory=_lists)  # seconds from the beginning
    reader: dict[int, int] = field(default_factory=dict)  # account -> who read it last
    doubled: list[str] = field(default_factory=list)  # read again too soon though whoever read it last was alive
    repeated: int = 0  # the same after a kill or a crash: what was read last may not have been kept
    hides: Counter[tuple[int, str]] = field(default_factory=Counter)
    hidden_at: dict[tuple[int, str], float] = field(default_factory=dict)


class Street:
    """Answers workers until it is stopped; one thread for each connection."""

    def __init__(self, path: Path, every_s: int, lease_s: int) -> None:
        self.ledger = Ledger()
        self._every_s, self._lease_s = every_s, lease_s
        self._crashed_at = float("-inf")
        self._reading: dict[int, int] = {}  # account -> who is at it
        self._killed: set[int] = set()
        self._unsure: set[int] = set()  # accounts whose last reading before the crash may not have been kept
        self._callers = count()
        self._lock = threading.Lock()
        self._listener = Listener(str(path), "AF_UNIX", backlog=256)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                caller = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: Connection[Any, Any]) -> None:
        who = next(self._callers)
        try:
            while True:
                caller.send(self._answer(who, *caller.recv()))
        except (EOFError, OSError):  # A worker that was killed.
            with self._lock:
                self._killed.add(who)
                self._reading = {account: reader for account, reader in self._reading.items() if reader != who}

    def _answer(self, who: int, verb: str, account: int, given: Any) -> object:
        with self._lock:
            if verb == "read":
                self._read(who, account, given)
            elif verb == "has read":
                self._reading.pop(account, None)
            elif verb == "hide":
                at, native_ids = given
                for native_id in native_ids:
                    self.ledger.hides[account, native_id] += 1
                    self.ledger.hidden_at.setdefault((account, native_id), at)
            elif verb == "hidden":
                return [native_id for native_id in given if (account, native_id) in self.ledger.hides]
            elif verb == "crashed":  # What anybody had read just then was perhaps not kept.
                self._unsure, self._crashed_at = set(self.ledger.reader), given
                self._reading.clear()
            elif verb == "ledger":
                return self.ledger
        return None

    def _read(self, who: int, account: int, at: float) -> None:
        ledger = self.ledger
        soon = bool(ledger.reads[account]) and at - ledger.reads[account][-1] < self._every_s / 2
        if account in self._reading or soon:
            if ledger.reader[account] in self._killed or account in self._unsure:
                ledger.repeated += 1
            else:
                before = ledger.reads[account][-1]
                ledger.doubled.append(f"account {account} at {before:.1f} s and at {at:.1f} s")
        # A turn that was claimed before the crash may read after it, and then not be able to keep what it read.
        if at - self._crashed_at > self._lease_s:
            self._unsure.discard(account)
        self._reading[account], ledger.reader[account] = who, who
        ledger.reads[account].append(at)


def serve(path: Path, every_s: int, lease_s: int) -> None:
    """A street, until its process is killed."""
    Street(path, every_s, lease_s)
    while True:
        time.sleep(60)


class Line:
    """One thread's connection to the street."""

    def __init__(self, path: Path) -> None:
        self._path, self._own = path, threading.local()

    def ask(self, verb: str, account: int = 0, given: Any = None) -> Any:
        if not hasattr(self._own, "line"):
            self._own.line = Client(str(self._path), "AF_UNIX")
        self._own.line.send((verb, account, given))
        return self._own.line.recv()


class Corner:
    """One account on the street, as a platform."""

    name = "street"
    capabilities = Capabilities(
        actions={ActionKind.HIDE: Undo.YES, ActionKind.RELEASE: Undo.YES},
        effects={ActionKind.HIDE: "hidden from everyone", ActionKind.RELEASE: "shown again"},
        batch=50,
    )

    def __init__(
        self, number: int, account: Account, line: Line, said: Sequence[tuple[float, str, str]], every_s: int
    ) -> None:
        self.account, self._number, self._line, self._said = account, number, line, said
        self.feeds = (Feed("comments", every_s),)

    def check(self, now: datetime) -> AccountState:
        return AccountState(self.account)

    def fetch(self, feed: str, start: Start, now: datetime) -> Iterator[Page]:
        passed = (now - BEGIN).total_seconds()
        self._line.ask("read", self._number, passed)
        known = int(start.cursor or 0)
        fresh = [each for each in self._said[known:] if each[0] <= passed]
        comments = tuple(self._comment(*each) for each in fresh)
        yield Page(comments, (Post("p1", "Our day", BEGIN, comment_count=None),), cursor=str(known + len(fresh)))
        self._line.ask("has read", self._number)

    def _comment(self, at: float, native_id: str, text: str) -> Comment:
        return Comment(
            id=comment_id(self.account, native_id),
            account_id=self.account.id,
            platform=self.name,
            native_id=native_id,
            author=Author(f"u-{native_id}", "@pat", "Pat"),
            text=text,
            posted_at=BEGIN + timedelta(seconds=at),
            post_native_id="p1",
        )

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        self._line.ask(
            "hide", self._number, ((now - BEGIN).total_seconds(), [each.comment.native_id for each in actions])
        )
        return [Outcome(action, now) for action in actions]

    def read_back(self, comments: Sequence[Comment], now: datetime) -> Mapping[str, Visibility]:
        hidden = set(self._line.ask("hidden", self._number, [comment.native_id for comment in comments]))
        seen = {True: Visibility.HIDDEN, False: Visibility.PUBLIC}
        return {comment.native_id: seen[comment.native_id in hidden] for comment in comments}

    def task_done(self, task: Task, now: datetime) -> bool:
        return False
