"""Whom the running daemon talks to: the platforms, the mail server, and nobody else. Asked of Python's own audit hook."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.street import Street, clean_environment, log_events, open_street, wait_until
from tests.reports.post_office import PostOffice

# https://docs.python.org/3.11/library/audit_events.html: every connection and look-up made by Python code passes here,
# in whichever library it stands.
WATCHED = textwrap.dedent("""
    import json, os, sys
    told = os.open(os.environ["TOLD"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hear(event, given):
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            os.write(told, (json.dumps([event, repr(given[-1])]) + "\\n").encode())
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            os.write(told, (json.dumps([event, repr(given[:2])]) + "\\n").encode())
        elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
            os.write(told, (json.dumps([event, repr(given[0])]) + "\\n").encode())

    sys.addaudithook(hear)
    from moderator.cli import main
    main()
""")
MAIL = """
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "moderation@school.example"
reply_to = "office@school.example"

[weekly]
to = ["head@school.example"]

[alerts]
enabled = true
head = "head@school.example"
"""


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path, models=True) as opened:
        yield opened


def told(path: Path) -> list[list[Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def remotes(pid: int) -> set[str]:
    """The addresses, as the kernel writes them, that the process has TCP or UDP connections with now. proc(5), net/tcp."""
    inodes = {os.readlink(fd).strip("socket:[]") for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink()}
    lines = [line.split() for table in ("tcp", "tcp6", "udp", "udp6") for line in net(pid, table)[1:]]
    return {words[2].partition(":")[0] for words in lines if words[9] in inodes and set(words[2]) - set("0:")}


def net(pid: int, table: str) -> list[str]:
    return Path(f"/proc/{pid}/net/{table}").read_text(encoding="utf-8").splitlines()


def test_the_daemon_talks_to_the_platforms_and_the_mail_server_and_to_nobody_else(
    street: Street, tmp_path: Path
) -> None:
    heard, log, reached = tmp_path / "heard", tmp_path / "log", set[str]()
    with PostOffice() as office:
        with (street.config / "moderator.toml").open("a", encoding="utf-8") as file:
            file.write(MAIL.format(port=office.port))
        threat = street.comment("youtube", "I'm going to smash his face in")
        with log.open("ab") as target:
            daemon = subprocess.Popen(
                [sys.executable, "-c", WATCHED, "run", "--config", str(street.config)],
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=target,
                env=clean_environment() | {"TOLD": str(heard)},
            )
        try:
            street.wait_hidden("youtube", threat, 90)
            reached = remotes(daemon.pid)
            wait_until(lambda: bool(office.taken), 60, "a letter about the threat")
            read = {"x", "youtube", "instagram"}
            wait_until(lambda: read <= {call.platform for call in street.sandbox.calls}, 30, "all platforms asked")
            reached |= remotes(daemon.pid)
        finally:
            daemon.terminate()
            daemon.wait(20)
    allowed = {int(street.sandbox.base_url.rsplit(":", 1)[1]), office.port}
    # What compiled libraries open without Python's knowing, the kernel knows.
    assert reached <= {"0100007F"}, reached
    events = told(heard)
    connected = {where for event, where in events if event.startswith(("socket.connect", "socket.send"))}
    assert {f"('127.0.0.1', {port})" for port in allowed} <= connected, connected
    assert connected <= {f"('127.0.0.1', {port})" for port in allowed}, connected
    looked_up = {where for event, where in events if event.startswith("socket.get")}
    # A mail server is greeted with this machine's own name.
    own = {"127.0.0.1", "localhost", socket.gethostname()}
    assert {each.split(",")[0].strip("()b'\"") for each in looked_up} <= own, looked_up
    assert [each for each in events if each[0] in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system")] == []
    assert [each for each in log_events(log) if each["level"] in ("error", "critical")] == []


def test_the_look_at_the_kernels_tables_finds_a_connection() -> None:
    with PostOffice() as office, socket.create_connection(("127.0.0.1", office.port)):
        assert "0100007F" in remotes(os.getpid())
