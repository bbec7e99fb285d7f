"""A full disk at every write, in the real daemon too, and one that can only be read: nothing in part, and it recovers alone."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Mode
from moderator.errors import StoreError
from moderator.pipeline import House
from moderator.platforms.memory import Memory
from moderator.policy.limits import DEFAULT
from moderator.sandbox.school import load_day
from moderator.settings import read_settings
from moderator.store.database import Database
from moderator.store.verify import verify
from moderator.web.health import disk_notes
from tests.conftest import skip_needed
from tests.journeys.conftest import KEY, ROLL, SCHOOL, YOUTUBE, Journey
from tests.journeys.street import Street, log_events, open_street, wait_until
from tests.journeys.test_crash import assert_whole, day, finish_the_day
from tests.soak.figures import Figure, command

PAGE = 4096
DISK_MB = 24
POLL_AND_WAIT_S = 30


@contextmanager
def small_disk() -> Iterator[Path]:
    """A file system of its own in memory, with little room. Asks for the right to mount one."""
    folder = Path(tempfile.mkdtemp(prefix="moderator-disk-"))
    asked = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0700", "moderator-tests", str(folder)]
    if os.geteuid() != 0 or subprocess.run(asked, capture_output=True, check=False).returncode != 0:
        folder.rmdir()
        skip_needed("a small disk cannot be mounted without the rights of root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def filled(disk: Path, free: int = 0) -> Iterator[None]:
    """Fill the disk but for `free` bytes."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        there = os.statvfs(disk)
        wanted = max(1, there.f_bavail * there.f_frsize - free)
        while wanted > 0:
            try:
                os.posix_fallocate(file.fileno(), 0, wanted)
                break
            except OSError as error:  # The daemon that lives there may have written since it was asked.
                if error.errno != errno.ENOSPC:
                    raise
                wanted -= there.f_frsize
    try:
        yield
    finally:
        ballast.unlink()


@dataclass
class Swept:
    """How it went with each amount of room."""

    refused: int = 0  # days during which the disk was full at some write
    broken: int = 0
    through: bool = False  # with so much room nothing was refused


def live_a_day(disk: Path, template: Path, free: int, swept: Swept) -> None:
    """A day on a disk with so much room, and the rest of it once there is more; the database stays open throughout."""
    for path in disk.glob("school.db*"):
        path.unlink()
    shutil.copy(template, disk / "school.db")
    database = Database.open(f"sqlcipher:///{disk}/school.db", key=KEY)
    platform = Memory(YOUTUBE, batch=50)
    detectors = build_detectors(SCHOOL, ROLL, WordListScorer())
    journey = Journey(House(database, {YOUTUBE.id: platform}, detectors, DEFAULT, Mode.AUTO), platform)
    try:
        with filled(disk, free):
            try:
                day(platform, journey)
                swept.through = True
            except StoreError:
                swept.refused += 1
        finish_the_day(platform, journey)
        assert_whole(platform, journey, f"{free} bytes free")
        with database.reading() as tx:
            assert verify(tx).whole
    except (AssertionError, StoreError) as error:
        print(f"{free} bytes free: {error}")
        swept.broken += 1
    finally:
        database.close()


def sweep(disk: Path, chance: random.Random, quick: bool) -> Swept:
    """A day with no room, with one page of it, with two, … until there is enough; a few of these in the quick form."""
    with tempfile.TemporaryDirectory() as name:
        template = Path(name) / "school.db"
        made = Database.open(f"sqlcipher:///{template}", key=KEY)
        made.migrate()
        made.close()
        swept = Swept()
        rooms = sorted(chance.sample(range(150), 5)) if quick else range(2000)
        for pages in rooms:
            if not swept.through or quick:
                live_a_day(disk, template, pages * PAGE, swept)
    return swept


@dataclass
class Lived:
    """What the real daemon did while the disk was of no use, and afterwards."""

    told: bool = True  # what is wrong, and when it is over
    lost: int = 0
    doubled: int = 0
    slowest_s: float = 0.0  # from the end of the fault until all that was written meanwhile is out of sight


def daemon_on(disk: Path, log: Path) -> Lived:
    """Comments arrive while the disk is full, and while it can only be read, as the kernel leaves it when it fails."""
    lived, child = Lived(), load_day()["pupils"][0]
    words = f"Well done {child['first_name']} {child['last_name']}"
    with open_street(disk / "school") as street:
        ids = [street.comment("youtube", words, handle="@nan")]
        with street.daemon(log):
            street.wait_hidden("youtube", ids[0], 60)
            with filled(disk):
                ids += three(street, words)
                wait_until(lambda: told(log, "store.unusable") != set(), 60, "store.unusable")
                settings = read_settings(street.config, credentials_dir=None)
                on_page = [note.text for note in disk_notes(settings) if note.warns]
            hidden_again(street, ids, lived)
            wait_until(
                lambda: told(log, "store.usable") == told(log, "store.unusable"), POLL_AND_WAIT_S, "store.usable"
            )
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        ids += three(street, words)
        refused = street.command("run")
        lived.told = refused.returncode != 0 and "Traceback" not in refused.stderr and "full" in "".join(on_page)
        print(*on_page, refused.stderr, sep="\n")
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        with street.daemon(log):
            hidden_again(street, ids, lived)
        hides = [each.native_id for each in street.sandbox.world.ledger if each.event == "hide" and each.effective]
    lived.lost = sum(native_id not in hides for native_id in ids)
    lived.doubled = len(hides) - len(set(hides))
    return lived


def three(street: Street, words: str) -> list[str]:
    return [street.comment("youtube", f"{words} {number}", handle=f"@nan{number}") for number in range(3)]


def hidden_again(street: Street, ids: list[str], lived: Lived) -> None:
    took = sum(street.wait_hidden("youtube", native_id, 2 * POLL_AND_WAIT_S) for native_id in ids)
    lived.slowest_s = max(lived.slowest_s, took)


def told(log: Path, event: str) -> set[str]:
    """The accounts that said so."""
    return {each["account"] for each in log_events(log) if each["event"] == event}


def run(seed: int, quick: bool) -> list[Figure]:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        with small_disk() as disk:
            swept = sweep(disk, chance, quick)
        with small_disk() as disk:
            lived = daemon_on(disk, Path(name) / "log")
    return [
        Figure(
            "writes at which the disk was full", swept.refused, "each; 1 or more in the quick run", swept.refused > 0
        ),
        Figure("room was found that is enough", str(swept.through), "True in the long run", swept.through or quick),
        Figure("days lost, doubled or not whole", swept.broken, "0", swept.broken == 0),
        Figure("daemon: comments lost", lived.lost, "0", lived.lost == 0),
        Figure("daemon: actions doubled", lived.doubled, "0", lived.doubled == 0),
        Figure("daemon: said what was wrong", str(lived.told), "True", lived.told),
        Figure("daemon: recovered within, s", lived.slowest_s, f"{POLL_AND_WAIT_S}", lived.slowest_s < POLL_AND_WAIT_S),
    ]


if __name__ == "__main__":
    command("A full disk, and one that can only be read", run)
