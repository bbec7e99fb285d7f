"""A school on a pretend street for the long runs, its daemon kept alive as systemd would, and what the ledger says at the end."""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from moderator.build import reach_database
from moderator.domain import Account, comment_id
from moderator.errors import AlreadyRunning, ConfigError, Damaged, StoreError
from moderator.sandbox.school import load_day
from moderator.settings import read_settings
from moderator.store import accounts, comments
from moderator.store.database import Database
from tests.commands import Started, start_command
from tests.journeys.street import Street, clean_environment, open_street, wait_until
from tests.postgres import server
from tests.soak.figures import Figure

PLATFORMS = ("x", "youtube", "instagram")
NOT_AGAIN = {ConfigError.exit_code, Damaged.exit_code, AlreadyRunning.exit_code}
"""With these codes the unit is not started again; tests/test_systemd.py sees to it that the unit says so."""
DRAINED_WITHIN_S = 90.0


@dataclass
class SchoolDay:
    """Comments that arrive, and which of them must be out of sight in the end.

    `named` is the share of them that name a child: a long day keeps within what the platforms let anybody hide in a day.
    """

    street: Street
    chance: random.Random
    folder: Path
    named: float = 0.5
    must_go: list[tuple[str, str]] = field(default_factory=list)
    restart: Callable[[float], None] = lambda _away_s: None  # of the database, where it has a server
    _logs: Iterator[int] = field(default_factory=count)

    def post(self) -> None:
        """Somebody comments on one of the three; some name a child in full."""
        platform, pupil = self.chance.choice(PLATFORMS), self.chance.choice(load_day()["pupils"])
        number = next(self._logs)
        if self.chance.random() < self.named:
            words = f"So proud of {pupil['first_name']} {pupil['last_name']} today"
            self.must_go.append((platform, self.street.comment(platform, words, handle=f"@nan_{number}")))
        else:
            self.street.comment(platform, "What a lovely day you all had.", handle=f"@dad_{number}")

    def post_for(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.post()
            time.sleep(self.chance.uniform(0.1, 0.5))

    def start(self, **environment: str) -> Started:
        """The daemon, forked from a warm server: a real process in a tenth of the time."""
        log = self.folder / f"log.{next(self._logs)}"
        env = clean_environment() | environment
        return start_command("run", "--config", str(self.street.config), env=env, log=log)

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """The school's database, beside whatever works on it."""
        database = reach_database(read_settings(self.street.config, credentials_dir=None), create=False)
        try:
            yield database
        finally:
            database.close()

    def last_read(self) -> dict[str, datetime]:
        """When each account was read last, by the daemon's own clock; those that never were are left out."""
        try:
            with self.opened() as database, database.reading() as tx:
                told = {name: [state.last_ok_at for state in comments.feed_states(tx, name)] for name in PLATFORMS}
        except StoreError:
            return {}  # There is no database yet, or none with tables.
        return {name: max(at for at in times if at) for name, times in told.items() if any(times)}

    def to_be_seen(self) -> list[tuple[str, str]]:
        return [each for each in self.must_go if self.street.is_public(*each)]

    def is_drained(self) -> bool:
        return not self.to_be_seen()

    def held_back(self) -> set[tuple[str, str]]:
        """What is still to be seen because the platform lets nobody hide more before a time that the record tells."""
        rows = json.loads(self.street.command("queue", "--waiting", "--json").stdout)
        ids = {row["id"] for row in rows if "does not let us" in row["last_error"] and row["next"]}
        return {
            (name, native)
            for name, native in self.to_be_seen()
            if comment_id(Account(name, name, "", school_id="demo"), native) in ids
        }

    def tell_of(self, lost: list[tuple[str, str]]) -> None:
        """Which comments were lost, and how the reading of their accounts stands: a limit of the platform, or a fault of ours."""
        with self.opened() as database, database.reading() as tx:
            for platform, native_id in lost:
                found = comments.find(tx, native_id)
                print(f"  lost: {platform} {native_id}, {'read' if found else 'never read'}", file=sys.stderr)
            for name in {platform for platform, _ in lost}:
                print(f"  {name} paused: {accounts.paused(tx, name, datetime.now(UTC))}", file=sys.stderr)
                for state in comments.feed_states(tx, name):
                    print(
                        f"  {name} {state.feed}: read well {state.last_ok_at}, error {state.last_error!r}, "
                        f"not before {state.not_before}",
                        file=sys.stderr,
                    )

    def figures(self, about: str) -> list[Figure]:
        """What the platforms' own ledger says, and the chain; to be asked while a daemon is at work."""
        began = time.monotonic()
        while not self.is_drained() and time.monotonic() - began < DRAINED_WITHIN_S:
            time.sleep(0.1)
        took, held_back = time.monotonic() - began, self.held_back()
        drained = set(self.to_be_seen()) <= held_back
        time.sleep(3)  # Whoever would do it twice does it now.
        effective = Counter(
            (each.platform, each.native_id)
            for each in self.street.sandbox.world.ledger
            if each.event == "hide" and each.effective
        )
        lost = [each for each in self.must_go if effective[each] == 0 and each not in held_back]
        self.tell_of(lost)
        doubled = [each for each, times in effective.items() if times > 1 or each not in self.must_go]
        whole = self.street.command("verify-audit").returncode == 0
        return [
            Figure(f"{about}: comments that must go", len(self.must_go), "1 or more", bool(self.must_go)),
            Figure(f"{about}: lost", len(lost), "0", not lost),
            Figure(f"{about}: held back by a platform's own limit", len(held_back), "each with its time", True),
            Figure(f"{about}: doubled, or hidden wrongly", len(doubled), "0", not doubled),
            Figure(f"{about}: chain whole", str(whole), "True", whole),
            Figure(f"{about}: drained within, s", took, f"{DRAINED_WITHIN_S:.0f}", drained),
        ]


class Service(threading.Thread):
    """Starts the daemon again whenever it ends, as the unit says."""

    def __init__(self, day: SchoolDay, again_after_s: float) -> None:
        super().__init__(name="service", daemon=True)
        self._day, self._again_after_s, self._leaving = day, again_after_s, threading.Event()
        self.starts, self.stuck = 0, 0

    def run(self) -> None:
        while not self._leaving.is_set():
            process = self._day.start()
            self.starts += 1
            while process.poll() is None and not self._leaving.is_set():
                time.sleep(0.1)
            if process.poll() is None:
                process.kill()
                process.wait()
            elif process.poll() in NOT_AGAIN:
                self.stuck += 1
                return
            self._leaving.wait(self._again_after_s)

    def leave(self) -> None:
        self._leaving.set()
        self.join(30)


def starts_often(street: Street) -> None:
    """What two hundred starts in a few minutes need of X, and no school's day does: each reads again for some cents, and the
    month's 25 dollars would be spent."""
    file = street.config / "moderator.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('id = "x"\n', 'id = "x"\nmonthly_limit_dollars = 1000.0\n', 1), encoding="utf-8")


@contextmanager
def school_day(kind: str, folder: Path, chance: random.Random) -> Iterator[SchoolDay]:
    """On "sqlcipher" or on a "postgresql" of its own."""
    if kind == "sqlcipher":
        with open_street(folder / kind) as street:
            starts_often(street)
            yield SchoolDay(street, chance, folder)
        return
    with server(durable=True) as postgresql, postgresql.fresh() as url, open_street(folder / kind) as street:
        starts_often(street)
        with (street.config / "moderator.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[store]\nurl = "{url}"\n')
        day = SchoolDay(street, chance, folder)
        day.restart = postgresql.restart_at_once
        yield day


def wait_for_work(day: SchoolDay, within_s: float = 60.0) -> None:
    """Until a daemon has hidden all that must go so far, and something must."""
    before = len(day.must_go)
    while len(day.must_go) == before:
        day.post()
    wait_until(day.is_drained, within_s, "the daemon is at work")
