"""The pictures in YouTube comments: signed links that hold for six hours, and a small picture behind them.

As CommentSnippet.imageUrl is described in the discovery document that google-api-python-client ships.
"""

from __future__ import annotations

import struct
import zlib
from datetime import timedelta
from urllib.parse import urlencode

from moderator.sandbox.messages import Answer, Request
from moderator.sandbox.state import PostedComment
from moderator.sandbox.world import World

LINK_LASTS = timedelta(hours=6)


class Pictures:
    """Signs links and serves what they point to."""

    def __init__(self, world: World) -> None:
        self._world = world

    def link(self, base_url: str, comment: PostedComment) -> str:
        """The link as it is given now; it dies six hours later."""
        expire = str(int((self._world.clock() + LINK_LASTS).timestamp()))
        query = urlencode({"expire": expire, "sig": self._signature(comment.native_id, expire)})
        return f"{base_url}/pictures/{comment.native_id}?{query}"

    def answer(self, request: Request) -> Answer:
        native_id, expire = request.path.strip("/"), request.one("expire")
        comment = self._world.comments.get(("youtube", native_id))
        signed = request.one("sig") == self._signature(native_id, expire)
        if comment is None or not signed or not self._world.clock().timestamp() < int(expire):
            return Answer(403, "Forbidden", content_type="text/plain")
        return Answer(body=_png(), content_type="image/png")

    def _signature(self, native_id: str, expire: str) -> str:
        return self._world.ids.secret(f"picture {native_id} {expire}", 24)


def _png() -> bytes:
    """Eight by eight grey points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + b"\x80" * 8 for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
