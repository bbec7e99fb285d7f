"""Thirty simulated days of a school with three accounts: memory and open files stay as they are, one letter a week, no doubles."""

from __future__ import annotations

import io
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import linear_regression

from moderator.backups.files import backups_in
from moderator.backups.keys import make_key
from moderator.backups.make import make_backup
from moderator.build import open_database
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Account, ActionKind, Decision, Mode, Ruling
from moderator.errors import Unavailable
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.platforms.memory import Memory
from moderator.policy.limits import DEFAULT
from moderator.privacy.retention import clear_away, is_time, survey
from moderator.reports.mail import Mailer
from moderator.reports.send import Letters, put_due, send_reports
from moderator.settings import Settings
from moderator.settings.mail import WeeklySettings
from moderator.store import accounts, actions, comments, decisions
from moderator.store.verify import verify
from moderator.worker import AccountWork
from tests.journeys.conftest import ROLL, SCHOOL
from tests.reports.made import HEAD_MAIL, MAIL
from tests.reports.post_office import PostOffice
from tests.settings.conftest import shipped
from tests.soak.figures import Figure, command

BEGIN = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ACCOUNTS = tuple(Account(name, name, f"@{name}", name) for name in ("x", "youtube", "instagram"))
CHILD, INSULT, KIND = (
    "Well done Tolliver Amberley!",
    "shut up you stupid b1tch ms rowe",
    "What a lovely day, thank you.",
)
JOBS = ("look", "act", "verify", "follow", "tasks")
MB = 2**20


