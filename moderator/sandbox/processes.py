"""The daemon and the page as processes of their own, stopped at the end: what the demo shows is what a school runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

READY_WITHIN_S = 30.0
ENDS_WITHIN_S = 12.0
"""Two seconds more than a daemon takes at most."""


@contextmanager
def running_daemon(config: Path, ends_within_s: float = ENDS_WITHIN_S) -> Iterator[subprocess.Popen[str]]:
    """`moderator run`; its log comes on stderr."""
    with _running(["run", "--config", str(config)], subprocess.PIPE, ends_within_s) as daemon:
        yield daemon


@contextmanager
def opened_page(config: Path) -> Iterator[str]:
    """`moderator web` on a free port of this machine; gives the address once it answers. Raises TimeoutError."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    origin = f"http://localhost:{port}"
    arguments = ["web", "--config", str(config), "--listen", f"127.0.0.1:{port}", "--origin", origin]
    with _running(arguments, stderr=subprocess.DEVNULL) as page:
        until = time.monotonic() + READY_WITHIN_S
        while not _answers(origin):
            if time.monotonic() > until or page.poll() is not None:
                raise TimeoutError(f"The page did not answer at {origin} within {READY_WITHIN_S:.0f} s.")
            time.sleep(0.1)
        yield origin


def _answers(origin: str) -> bool:
    try:
        return httpx.get(f"{origin}/healthz", timeout=2).is_success
    except httpx.TransportError:
        return False


@contextmanager
def _running(
    arguments: list[str], stderr: int, ends_within_s: float = ENDS_WITHIN_S
) -> Iterator[subprocess.Popen[str]]:
    environment = {
        key: value for key, value in os.environ.items() if key not in ("CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET")
    }
    process = subprocess.Popen(  # noqa: S603  Our own interpreter and our own folder.
        [sys.executable, "-m", "moderator", *arguments],
        stderr=stderr,
        stdin=subprocess.DEVNULL,
        env=environment,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(ends_within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
