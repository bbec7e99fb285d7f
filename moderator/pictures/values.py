"""What is seen on a picture. Boxes are (left, top, right, bottom) in pixels of the picture as it was made smaller for reading."""

from __future__ import annotations

from dataclasses import dataclass

from moderator.errors import DetectorError

Box = tuple[int, int, int, int]


class PictureNotRead(DetectorError):
    """The picture cannot or must not be read; the message says why, in words for a person."""


class HostSilent(PictureNotRead):
    """Its host did not answer, or not in time: asking it for another picture would most likely take as long."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture taken apart: eight bits each of red, green and blue, row by row."""

    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text on a picture; `score` says how sure the reader is of its letters, 0.0 to 1.0."""

    text: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Face:
    score: float  # 1.0 where the detector does not say
    box: Box


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was seen. `nudity` is the highest score of uncovered skin, 0.0 to 1.0; None where nobody looked for it."""

    lines: tuple[Line, ...] = ()
    faces: tuple[Face, ...] = ()
    nudity: float | None = None

    @property
    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(line.text for line in self.lines)
