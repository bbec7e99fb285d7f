"""Ids shaped as the vendors shape theirs; the same seed gives the same ids in the same order."""

from __future__ import annotations

import hashlib
import string
from datetime import datetime

PLATFORMS = ("x", "youtube", "instagram")

_BASE64 = string.ascii_letters + string.digits + "-_"
_X_EPOCH_MS = 1_288_834_974_657  # https://docs.x.com/fundamentals/x-ids: an id is a time in ms and a sequence number
_SEQUENCE_BITS = 22


class Ids:
    """Gives ids; those of people depend on their handle alone, so that they outlive a restart."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._given = 0

    def person(self, platform: str, handle: str) -> str:
        match platform:
            case "x":
                return self._digits(f"person {handle.lower()}", "15", 19)
            case "youtube":
                return "UC" + self._letters(f"person {handle.lower()}", 22)
            case _:
                return self._digits(f"person {handle.lower()}", "9", 16)

    def post(self, platform: str, at: datetime) -> str:
        match platform:
            case "x":
                return self._snowflake(at)
            case "youtube":
                return self._letters(self._next("video"), 11)
            case _:
                return self._digits(self._next("media"), "180", 17)

    def comment(self, platform: str, at: datetime, parent_id: str = "") -> str:
        match platform:
            case "x":
                return self._snowflake(at)
            case "youtube" if parent_id:
                return f"{parent_id}.{self._letters(self._next('reply'), 22)}"
            case "youtube":
                return f"Ugx{self._letters(self._next('comment'), 17)}4AaABAg"[:26]
            case _:
                return self._digits(self._next("comment"), "178", 17)

    def secret(self, what: str, length: int) -> str:
        """A token of letters and digits."""
        return self._letters(what, length).replace("-", "a").replace("_", "b")

    def _next(self, kind: str) -> str:
        self._given += 1
        return f"{kind} {self._given}"

    def _snowflake(self, at: datetime) -> str:
        self._given += 1
        milliseconds = int(at.timestamp() * 1000) - _X_EPOCH_MS
        if milliseconds < 0:
            raise ValueError(f"X had no posts with such ids before November 2010, got {at:%Y-%m-%d}")
        return str((milliseconds << _SEQUENCE_BITS) | (self._given % (1 << _SEQUENCE_BITS)))

    def _digits(self, what: str, start: str, length: int) -> str:
        number = int.from_bytes(self._digest(what)) % 10 ** (length - len(start))
        return f"{start}{number:0{length - len(start)}d}"

    def _letters(self, what: str, length: int) -> str:
        return "".join(_BASE64[byte % 64] for byte in self._digest(what))[:length]

    def _digest(self, what: str) -> bytes:
        return hashlib.blake2b(f"{self._seed}\x00{what}".encode()).digest()
