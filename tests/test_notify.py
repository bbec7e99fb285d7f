"""What the daemon tells systemd arrives at a real socket, and silence harms nobody."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderator.notify import Notifier


@pytest.fixture(params=["a path", "an abstract name"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """A socket as systemd opens one, and its address as systemd writes it."""
    name = str(tmp_path / "notify") if request.param == "a path" else f"@moderator-test-{secrets.token_hex(6)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0{name[1:]}" if name.startswith("@") else name)
        listener.settimeout(5)
        yield name, listener


def test_systemd_hears_each_word_in_its_order(listening: tuple[str, socket.socket]) -> None:
    name, listener = listening
    notifier = Notifier(name)

    notifier.ready("watching 3 accounts")
    notifier.alive()
    notifier.status("reading back:\n 40 of 120\tcomments")
    notifier.stopping()

    assert [listener.recv(500) for _ in range(4)] == [
        b"READY=1\nSTATUS=watching 3 accounts",
        b"WATCHDOG=1",
        b"STATUS=reading back: 40 of 120 comments",
        b"STOPPING=1",
    ]


def test_a_status_cannot_smuggle_in_another_message(listening: tuple[str, socket.socket]) -> None:
    name, listener = listening

    Notifier(name).status("x\nMAINPID=1")
    Notifier(name).ready()

    assert listener.recv(500) == b"STATUS=x MAINPID=1"
    assert listener.recv(500) == b"READY=1"


@pytest.mark.parametrize("name", ["", "/nowhere/at/all", "@nobody-listens-here", "x" * 300])
def test_without_a_listener_nothing_happens(name: str) -> None:
    notifier = Notifier(name)

    notifier.ready("watching")
    notifier.alive()
    notifier.stopping()


def test_a_listener_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    name = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name)
        notifier = Notifier(name)
        for _ in range(5_000):  # Far more than a socket's queue holds; a send that waits would hang here for ever.
            notifier.alive()

        assert listener.recv(500) == b"WATCHDOG=1"
