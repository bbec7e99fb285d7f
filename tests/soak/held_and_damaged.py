"""A database that another process holds, many who write at once, and damaged pages: waited for, or stopped and told."""

from __future__ import annotations

import io
import random
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Mode
from moderator.errors import Damaged, StoreError
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.platforms.memory import Memory
from moderator.policy.limits import DEFAULT
from moderator.store import accounts, audit
from moderator.store.database import Database
from moderator.store.verify import verify
from moderator.worker import Worker
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import KEY, ROLL, SCHOOL, YOUTUBE, Journey
from tests.journeys.street import open_street, wait_until
from tests.journeys.test_crash import day
from tests.soak.figures import Figure, command

PAGE = 4096
CHILD = "Well done Tolliver Amberley!"


def opened(file: Path, wait_s: float = 10.0) -> Database:
    return Database.open(f"sqlcipher:///{file}", key=KEY, wait_s=wait_s)


def house_of(database: Database, platform: Memory) -> House:
    detectors = build_detectors(SCHOOL, ROLL, WordListScorer())
    return House(database, {YOUTUBE.id: platform}, detectors, DEFAULT, Mode.AUTO)


def held(folder: Path, seconds: float, wait_s: float) -> list[Figure]:
    """Another process holds the write lock; the worker waits, says so, and goes on by itself."""
    database, log, platform = opened(folder / "held.db", wait_s), io.StringIO(), Memory(YOUTUBE, batch=50)
    database.migrate()
    with database.transaction() as tx:
        accounts.remember(tx, YOUTUBE)
    worker = Worker(house_of(database, platform), YOUTUBE.id, open_log(log, style="json"), lambda: NOON)
    platform.receives(CHILD, native_id="c1")
    with opened(folder / "held.db").transaction():
        worker.start()
        worker.ask("look")
        time.sleep(seconds)
        said = log.getvalue()
    began = time.monotonic()
    while platform.hidden != ["c1"] and time.monotonic() - began < 60:
        worker.ask("look")
        time.sleep(0.1)
    took = time.monotonic() - began
    wait_until(lambda: "store.usable" in log.getvalue(), 30, "store.usable")
    worker.leave()
    worker.join(30)
    database.close()
    told = said.count("store.unusable"), "held by another process" in said, "account.paused" in log.getvalue()
    return [
        Figure("held by another process, s", seconds, "60; 2 in the quick run", True),
        Figure("told once, with who to ask, no account paused", str(told == (1, True, False)), "True", told[0] == 1),
        Figure("then out of sight within, s", took, "10", took < 10 and platform.hidden == ["c1"]),
    ]


def storm(folder: Path, writes: int) -> list[Figure]:
    """Eight write at once and hardly wait: who is refused tries again; what was acknowledged is there, once."""
    opened(folder / "storm.db").migrate()
    acknowledged, refused = Counter[int](), Counter[int]()

    def write(number: int) -> None:
        own = opened(folder / "storm.db", wait_s=0.01)
        while acknowledged[number] < writes:
            try:
                with own.transaction() as tx:
                    audit.write(tx, "looked", NOON, actor=f"writer {number}")
                    time.sleep(0.002)
                acknowledged[number] += 1
            except StoreError:
                refused[number] += 1
        own.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database = opened(folder / "storm.db")
    with database.reading() as tx:
        lost, whole = sum(acknowledged.values()) - audit.head(tx).events, verify(tx).whole
    database.close()
    return [
        Figure("writes refused for being held, and tried again", refused.total(), "1 or more", refused.total() > 0),
        Figure("acknowledged writes lost or doubled", lost, "0", lost == 0),
        Figure("chain whole after the storm", str(whole), "True", whole),
    ]


def damaged(folder: Path, chance: random.Random, quick: bool) -> list[Figure]:
    """A page of the file is overwritten with noise: it is never taken for data, and the file stays as it is."""
    file = folder / "damaged.db"
    database, platform = opened(file), Memory(YOUTUBE, batch=50)
    database.migrate()
    day(platform, Journey(house_of(database, platform), platform))
    database.close()
    whole = file.read_bytes()
    pages = range(len(whole) // PAGE)
    told, wrong = Counter[str](), 0
    for number in sorted({0, *chance.sample(pages, 12)}) if quick else pages:
        noise = whole[: number * PAGE] + chance.randbytes(PAGE) + whole[(number + 1) * PAGE :]
        for each in folder.glob("damaged.db*"):
            each.unlink()
        file.write_bytes(noise)
        try:
            told[lives_with(file)] += 1
        except Exception as error:  # noqa: BLE001  Whatever is not told as ours is what is looked for.
            print(f"page {number}: {error!r}")
            wrong += 1
        wrong += not file.exists()
    met = told["Damaged"] + told["StoreError"]
    return [
        Figure("pages damaged and met", met, "1 or more", met > 0),
        Figure("damage not told, or the file gone", wrong, "0", wrong == 0),
    ]


def lives_with(file: Path) -> str:
    """What the house says on a damaged file: the name of its error, or nothing where it does not meet the damage."""
    try:
        database = opened(file)
        try:
            platform = Memory(YOUTUBE, batch=50)
            journey = Journey(house_of(database, platform), platform)
            platform.receives(CHILD, native_id="c9")
            journey.round(NOON + 60 * MINUTE)
            with database.reading() as tx:
                verify(tx)
        finally:
            with suppress(StoreError):
                database.close()
    except StoreError as error:
        if "moderator restore FILE --identity KEYFILE --replace" not in str(error):
            raise LookupError("no way back is told") from error
        return type(error).__name__
    return ""


def daemon_ends(folder: Path, chance: random.Random) -> list[Figure]:
    """The real daemon on a damaged file: it ends by itself, is not to be started again, and names the last backup."""
    with open_street(folder / "damaged") as street:
        street.comment("youtube", "Lovely day.", handle="@nan")
        assert street.command("once").returncode == 0
        (file,) = street.state.glob("*.db")
        noise = file.read_bytes()
        file.write_bytes(noise[: 3 * PAGE] + chance.randbytes(len(noise) - 3 * PAGE))
        kept, ended = file.stat().st_ino, street.command("run")
        stays = file.exists() and file.stat().st_ino == kept
    said = "moderator restore FILE" in ended.stderr and "There is none in" in ended.stderr
    print(ended.stderr)
    return [
        Figure("daemon on a damaged file ends with", ended.returncode, "65", ended.returncode == Damaged.exit_code),
        Figure("it keeps the file and says how to restore", str(said and stays), "True", said and stays),
    ]


def run(seed: int, quick: bool) -> list[Figure]:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="moderator-held-") as name:
        folder = Path(name)
        return [
            *held(folder, 2.0 if quick else 60.0, 0.3 if quick else 10.0),
            *storm(folder, 20 if quick else 500),
            *damaged(folder, chance, quick),
            *daemon_ends(folder, chance),
        ]


if __name__ == "__main__":
    command("Held and damaged databases", run)
