"""A PostgreSQL server of the tests' own: on a free port of the loopback address, in a temporary folder, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

from moderator.store.database import Database
from tests.conftest import skip_needed

SUPERUSER = "postgres"
USER = "moderator"
"""A plain user, as a school's is: what a superuser sees, no wall between schools keeps from it."""
TEMPLATE = "with_tables"
# What is written here need not outlive the machine, so nothing waits for the disk.
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60")
END_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test%'"
_numbers = count(1)


@dataclass(frozen=True)
class Server:
    port: int
    restart_at_once: Callable[[float], None]
    """Ends it as a crash does, waits so many seconds, and starts it again."""

    def url(self, database: str, user: str = USER) -> str:
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str, user: str = USER) -> None:
        with psycopg.connect(host="127.0.0.1", port=self.port, user=user, dbname="postgres", autocommit=True) as server:
            server.execute(statement.encode())

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of a database with all tables and nothing in them, dropped afterwards."""
        name = f"test_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        """As the superuser: a worker of the autovacuum, who is one, may be busy in there, and ends for nobody else."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)", SUPERUSER)


def binaries() -> Path | None:
    """Where initdb and postgres are: the newest of Debian's, or those on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which("postgres")
    return Path(found).parent if found else None


def unprivileged() -> dict[str, str]:
    """Whom the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            return {"user": name, "group": str(pwd.getpwnam(name).pw_gid)}
        except KeyError:
            continue
    return {}


@contextmanager
def server(durable: bool = False) -> Iterator[Server]:
    """`durable`: what was committed outlives the server, as a school's own has it; slower."""
    where = binaries()
    if where is None:
        skip_needed("PostgreSQL server binaries not found")
    assert where is not None
    folder = Path(tempfile.mkdtemp(prefix="moderator-postgres-"))
    runs_as = unprivileged()
    if runs_as:
        shutil.chown(folder, runs_as["user"])
    try:
        make = [
            where / "initdb",
            "-D",
            folder / "data",
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
        ]
        _call([*map(str, make), "--locale=C.UTF-8"], folder, runs_as)
        with _running(where / "postgres", folder, runs_as, SETTINGS[3:] if durable else SETTINGS) as started:
            started.run(f"CREATE ROLE {USER} LOGIN CREATEDB CREATEROLE", SUPERUSER)
            started.run(f"CREATE DATABASE {TEMPLATE}")
            with_tables = Database.open(started.url(TEMPLATE))
            with_tables.migrate()
            with_tables.close()
            yield started
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _call(command: list[str], folder: Path, runs_as: dict[str, str]) -> None:
    user, group = runs_as.get("user"), runs_as.get("group")
    done = subprocess.run(
        command, cwd=folder, user=user, group=int(group) if group else None, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def _running(postgres: Path, folder: Path, runs_as: dict[str, str], chosen: Sequence[str]) -> Iterator[Server]:
    port = _free_port()
    settings = [part for setting in chosen for part in ("-c", setting)]
    place = ["-D", str(folder / "data"), "-k", str(folder), "-p", str(port), "-c", "listen_addresses=127.0.0.1"]
    user, group = runs_as.get("user"), runs_as.get("group")
    log = (folder / "log").open("wb")
    processes: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        process = subprocess.Popen(
            [str(postgres), *place, *settings],
            cwd=folder,
            user=user,
            group=int(group) if group else None,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        processes.append(process)
        _await(process, port, folder / "log")

    def restart_at_once(away_s: float) -> None:
        processes[-1].send_signal(signal.SIGQUIT)
        processes[-1].wait(30)
        time.sleep(away_s)
        start()

    try:
        start()
        yield Server(port, restart_at_once)
    finally:
        processes[-1].send_signal(signal.SIGINT)  # ends what is connected, then itself
        processes[-1].wait(30)
        log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user=SUPERUSER, dbname="postgres", connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """The server, started for the first test that asks for it."""
    with server() as started:
        yield started
