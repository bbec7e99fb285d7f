"""Scripts and icons, each at an address that holds its digest, so that a browser keeps it for good and never asks again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, PlainTextResponse, Response

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".html": "text/html; charset=utf-8",
}
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}

router = APIRouter()


@cache
def digests() -> dict[str, str]:
    """The files that browsers may have, and twelve digits of the digest of each."""
    found = [path for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in found}


def static(name: str) -> str:
    """The address of a file. Raises KeyError where there is none of this name."""
    return f"/static/{digests()[name]}/{name}"


@router.get("/static/{digest}/{name}")
def static_file(digest: str, name: str) -> Response:
    if digests().get(name) != digest:
        return PlainTextResponse("There is no such file.", 404)
    path = FOLDER / name
    return FileResponse(path, media_type=TYPES[path.suffix], headers=FOR_GOOD)
