"""A file from a stranger: a whole picture is taken apart, anything else is refused at once, with the reason in words."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import time
import zipfile
import zlib

import pytest
from PIL import Image

from moderator.pictures.decoder import answer
from moderator.pictures.looking import take_apart
from moderator.pictures.values import PictureNotRead


def as_file(kind: str = "PNG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **options: object) -> bytes:
    held = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(held, kind, **options)
    return held.getvalue()


def a_png_of(width: int, height: int) -> bytes:
    """A header that claims so many points, and hardly any behind it: what it unpacks to would fill the memory."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    points = zlib.compress(bytes(2_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", points) + chunk(b"IEND", b"")


def a_moving_gif() -> bytes:
    held = io.BytesIO()
    frames = [Image.new("L", (40, 40), shade) for shade in (0, 90, 200)]
    frames[0].save(held, "GIF", save_all=True, append_images=frames[1:])
    return held.getvalue()


def a_moving_webp() -> bytes:
    held = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), (shade, 0, 0)) for shade in (0, 90, 200)]
    frames[0].save(held, "WEBP", save_all=True, append_images=frames[1:])
    return held.getvalue()


def a_zip_behind(data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("run.js", "alert(1)")
    return data + held.getvalue()


def with_a_script(data: bytes) -> bytes:
    """A comment segment of a JPEG with a page in it."""
    words = b"<ScRiPt>alert(1)</script>"
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(words) + 2) + words + data[2:]


JPEG = as_file("JPEG")


def test_a_picture_that_takes_too_long_to_open_is_left() -> None:
    with pytest.raises(PictureNotRead, match="it took too long to open"):
        take_apart(as_file(), within_s=0.001)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (a_png_of(10_000, 10_000), "it has 100 million points; 20 million are looked at"),
        (a_png_of(2**31 - 1, 2**31 - 1), "million points"),
        (a_png_of(4000, 4000), "broken off or damaged"),
        (JPEG[: len(JPEG) // 2], "broken off or damaged"),
        (JPEG[:300], "no whole JPEG, PNG or WebP picture"),
        (b"", "nothing in the file"),
        (b"\x00" * 6_000_000, "larger than 5 MB"),
        (b"GIF89a" + b"\x00" * 50, "no whole JPEG, PNG or WebP picture"),
        (a_moving_gif(), "no whole JPEG, PNG or WebP picture"),
        (a_moving_webp(), "it moves"),
        (a_zip_behind(JPEG), "another kind of file is hidden"),
        (with_a_script(JPEG), "another kind of file is hidden"),
        (b"%PDF-1.7\n" + JPEG, "another kind of file is hidden"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no whole JPEG, PNG or WebP picture"),
        (as_file("TIFF"), "no whole JPEG, PNG or WebP picture"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_file_is_refused_with_the_reason_in_words(data: bytes, told: str) -> None:
    with pytest.raises(PictureNotRead, match=told):
        take_apart(data)


@pytest.mark.parametrize("data", [b"", JPEG[:300], JPEG[: len(JPEG) // 2]], ids=["nothing", "no header", "half"])
def test_the_answer_about_a_bad_file_is_one_line(data: bytes) -> None:
    """As the process that opens it gives it; what that one does once it is shut in, no measurement of the tests sees."""
    line, end, rest = answer(data).partition(b"\n")
    assert (list(json.loads(line)), end, rest) == (["refused"], b"\n", b"")


def test_a_pixel_flood_and_a_broken_jpeg_cost_less_than_a_second_of_work() -> None:
    """Of a processor's time, start of the process included: the clock tells more of what else this machine does."""
    for data in (a_png_of(10_000, 10_000), JPEG[: len(JPEG) // 2]):
        before = spent_by_children()
        with pytest.raises(PictureNotRead):
            take_apart(data)
        assert spent_by_children() - before <= 1.0


def spent_by_children() -> float:
    """Seconds of a processor, of the processes that ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_whole_picture_is_taken_apart(kind: str) -> None:
    pixels = take_apart(as_file(kind))
    assert (pixels.width, pixels.height, len(pixels.rgb)) == (640, 480, 640 * 480 * 3)


def test_a_large_one_is_made_smaller_a_turned_one_upright_and_a_clear_one_white() -> None:
    turned = Image.new("RGB", (3000, 1500), "red")
    exif = turned.getexif()
    exif[0x0112] = 6  # turn it by a quarter
    held = io.BytesIO()
    turned.save(held, "JPEG", exif=exif)
    pixels = take_apart(held.getvalue())
    assert (pixels.width, pixels.height) == (1000, 2000)
    clear = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(clear, "PNG")
    assert take_apart(clear.getvalue()).rgb == b"\xff" * 300


SHUT_IN = """
import socket
from moderator.pictures.seal import seal
seal(700 * 1024 * 1024, 5)
for attempt in (lambda: open("/etc/hostname"), lambda: open("here", "w"), socket.socket, lambda: bytearray(2**31)):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__)
    else:
        print("it could")
"""


def test_who_is_sealed_in_opens_no_file_and_no_connection_and_takes_no_memory() -> None:
    ended = subprocess.run([sys.executable, "-c", SHUT_IN], capture_output=True, text=True, timeout=30, check=True)
    assert ended.stdout.split() == ["OSError", "OSError", "OSError", "MemoryError"]


def test_time_runs_out_for_who_works_for_ever() -> None:
    code = "from moderator.pictures.seal import seal\nseal(2**30, 1)\nwhile True: pass"
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert ended.returncode < 0, time.monotonic() - began
