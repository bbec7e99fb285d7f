"""How far a feed has been read, as the text that the store keeps: at most 4 KB, and never needed to be right.

An order by time is no promise of YouTube's (YouTube-operational-API issue 122), so that a time or an id says little
about where reading may stop. The cursor holds fingerprints of the threads read last instead: reading stops after a full
page of threads that are all known in this very form.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from moderator.platforms.youtube.reading import PRINT_LENGTH

THREADS_KEPT = 300
"""Three pages, so that the page after one with something new can be recognised as known."""

VIDEOS_KEPT = 50


@dataclass(frozen=True, slots=True)
class Cursor:
    """`seen` are fingerprints, those at the head of the listing first; `counts` is kept by the feed of that name."""

    seen: tuple[str, ...] = ()
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)  # video id -> comments counted, times looked

    @classmethod
    def read(cls, text: str | None) -> Cursor:
        """What `write` wrote. Anything else is a fresh start: everything is read again, and nothing is lost."""
        try:
            kept: Any = json.loads(text or "{}")
            prints, counts = str(kept.get("seen", "")), dict(kept.get("counts", {}))
            seen = tuple(prints[at : at + PRINT_LENGTH] for at in range(0, len(prints), PRINT_LENGTH))
            return cls(seen, {str(video): (int(count), int(looks)) for video, (count, looks) in counts.items()})
        except (ValueError, TypeError, AttributeError):
            return cls()

    def write(self) -> str:
        counts = {video: list(pair) for video, pair in list(self.counts.items())[:VIDEOS_KEPT]}
        kept = {"seen": "".join(self.seen[:THREADS_KEPT])} | ({"counts": counts} if counts else {})
        return json.dumps(kept, separators=(",", ":"))

    def after_listing(self, read: Sequence[str]) -> Cursor:
        """The cursor once the head of the listing was read anew.

        What was known between two threads read now but is not there any more has left the listing; it is forgotten, so
        that it is told again when it comes back: a comment that a person released in YouTube Studio does.
        """
        fresh = set(read)
        last = max((at for at, known in enumerate(self.seen) if known in fresh), default=-1)
        return replace(self, seen=(*dict.fromkeys(read), *self.seen[last + 1 :])[:THREADS_KEPT])

    def after_video(self, read: Sequence[str], video: str, count: int, looks: int) -> Cursor:
        """The cursor once one video's threads were read, among those of other videos."""
        seen = tuple(dict.fromkeys((*read, *self.seen)))[:THREADS_KEPT]
        return replace(self, seen=seen, counts=self.counts | {video: (count, looks)})
