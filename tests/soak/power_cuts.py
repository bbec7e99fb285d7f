"""Power cuts on the encrypted file: the log torn at any byte, and a checkpoint of which any pages reached the disk."""

from __future__ import annotations

import random
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from moderator.store import audit
from moderator.store.database import Database
from moderator.store.verify import verify
from tests.conftest import MINUTE, NOON
from tests.soak.figures import Figure, command

KEY = "5a" * 32
PAGE = 4096
COMMITS = 40


@dataclass(frozen=True)
class Disk:
    """A database in use: the file before and after a checkpoint, its log, and where the log ended at each commit."""

    before: bytes
    after: bytes
    log: bytes
    ends: list[
        int
    ]  # of the log, once commit 1, 2, … had been acknowledged: synchronous=FULL has it on the disk by then


def used(folder: Path, chance: random.Random) -> Disk:
    file, log = folder / "school.db", folder / "school.db-wal"
    database = Database.open(f"sqlcipher:///{file}", key=KEY)
    database.migrate()
    checkpoint(database)
    log.stat()  # The log begins anew from here.
    ends = []
    for number in range(1, COMMITS + 1):
        with database.transaction() as tx:
            audit.write(tx, "looked", NOON + number * MINUTE, actor="moderator", words="x" * chance.randrange(9000))
        ends.append(log.stat().st_size)
    before, kept = file.read_bytes(), log.read_bytes()
    checkpoint(database)
    after = file.read_bytes()
    database.close()
    return Disk(before, after, kept, ends)


def checkpoint(database: Database) -> None:
    with database.connected("DEFERRED") as connection:
        connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def opened_after(folder: Path, file: bytes, log: bytes) -> int | None:
    """How many of the commits are there after the cut; None where the file or the chain is not whole."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "cut.db").write_bytes(file)
    (folder / "cut.db-wal").write_bytes(log)
    database = Database.open(f"sqlcipher:///{folder}/cut.db", key=KEY)
    try:
        with database.connected("DEFERRED") as connection:
            sound = connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        with database.reading() as tx:
            return audit.head(tx).events if sound and verify(tx).whole else None
    finally:
        database.close()


def torn(disk: Disk, chance: random.Random) -> tuple[bytes, int]:
    """The log as a cut leaves it, and how many commits had been acknowledged: what came later is there in part, or is noise."""
    cut = chance.randrange(len(disk.log) + 1)
    synced = max((end for end in disk.ends if end <= cut), default=0)
    tail = bytearray(disk.log[synced:cut])
    for start in range(0, len(tail), 512):
        if chance.random() < 0.3:
            tail[start : start + 512] = chance.choice((b"\0", b"\xa5")) * len(tail[start : start + 512])
    return disk.log[:synced] + bytes(tail), sum(end <= cut for end in disk.ends)


def half_checkpointed(disk: Disk, chance: random.Random) -> bytes:
    pages = [
        (disk.after if chance.random() < 0.5 else disk.before.ljust(len(disk.after), b"\0"))[start : start + PAGE]
        for start in range(0, len(disk.after), PAGE)
    ]
    return b"".join(pages)


def run(seed: int, quick: bool) -> list[Figure]:
    chance, cuts = random.Random(seed), 30 if quick else 500
    broken = missing = 0
    with tempfile.TemporaryDirectory(prefix="moderator-cuts-") as name:
        disk = used(Path(name), chance)
        for number in range(cuts):
            if number % 3:
                log, acknowledged = torn(disk, chance)
                there = opened_after(Path(name) / "cut", disk.before, log)
            else:
                acknowledged, there = (
                    COMMITS,
                    opened_after(Path(name) / "cut", half_checkpointed(disk, chance), disk.log),
                )
            broken += there is None
            missing += there is not None and there < acknowledged
    return [
        Figure("power cuts", cuts, "500; 30 in the quick run", cuts >= (30 if quick else 500)),
        Figure("databases that do not open whole", broken, "0", broken == 0),
        Figure("cuts that lost what was acknowledged", missing, "0", missing == 0),
    ]


if __name__ == "__main__":
    command("Power cuts", run)