@dataclass
class Month:
    """The house, its three platforms and what was measured at the end of each day."""

    house: House
    platforms: dict[str, Memory]
    settings: Settings
    mailer: Mailer
    chance: random.Random
    per_day: int
    tick: timedelta
    now: datetime = BEGIN
    must_go: list[tuple[str, str]] = field(default_factory=list)
    posted: list[tuple[str, datetime]] = field(default_factory=list)
    cleared: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    rss_mb: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    wal_mb: float = 0.0

    def live(self, days: int) -> None:
        log = open_log(io.StringIO(), style="json")  # Made anew each day, so that its own growth is not measured.
        work = [AccountWork(self.house, each.id, log, lambda: self.now) for each in ACCOUNTS]
        for day in range(days):
            due = sorted(self.chance.uniform(0, 24) for _ in range(self.per_day))
            for hour in range(0, 24 * 60, int(self.tick.total_seconds() // 60)):
                self.now = BEGIN + day * DAY + timedelta(minutes=hour)
                while due and due[0] * 60 <= hour:
                    self._somebody_writes(due.pop(0))
                self._something_fails()
                for each in work:
                    for job in JOBS:
                        each.do(job)
                self._beside()
            self._end_of_day()

    def _somebody_writes(self, number: float) -> None:
        platform = self.chance.choice(list(self.platforms))
        native_id, text = f"c{number:.9f}-{self.now:%d%m}", self.chance.choices((CHILD, INSULT, KIND), (1, 1, 8))[0]
        author = self.chance.choice(("pat", "sam", "kit", "nan", "dad"))
        self.platforms[platform].receives(text, native_id=native_id, author=author, at=self.now)
        self.posted.append((text, self.now))
        if text == CHILD:
            self.must_go.append((platform, native_id))

    def _something_fails(self) -> None:
        if self.chance.random() < 0.05:
            self.faults += 1
            platform = self.chance.choice(list(self.platforms.values()))
            if self.chance.random() < 0.5:
                platform.loses_next_reply()
            else:
                platform.fails_next(Unavailable("no route", maybe_done=False), times=self.chance.randint(1, 3))

    def _beside(self) -> None:
        """What the daemon's rounds do: the letters, and clearing away."""
        put_due(self.house.database, Letters(self.settings, DEFAULT), self.now)
        send_reports(self.house.database, self.mailer, self.now)
        with self.house.database.reading() as tx:
            due = is_time(tx, self.now)
        if due:
            self.cleared.update(clear_away(self.house.database, DEFAULT.retention, self.now))
            self.cleared["runs"] += 1

    def _end_of_day(self) -> None:
        """The head looks through the queue, a backup is made, and the day is measured."""
        with self.house.database.reading() as tx:
            queued = [item.comment for item in decisions.queued(tx)]
        for comment in queued:
            ruling = Ruling.ALLOW if comment.text == KIND else Ruling.HIDE
            made = Decision(comment.id, comment.version, ruling, "Mrs Ravenscroft", self.now, (), mode=self.house.mode)
            with self.house.database.transaction() as tx:
                decisions.record(tx, made)
        make_backup(self.settings, self.house.database, self.settings.backup.folder, self.now)
        self.rss_mb.append(memory_mb())
        self.files.append(len(os.listdir("/proc/self/fd")))
        wal = Path(f"{self.house.database.file}-wal")
        self.wal_mb = max(self.wal_mb, wal.stat().st_size / MB if wal.exists() else 0.0)

    def to_be_kept(self) -> int:
        """How many comments the retention schedule says still have their words: all but the clean ones that are too old."""
        oldest = self.now - DEFAULT.retention.clean
        return sum(text != KIND or at >= oldest for text, at in self.posted)

    def kept(self) -> int:
        with self.house.database.reading() as tx:
            return sum(each.held for each in survey(tx, DEFAULT.retention, self.now).comments.values())


def memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


@contextmanager
def month(seed: int, per_day: int, tick: timedelta) -> Iterator[tuple[Month, PostOffice]]:
    with tempfile.TemporaryDirectory(prefix="moderator-month-") as name, PostOffice() as office:
        folder = shipped(Path(name))
        folder.change("recipients = []", f'recipients = ["{make_key(Path(name) / "stick" / "backup.key", BEGIN)}"]')
        settings = replace(folder.read(), mail=MAIL, weekly=WeeklySettings(to=(HEAD_MAIL,)))
        database, platforms = open_database(settings), {each.id: Memory(each, batch=50) for each in ACCOUNTS}
        with database.transaction() as tx:
            for account in ACCOUNTS:
                accounts.remember(tx, account)
        detectors = build_detectors(SCHOOL, ROLL, WordListScorer())
        house = House(database, dict(platforms), detectors, DEFAULT, Mode.AUTO)
        yield Month(house, platforms, settings, office.mailer(), random.Random(seed), per_day, tick), office
        database.close()


def run(seed: int, quick: bool) -> list[Figure]:
    days, per_day, tick = (9, 20, 4 * HOUR) if quick else (33, 50, timedelta(minutes=30))
    with month(seed, per_day, tick) as (lived, office):
        lived.live(days)
        with lived.house.database.reading() as tx:
            unjudged, waiting = len(comments.unjudged(tx, 1000)), len(actions.waiting(tx))
            whole = verify(tx).whole
        kept, to_be_kept = lived.kept(), lived.to_be_kept()
        backups = len(backups_in(lived.settings.backup.folder, lived.settings.school.id))
        hides = Counter(
            (name, native_id)
            for name, platform in lived.platforms.items()
            for kind, native_id in platform.changes
            if kind is ActionKind.HIDE
        )
        lost = sum(lived.platforms[name].is_public(native_id) for name, native_id in lived.must_go)
        doubled = sum(times > 1 for times in hides.values())
        letters = [taken.message["Subject"] for taken in office.taken]
    settled = lived.rss_mb[days // 3 :]
    slope = linear_regression(range(len(settled)), settled).slope
    flat = lived.files[-1] <= lived.files[days // 3] + (
        4 if quick else 0
    )  # The first letter's fonts are read on day 7.
    as_scheduled = abs(kept - to_be_kept) <= 0.05 * to_be_kept
    weeks, cleared = (days - 1) // 7, lived.cleared["clean"] > 0
    return [
        Figure("days simulated", days, "30; 9 in the quick run", True),
        Figure("comments, and faults among them", f"{days * per_day}, {lived.faults}", "", lived.faults > 0),
        Figure("children's names still to be seen", lost, "0", lost == 0),
        Figure("hides that had an effect twice", doubled, "0", doubled == 0),
        Figure("waiting to be judged or done", unjudged + waiting, "0", unjudged + waiting == 0),
        Figure("chain whole", str(whole), "True", whole),
        Figure("memory, MB a day", slope, "at most 1", slope <= 1 or quick),
        Figure(
            "open descriptors, after a third and at the end", f"{lived.files[days // 3]}, {lived.files[-1]}", "", flat
        ),
        Figure("write-ahead log at most, MB", lived.wal_mb, "64", lived.wal_mb <= 64),
        Figure("weekly letters", len(letters), f"{weeks}, no two alike", len(set(letters)) == len(letters) == weeks),
        Figure("times cleared away", lived.cleared["runs"], f"{days}", lived.cleared["runs"] == days),
        Figure("clean comments cleared away", lived.cleared["clean"], "1 or more after 30 days", quick or cleared),
        Figure(
            "comments that have their words, and the schedule's", f"{kept}, {to_be_kept}", "5 % apart", as_scheduled
        ),
        Figure("backups kept of one a day", backups, f"1 to {days}", 0 < backups <= days),
    ]


if __name__ == "__main__":
    command("A month", run)
