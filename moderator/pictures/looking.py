"""Looks at pictures: takes each apart in one process, reads it in another, and waits for neither longer than it says."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from importlib.util import find_spec
from typing import IO, Any, Protocol, cast

from moderator.errors import ConfigError
from moderator.pictures.decoder import LARGEST_BYTES
from moderator.pictures.values import Face, Line, PictureNotRead, Pixels, Seen

DECODE_WITHIN_S = 10.0
"""Of the clock, on a busy machine; of a processor's time the decoder itself takes five seconds at most."""
LOAD_WITHIN_S = 60.0
READ_WITHIN_S = 30.0
KEPT_FOR_S = 120.0
"""How long the reader is kept when there is nothing to read: it holds some hundred megabytes."""
READER = (sys.executable, "-m", "moderator.pictures.reader")
TO_INSTALL = ".venv/bin/pip install --no-deps --require-hashes -r requirements/pictures.txt"
TO_INSTALL_NUDITY = ".venv/bin/pip install --no-deps --require-hashes -r requirements/nudity.txt"


class Looks(Protocol):
    def look(self, data: bytes) -> Seen:
        """What is on the picture in this file. Raises PictureNotRead."""


def can_read(nudity: bool) -> bool:
    """Whether what reads pictures is installed."""
    try:
        need_libraries(nudity)
    except ConfigError:
        return False
    return True


def need_libraries(nudity: bool) -> None:
    """Raises ConfigError where what reads pictures is not installed."""
    if find_spec("rapidocr") is None or find_spec("cv2") is None:
        raise ConfigError(f"Pictures are to be looked at, and what reads them is not installed: {TO_INSTALL}")
    if nudity and find_spec("nudenet") is None:
        raise ConfigError(
            f"Nudity in pictures is to be looked for, and what does that is not installed: {TO_INSTALL_NUDITY}. "
            "It comes under another licence than moderator; the README says which."
        )


def take_apart(data: bytes, within_s: float = DECODE_WITHIN_S) -> Pixels:
    """The picture's pixels, made smaller where it is large. Raises PictureNotRead, with the reason in words."""
    if len(data) > LARGEST_BYTES:
        raise PictureNotRead("the file is larger than 5 MB")
    command = [sys.executable, "-m", "moderator.pictures.decoder"]
    try:
        ended = subprocess.run(command, input=data, capture_output=True, timeout=within_s, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise PictureNotRead("it took too long to open") from None
    header, _, rgb = ended.stdout.partition(b"\n")
    if ended.returncode != 0 or not header:
        raise PictureNotRead("it could not be opened within the limits of memory and time")
    told = json.loads(header)
    if "refused" in told:
        raise PictureNotRead(told["refused"])
    pixels = Pixels(told["width"], told["height"], rgb)
    if len(rgb) != pixels.width * pixels.height * 3:
        raise PictureNotRead("it could not be opened whole")
    return pixels


class Looker:
    """Looks at one picture after the other; safe to call from several threads."""

    def __init__(self, *, nudity: bool = False, kept_for_s: float = KEPT_FOR_S, reader: Sequence[str] = READER) -> None:
        """`reader` is the command that reads pixels. Raises ConfigError where what it needs is not installed."""
        need_libraries(nudity)
        self._nudity, self._kept_for_s, self._command = nudity, kept_for_s, tuple(reader)
        self._reader: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = threading.Lock()
        self._timer: threading.Timer | None = None

    def look(self, data: bytes) -> Seen:
        """What is on the picture in this file. Raises PictureNotRead."""
        with (
            self._one_at_a_time
        ):  # Opening takes memory too, and what is set aside for pictures is meant for one of them.
            pixels = take_apart(data)
            try:
                told = self._ask(pixels)
            except (
                OSError,
                ValueError,
            ) as error:  # A reader that died or spoke nonsense is replaced at the next picture.
                self._end()
                raise PictureNotRead("it could not be read") from error
            self._rest_later()
        return _seen(told)

    @property
    def process_id(self) -> int | None:
        """Of the reader, while there is one."""
        return None if self._reader is None else self._reader.pid

    def close(self) -> None:
        with self._one_at_a_time:
            self._end()

    def _ask(self, pixels: Pixels) -> dict[str, Any]:
        reader = self._reader if self._reader is not None and self._reader.poll() is None else self._start()
        asked = cast(IO[bytes], reader.stdin)
        asked.write(json.dumps({"width": pixels.width, "height": pixels.height}).encode() + b"\n")
        asked.write(pixels.rgb)
        asked.flush()
        return _answer(reader, READ_WITHIN_S)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [*self._command, *(["--nudity"] if self._nudity else [])]
        self._reader = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        _answer(self._reader, LOAD_WITHIN_S)
        return self._reader

    def _rest_later(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(self._kept_for_s, self.close)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._reader is not None:
            self._reader.kill()
            self._reader.communicate()
        self._reader = self._timer = None


def _answer(reader: subprocess.Popen[bytes], within_s: float) -> dict[str, Any]:
    """The next line that the reader says. Raises OSError (TimeoutError) and ValueError."""
    answers = cast(IO[bytes], reader.stdout).fileno()
    line, until = b"", time.monotonic() + within_s
    while not line.endswith(b"\n"):
        left = until - time.monotonic()
        if left <= 0 or not select.select([answers], [], [], left)[0]:
            raise TimeoutError
        more = os.read(answers, 65536)
        if not more:
            raise ValueError("the reader ended")
        line += more
    told: dict[str, Any] = json.loads(line)
    return told


def _seen(told: dict[str, Any]) -> Seen:
    return Seen(
        tuple(Line(each["text"], each["score"], tuple(each["box"])) for each in told["lines"]),
        tuple(Face(each["score"], tuple(each["box"])) for each in told["faces"]),
        told["nudity"],
    )
