"""PostgreSQL's own pg_dump and pg_restore, fed and read through pipes so that nothing lies on the disk in between."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL

from moderator.backups import BackupError
from moderator.backups.envelope import AT_ONCE
from moderator.errors import StoreError
from moderator.store.beside import drop_database, make_database
from moderator.store.database import Database
from moderator.store.walls import OUTSIDE, SCHOOL

ASIDE = "before_restore_"
"""What the schemas are called that restored backups moved aside; they are in no backup."""
HOME = Path("/usr/lib/postgresql")


def dumped(database: Database, snapshot: str, home: Path = HOME) -> Iterator[bytes]:
    """A dump in pieces, of the moment that `snapshot` names. Raises BackupError where pg_dump is missing or gives up.

    While it goes out it is read again, whole, by pg_restore: a dump that cannot be read back is no backup.
    """
    words = [f"--snapshot={snapshot}", "--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={ASIDE}*"]
    # Where many schools share the database, a backup holds the rows of its own school, and of no other.
    words += ["--enable-row-security", *(f"--exclude-table-data={name}" for name in OUTSIDE)]
    with (
        running("pg_dump", words, database.engine.url, home, database.school_id) as dump,
        restoring(None, home) as feed,
    ):
        assert dump.stdout is not None  # noqa: S101  For the types: it is a pipe.
        while piece := dump.stdout.read(AT_ONCE):
            feed(piece)
            yield piece


@contextmanager
def restoring(url: URL | None, home: Path = HOME) -> Iterator[Callable[[bytes], object]]:
    """Takes a dump in pieces and puts it into an empty database, all of it or nothing; None: it only reads the dump whole.

    Raises BackupError.
    """
    words = ["--file=/dev/null"] if url is None else ["--single-transaction", "--no-owner", "--no-privileges"]
    with running("pg_restore", words, url, home) as restore:
        assert restore.stdin is not None  # noqa: S101
        yield restore.stdin.write
        restore.stdin.close()


@contextmanager
def running(
    name: str, words: list[str], url: URL | None, home: Path, school_id: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """One of the programs, for one school where it reads, until it has ended by itself.

    Raises BackupError with its first complaint.
    """
    place = [] if url is None else ["--dbname", conninfo(url)]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603  Our own words, and a name that was looked up.
            [binary(name, home), *words, *place],
            stdin=subprocess.PIPE if name == "pg_restore" else subprocess.DEVNULL,
            stdout=subprocess.PIPE if name == "pg_dump" else subprocess.DEVNULL,
            stderr=complaints,
            env=environment(url, school_id),
        )
        try:
            with process:
                yield process
        except BrokenPipeError:
            pass  # It gave up; why is said below.
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode != 0:
            raise BackupError(f"{name} gave up: {first_line(complaints)} Nothing was kept or put back.")


def first_line(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    line = next(iter(complaints.read(4096).decode(errors="replace").splitlines()), "it does not say why")
    return f"{line.rstrip('.')}."


def binary(name: str, home: Path = HOME) -> str:
    """The newest one of Debian's, or the one on the path: an older pg_dump refuses a newer server. Raises BackupError."""
    debian = sorted(home.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which(name)
    if found is None:
        raise BackupError(
            f"PostgreSQL's program {name} is not on this machine. Install it: apt-get install postgresql-client"
        )
    return found


def conninfo(url: URL) -> str:
    """Where the database is, without the password: what stands on a command line, everybody on the machine can read."""
    options = {name: value for name, value in url.query.items() if isinstance(value, str)}
    return make_conninfo(host=url.host, port=url.port, user=url.username, dbname=url.database, **options)


def environment(url: URL | None, school_id: str = "") -> dict[str, str]:
    school = {"PGOPTIONS": f"-c {SCHOOL}={school_id}"} if school_id else {}
    secret = {} if url is None or url.password is None else {"PGPASSWORD": str(url.password)}
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", **school, **secret}


@contextmanager
def spare_database(database: Database, name: str) -> Iterator[URL]:
    """An empty database beside this one, gone at the end. Raises BackupError where this user may make none."""
    try:
        place = make_database(database, name)
    except StoreError as error:
        raise BackupError(
            "To practise, a database of its own is needed for a moment, and this user may make none. Nothing was changed. "
            f"Let the administrator run: ALTER ROLE {database.engine.url.username} CREATEDB"
        ) from error
    try:
        yield place
    finally:
        drop_database(database, name)
