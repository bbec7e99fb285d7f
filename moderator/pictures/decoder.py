"""A stranger's file in, plain pixels out: run as a process of its own, once for each picture.

Before the first byte is looked at, the process gives up all that a bad file could want: it can open no file and no connection,
write to no disk, and take little memory and time. So a hole in a decoder leads nowhere. Bytes on standard input; on standard
output one line of JSON, either {"width", "height"} and then the pixels, or {"refused": why}.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile

from moderator.pictures.seal import seal

LARGEST_BYTES = 5 * 1024 * 1024
LARGEST_PIXELS = 20_000_000
LONGEST_SIDE = 2000  # pixels, to which a larger picture is made smaller: small print on a badge is still read
MEMORY_BYTES = 700 * 1024 * 1024
SECONDS = 5
FORMATS = ("JPEG", "PNG", "WEBP")
_OTHERS = (b"<script", b"<html", b"<?php")
"""Beginnings of files that a browser or a server would run."""


class Refused(Exception):
    """Why, in words for a person."""


def refuse_by_bytes(data: bytes) -> None:
    """What can be told without taking the picture apart. Raises Refused."""
    if not data:
        raise Refused("there is nothing in the file")
    if len(data) > LARGEST_BYTES:
        raise Refused("the file is larger than 5 MB")
    low = data.lower()
    if zipfile.is_zipfile(io.BytesIO(data)) or b"%pdf-" in low[:1024] or any(mark in low for mark in _OTHERS):
        raise Refused("another kind of file is hidden in it")


def take_apart(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and pixels. Raises Refused."""
    from PIL import Image, ImageOps

    refuse_by_bytes(data)
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)  # the header only
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError) as error:
        raise Refused("it is no whole JPEG, PNG or WebP picture") from error
    width, height = picture.size
    if width * height > LARGEST_PIXELS:
        raise Refused(f"it has {width * height / 1e6:.0f} million points; 20 million are looked at")
    # A phone's JPEG may hold a second, smaller copy of itself (MPO); that is no film.
    if picture.format != "MPO" and getattr(picture, "is_animated", False):
        raise Refused("it moves, and only pictures that stand still are looked at")
    try:
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture)
        flat = Image.new("RGB", upright.size, "white")
        whole = upright.convert("RGBA") if "A" in upright.getbands() or "transparency" in upright.info else None
        flat.paste(upright.convert("RGB") if whole is None else whole, mask=whole)
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError, MemoryError, ArithmeticError) as error:
        raise Refused("it is broken off or damaged") from error
    return (*flat.size, flat.tobytes())


def main() -> int:
    # Loaded while files can still be opened.
    from PIL import Image, ImageOps  # noqa: F401

    Image.init()
    Image.MAX_IMAGE_PIXELS = None  # The limit is ours, and told in words.
    seal(MEMORY_BYTES, SECONDS)
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(LARGEST_BYTES + 1)))
    return 0


def answer(data: bytes) -> bytes:
    """What goes to standard output."""
    try:
        width, height, rgb = take_apart(data)
    except Refused as refused:
        return json.dumps({"refused": str(refused)}).encode() + b"\n"
    return json.dumps({"width": width, "height": height}).encode() + b"\n" + rgb


if __name__ == "__main__":
    sys.exit(main())
