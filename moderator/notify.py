"""Tells systemd how the daemon is: ready, alive, what it does, stopping (man 3 sd_notify).

Every message is one datagram to the socket that systemd names in $NOTIFY_SOCKET. Nothing is ever awaited or raised:
whether anyone listens must make no difference to the work.
"""

from __future__ import annotations

import contextlib
import socket


class Notifier:
    """`socket_path` is the value of $NOTIFY_SOCKET; with "" every message is dropped."""

    def __init__(self, socket_path: str) -> None:
        # A leading "@" stands for the zero byte of an abstract socket, which has no file.
        self._address = f"\0{socket_path[1:]}" if socket_path.startswith("@") else socket_path

    def ready(self, status: str = "") -> None:
        """Work begins: what waits for this unit may start."""
        self._send(f"READY=1\nSTATUS={_line(status)}" if status else "READY=1")

    def alive(self) -> None:
        """To be called from the working loop more often than WatchdogSec, so that a loop that hangs is restarted."""
        self._send("WATCHDOG=1")

    def status(self, sentence: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={_line(sentence)}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as out,
        ):
            out.sendto(message.encode(), self._address)


def _line(sentence: str) -> str:
    """Without line breaks: a second line would be a second message."""
    return " ".join(sentence.split())
