"""A school on the sandbox: three accounts, each with its adapter behind a proxy, its worker in a thread, and a given clock."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Account, ActionKind, Comment, Decision, Mode, Ruling
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.platforms.base import Platform
from moderator.platforms.instagram import Instagram
from moderator.platforms.memory import MemoryTokens
from moderator.platforms.x import X
from moderator.platforms.youtube import YouTube
from moderator.policy.limits import DEFAULT
from moderator.sandbox.server import Call, Sandbox
from moderator.store import accounts, actions, audit, comments, decisions
from moderator.store.database import Database
from moderator.store.meter import StoreMeter
from moderator.worker import Worker
from tests.conftest import NOON
from tests.databases import make_tables
from tests.faults.proxy import Proxy
from tests.journeys.conftest import KEY, ROLL, SCHOOL

PLATFORMS = ("x", "youtube", "instagram")
ABUSE = "Well done Tolliver Amberley!"  # a pupil's name: hidden at once
KIND = "What a lovely sports day"
HANDLE = "@ValewoodSch"
POLL = timedelta(minutes=1)
"""How often each account is read for what is new."""
WAITS_S = (0.5, 1.0)
"""To connect and between two bytes, a tenth or less of the daemon's; no call takes longer than twice the latter."""
JOBS = ("look", "act", "verify")
DONE_WITHIN_S = 60.0


@dataclass
class Clock:
    """Aware UTC that moves only when told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class FaultySchool:
    """What a story asks of the school and of the street."""

    sandbox: Sandbox
    clock: Clock
    database: Database
    adapters: dict[str, Platform]
    proxies: dict[str, Proxy]
    posts: dict[str, str]
    house: House
    workers: dict[str, Worker] = field(default_factory=dict)
    log: io.StringIO = field(default_factory=io.StringIO)

    # --- the street ---------------------------------------------------------------------------------------------------

    def says(self, platform: str, text: str = ABUSE, handle: str = "@pat_of_oak", **more: Any) -> str:
        """Somebody comments; the native id."""
        return self.sandbox.world.comment(platform, self.posts[platform], text, handle=handle, **more)

    def is_public(self, platform: str, native_id: str) -> bool:
        return self.sandbox.world.is_public(platform, native_id)

    def effective(self, event: str, native_id: str) -> int:
        """How often something changed what it was done to, by the ledger."""
        return sum(e.effective for e in self.sandbox.world.ledger if (e.event, e.native_id) == (event, native_id))

    def asked(self, event: str, native_id: str) -> int:
        """How often it was asked for, whether it changed anything or not."""
        return sum((e.event, e.native_id) == (event, native_id) for e in self.sandbox.world.ledger)

    def calls(self, platform: str, since: int = 0) -> list[Call]:
        return [call for call in self.sandbox.calls[since:] if call.platform == platform]

    # --- the daemon ---------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start the workers, as the daemon does."""
        log = open_log(self.log, style="json")
        self.workers = {name: Worker(self.house, name, log, self.clock) for name in self.adapters}
        for worker in self.workers.values():
            worker.start()

    def end(self) -> None:
        for worker in self.workers.values():
            worker.leave()
        for worker in self.workers.values():
            worker.join(10)
            assert not worker.is_alive()

    def does(self, jobs: Sequence[str] = JOBS, only: Sequence[str] = ()) -> None:
        """Ask each worker for these jobs and wait until all are done."""
        asked = [self.workers[name] for name in (only or self.workers)]
        for worker in asked:
            for job in jobs:
                worker.ask(job)
        deadline = time.monotonic() + DONE_WITHIN_S
        while any(worker._waiting or not worker._jobs.empty() or worker.busy_since is not None for worker in asked):
            assert time.monotonic() < deadline, "a worker is stuck"
            time.sleep(0.005)

    def passes(self, minutes: int = 1, jobs: Sequence[str] = JOBS, only: Sequence[str] = ()) -> None:
        """So many minutes go by; each brings a poll and all that is due."""
        for _ in range(minutes):
            self.clock.now += POLL
            self.does(jobs, only)

    def restarts(self) -> None:
        self.end()
        self.begin()

    # --- what the records say -----------------------------------------------------------------------------------------

    def comment(self, native_id: str) -> Comment:
        with self.database.reading() as tx:
            (found,) = comments.find(tx, native_id)
        return found

    def person_decides(self, native_id: str, ruling: Ruling, also: ActionKind | None = None) -> None:
        comment = self.comment(native_id)
        who, now = "Mrs Ravenscroft", self.clock.now
        decision = Decision(comment.id, comment.version, ruling, who, now, (), mode=self.house.mode, author_action=also)
        with self.database.transaction() as tx:
            decisions.record(tx, decision)

    def told(self, event: str, platform: str = "") -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event and platform in ("", line["account"])]

    def history(self, native_id: str) -> list[str]:
        comment = self.comment(native_id)
        with self.database.reading() as tx:
            return [event.event for event in audit.trail(tx, comment.id)]

    def waiting_for_a_person(self) -> list[str]:
        with self.database.reading() as tx:
            return [item.comment.native_id for item in decisions.queued(tx)]

    def paused(self, platform: str) -> str | None:
        with self.database.reading() as tx:
            return accounts.paused(tx, platform, self.clock.now)

    def feeds(self, platform: str) -> dict[str, comments.FeedState]:
        with self.database.reading() as tx:
            return {state.feed: state for state in comments.feed_states(tx, platform)}

    def undrained(self, only: Sequence[str] = ()) -> list[str]:
        """Whatever still waits: for judgement, for the platform, for a reading that failed, or in sight though it must not be.

        A feed that is read more rarely than each minute has its own time to recover.
        """
        left = []
        for name in only or self.adapters:
            with self.database.reading() as tx:
                left += [f"unjudged {comment.native_id}" for comment in comments.unjudged(tx, 100, name)]
                left += [f"{s.action.kind} {s.action.comment.native_id} {s.state}" for s in actions.waiting(tx, name)]
            rare = {feed.name for feed in self.adapters[name].feeds if feed.every_s > POLL.total_seconds()}
            states = self.feeds(name)
            left += [f"{feed}: {states[feed].last_error}" for feed in states.keys() - rare if states[feed].last_error]
            left += ["paused"] if self.paused(name) else []
            mine = [each for (platform, _), each in self.sandbox.world.comments.items() if platform == name]
            left += [
                f"{c.native_id} is in sight" for c in mine if c.text == ABUSE and self.is_public(name, c.native_id)
            ]
        return left

    def forget_log(self) -> None:
        self.log.truncate(0)
        self.log.seek(0)


