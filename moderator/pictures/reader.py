"""What is on a picture: its text, its faces, and bare skin. Run as a process of its own, which lives for many pictures.

It gets plain pixels, never a stranger's file. Once its models are loaded it is sealed: no file, no connection, no disk. Each
picture comes on standard input as a line of JSON {"width", "height"} and the pixels; each answer is one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from moderator.pictures.seal import seal

MEMORY_BYTES = 4 * 1024 * 1024 * 1024  # of addresses; what it really holds stands in docs/pictures.md
READ_AT = 1280  # pixels of the longer side at which text is looked for; letters are read from the whole picture
SURE_OF_LETTERS = 0.5
SMALLEST_FACE = 0.03  # of the shorter side
THREADS = 2
FACES = "haarcascade_frontalface_alt2.xml"
"""Comes with OpenCV: of its cascades the one that counted drawn and photographed faces best."""
BARE = frozenset(
    {
        "FEMALE_BREAST_EXPOSED",
        "FEMALE_GENITALIA_EXPOSED",
        "MALE_GENITALIA_EXPOSED",
        "BUTTOCKS_EXPOSED",
        "ANUS_EXPOSED",
    }
)
"""NudeNet 3.4's labels for what must not be on a picture; a bare arm, foot, belly or a boy's chest is none of them."""


class Eyes:
    """The models, loaded once."""

    def __init__(self, nudity: bool) -> None:
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(THREADS)
        self._text: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.text_score": SURE_OF_LETTERS,
                "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Det.limit_type": "max",
                "Det.limit_side_len": READ_AT,
            }
        )
        self._faces = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / FACES))
        self._nudity = None
        if nudity:
            from nudenet import NudeDetector

            self._nudity = NudeDetector()

    def look(self, bgr: Any) -> dict[str, Any]:
        """`bgr` is an array of height, width and three bytes."""
        return {"lines": self._lines(bgr), "faces": self._found_faces(bgr), "nudity": self._bare(bgr)}

    def _lines(self, bgr: Any) -> list[dict[str, Any]]:
        read = self._text(bgr)
        if read.txts is None:
            return []
        return [
            {"text": text, "score": round(float(score), 3), "box": _around(corners)}
            for text, score, corners in zip(read.txts, read.scores, read.boxes, strict=True)
        ]

    def _found_faces(self, bgr: Any) -> list[dict[str, Any]]:
        import cv2

        grey = cv2.equalizeHist(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY))
        least = max(24, round(min(grey.shape) * SMALLEST_FACE))
        boxes = self._faces.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=4, minSize=(least, least))
        return [{"score": 1.0, "box": [int(x), int(y), int(x + w), int(y + h)]} for x, y, w, h in boxes]

    def _bare(self, bgr: Any) -> float | None:
        if self._nudity is None:
            return None
        found = self._nudity.detect(bgr)
        return max((round(float(each["score"]), 3) for each in found if each["class"] in BARE), default=0.0)


def _a_word(numpy: Any) -> Any:
    import cv2

    blank = numpy.full((120, 360, 3), 255, numpy.uint8)
    return cv2.putText(blank, "hello", (40, 80), cv2.FONT_HERSHEY_SIMPLEX, 2, (0, 0, 0), 3)


def _around(corners: Any) -> list[int]:
    across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return [round(min(across)), round(min(down)), round(max(across)), round(max(down))]


def main(nudity: bool) -> int:
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    import numpy

    eyes = Eyes(nudity)
    eyes.look(_a_word(numpy))  # loads what libraries load at the first use
    os.dup2(answers.fileno(), 1)
    answers.close()
    seal(MEMORY_BYTES)
    told, asked = os.fdopen(1, "wb", buffering=0, closefd=False), sys.stdin.buffer
    told.write(b'{"ready": true}\n')
    while header := asked.readline():
        width, height = (json.loads(header)[each] for each in ("width", "height"))
        rgb = numpy.frombuffer(asked.read(width * height * 3), numpy.uint8).reshape(height, width, 3)
        told.write(json.dumps(eyes.look(numpy.ascontiguousarray(rgb[:, :, ::-1]))).encode() + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main("--nudity" in sys.argv[1:]))
