"""Where the page asks the daemon to look at a post before it goes out: a Unix socket that only their own user can open.

The page holds no roll and no model, so it cannot look itself; and through the database a picture would be written to a disk. So
words and pictures go through this socket from memory to memory, and what comes back is what `check-post` would say. A request
is one line of JSON {"text", "sizes"} and then the pictures; the answer is one line of JSON.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from moderator.by_hand.own_post import Answer, PostCheck, Remark
from moderator.errors import ModeratorError
from moderator.pictures.decoder import LARGEST_BYTES

DOOR = "own-posts.sock"
MOST_PICTURES = 4
LONGEST_TEXT = 10_000  # characters
_LONGEST_LINE = 64 * 1024
ASKED_WITHIN_S = 120.0
"""Four pictures on a busy machine, the models loaded for the first."""

LookAt = Callable[[str, Sequence[bytes]], PostCheck]


class NobodyLooks(ModeratorError):
    """Nothing answers at the door, or not in time."""


def ask(folder: Path, text: str, pictures: Sequence[bytes], within_s: float = ASKED_WITHIN_S) -> PostCheck:
    """What stands against posting this, by the daemon of this state folder. Raises NobodyLooks."""
    try:
        with socket.socket(socket.AF_UNIX) as line, _short(folder) as short:
            line.settimeout(within_s)
            line.connect(str(short / DOOR))
            line.sendall(json.dumps({"text": text, "sizes": [len(each) for each in pictures]}).encode() + b"\n")
            for each in pictures:
                line.sendall(each)
            with line.makefile("rb") as answers:
                return _as_check(json.loads(answers.readline()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NobodyLooks(
            "The daemon did not answer, so nothing was looked at. It may be starting anew: try again in a minute, or look "
            "at the post with somebody else."
        ) from error


@contextmanager
def open_door(folder: Path, look_at: LookAt) -> Iterator[None]:
    """Answer at the door of this state folder until the end. Raises OSError where the socket cannot be made."""
    with _short(folder) as short:
        (short / DOOR).unlink(missing_ok=True)  # left by a daemon that is gone: one works at a time
        before = os.umask(0o177)
        try:
            server = _Door(str(short / DOOR), look_at)
        finally:
            os.umask(before)
    thread = threading.Thread(target=server.serve_forever, name="own-posts-door", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        (folder / DOOR).unlink(missing_ok=True)


class _Door(socketserver.UnixStreamServer):
    """One request after the other: each takes all that two processors have."""

    def __init__(self, path: str, look_at: LookAt) -> None:
        self.look_at = look_at
        super().__init__(path, _Answering)

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asked sees that no answer came; a trace could hold words of the post."""


class _Answering(socketserver.StreamRequestHandler):
    timeout = 30.0

    def handle(self) -> None:
        asked = json.loads(self.rfile.readline(_LONGEST_LINE))
        text, sizes = str(asked["text"])[:LONGEST_TEXT], [int(size) for size in asked["sizes"]]
        if len(sizes) > MOST_PICTURES or not all(0 <= size <= LARGEST_BYTES + 1 for size in sizes):
            return
        pictures = [self.rfile.read(size) for size in sizes]
        server = self.server
        assert isinstance(server, _Door)  # noqa: S101 - tells the type
        self.wfile.write(json.dumps(_as_json(server.look_at(text, pictures))).encode() + b"\n")


@contextmanager
def _short(folder: Path) -> Iterator[Path]:
    """The folder under a short name: the path of a socket has 107 bytes at most, unix(7)."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield Path(f"/proc/self/fd/{number}")
    finally:
        os.close(number)


def _as_json(found: PostCheck) -> dict[str, Any]:
    return {"remarks": [[each.what, each.phrase, each.line, each.answer.value] for each in found.remarks]}


def _as_check(told: dict[str, Any]) -> PostCheck:
    return PostCheck(
        tuple(
            Remark(str(what), str(phrase), str(line), Answer(answer)) for what, phrase, line, answer in told["remarks"]
        )
    )
