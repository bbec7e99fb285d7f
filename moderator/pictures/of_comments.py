"""The pictures of a comment, or of a post that is out: fetched, looked at and forgotten. What was seen comes out, no picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from moderator.detectors.base import Detector
from moderator.domain import Comment, Finding
from moderator.pictures.looking import Looks
from moderator.pictures.values import PictureNotRead, Seen
from moderator.pictures.words import words_on
from moderator.platforms.deadline import SIGN_OF_LIFE

MOST = 4
"""Pictures of one comment that are looked at; a post on X holds no more. More wait for a person."""


class Fetches(Protocol):
    def fetch(self, url: str) -> bytes:
        """The file at this address. Raises PictureNotRead."""


@dataclass(frozen=True, slots=True)
class SeenOn:
    """What was seen on a comment's pictures: what their words hold, the most bare skin, why a person must look, faces on each."""

    findings: tuple[Finding, ...] = ()
    bare: float = 0.0
    unseen: tuple[str, ...] = ()
    faces: tuple[tuple[int, int], ...] = ()  # number of the picture, from 1, and how many were counted there


class CommentPictures:
    """Looks at the pictures of comments, on the platforms for which there is a fetcher."""

    def __init__(self, fetchers: Mapping[str, Fetches], looks: Looks) -> None:
        self._fetchers, self._looks = fetchers, looks

    @property
    def looks(self) -> Looks:
        return self._looks

    @property
    def platforms(self) -> frozenset[str]:
        """Where pictures are looked at."""
        return frozenset(self._fetchers)

    def are_looked_at(self, comment: Comment) -> bool:
        return bool(comment.image_urls) and comment.platform in self._fetchers

    def look_at(self, platform: str, url: str) -> Seen:
        """What is on the picture at this address. Raises PictureNotRead."""
        return self._looks.look(self._fetchers[platform].fetch(url))

    def examine(self, comment: Comment, urls: Sequence[str], detectors: Sequence[Detector]) -> SeenOn:
        """What is on the pictures at these addresses."""
        findings: list[Finding] = []
        faces: list[tuple[int, int]] = []
        bare, unseen = 0.0, [f"picture {MOST + 1} and later ones were not looked at"] if len(urls) > MOST else []
        for number, url in enumerate(urls[:MOST], start=1):
            SIGN_OF_LIFE.get()()  # Each picture ends by itself, however long four of them take.
            try:
                seen = self.look_at(comment.platform, url)
            except PictureNotRead as error:
                unseen.append(f"picture {number} was not looked at: {error}")
                continue
            bare = max(bare, seen.nudity or 0.0)
            faces.append((number, len(seen.faces)))
            found, failed = words_on(seen, detectors, number)
            findings += found
            unseen += failed
        return SeenOn(tuple(findings), bare, tuple(unseen), tuple(faces))