@contextmanager
def open_school(
    folder: Path,
    only: Sequence[str] = PLATFORMS,
    *,
    waits_s: tuple[float, float] = WAITS_S,
    street: type[Sandbox] = Sandbox,
    **options: Any,
) -> Iterator[FaultySchool]:
    """The school with a post on each platform, its workers started and its accounts known.

    `options` are further arguments of adapters, by platform.
    """
    clock = Clock()
    with ExitStack() as stack:
        sandbox = stack.enter_context(street(clock=clock))
        database = Database.open(f"sqlcipher:///{folder}/school.db", key=KEY)
        stack.callback(database.close)
        make_tables(database)
        proxies = {name: stack.enter_context(Proxy(address_of(sandbox))) for name in only}
        adapters = {
            name: connect(
                name, sandbox, f"http://127.0.0.1:{proxies[name].port}", database, waits_s, options.get(name, {})
            )
            for name in only
        }
        posts = {name: sandbox.world.publish(name, "Sports day", at=NOON - timedelta(hours=2)) for name in only}
        house = House(database, adapters, build_detectors(SCHOOL, ROLL, WordListScorer()), DEFAULT, Mode.AUTO)
        school = FaultySchool(sandbox, clock, database, adapters, proxies, posts, house)
        school.begin()
        stack.callback(school.end)
        school.does()
        yield school


def connect(
    name: str, sandbox: Sandbox, base: str, database: Database, waits_s: tuple[float, float], more: dict[str, Any]
) -> Platform:
    """The adapter for one account, which the sandbox opens, with its traffic led through `base`."""
    opened = sandbox.world.open_account(name, handle=HANDLE)
    account = Account(name, name, HANDLE, native_id=opened.native_id)
    credentials, meter = sandbox.credentials(name), StoreMeter(database, name)
    options: dict[str, Any] = {"timeouts_s": waits_s, **more}
    if name == "x":
        return X(account, credentials, meter, MemoryTokens(), api_base=f"{base}/x", **options)
    if name == "youtube":
        credentials |= {"token_uri": f"{base}/google/token", "consent_screen": "internal"}
        return YouTube(account, credentials, meter, api_base=f"{base}/", **options)
    return Instagram(account, credentials, meter, MemoryTokens(), api_base=f"{base}/instagram", **options)


def address_of(sandbox: Sandbox) -> tuple[str, int]:
    """Host and port where it listens."""
    parts = urlsplit(sandbox.base_url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port
