"""Forty pictures, looked at one after the other: what is found, how long it takes and what it holds in memory.

Run by hand: python -m tests.pictures.measure [--write]. Exits 1 where a promise is broken. With --write the figures go into
docs/pictures.md. What is counted is a processor's time, which no neighbour on the machine can lengthen.
"""

from __future__ import annotations

import platform
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Label
from moderator.pictures.looking import Looker
from moderator.pictures.values import PictureNotRead, Seen
from moderator.pictures.words import words_on
from tests.conftest import REPOSITORY
from tests.detectors.school import ROLL, SCHOOL
from tests.pictures.made import SEED, Made, forty
from tests.pictures.test_opening import JPEG, a_png_of, spent_by_children

CARD = REPOSITORY / "docs" / "pictures.md"
BEGIN, END = "<!-- measured -->", "<!-- end -->"
SURE = 0.5  # the limit from which a name in a comment waits for a person


@dataclass(frozen=True)
class Looked:
    made: Made
    seen: Seen
    named: tuple[str, ...]  # what was taken for a child's name
    clock_s: float
    work_s: float


def names_on(seen: Seen) -> tuple[str, ...]:
    detectors = build_detectors(SCHOOL, ROLL, WordListScorer())
    findings, _ = words_on(seen, detectors)
    return tuple(each.phrase for each in findings if each.label is Label.CHILD_NAMED and each.score >= SURE)


def recall(looked: Sequence[Looked]) -> float:
    """The share of the names that were drawn and found."""
    wanted = [(name, one.named) for one in looked for name in one.made.names]
    return sum(any(name.casefold() in each.casefold() for each in named) for name, named in wanted) / len(wanted)


def false_alarms(looked: Sequence[Looked]) -> float:
    """The share of pictures without a name on which one was found."""
    without = [one for one in looked if not one.made.names]
    return sum(bool(one.named) for one in without) / len(without)


def right_faces(looked: Sequence[Looked]) -> float:
    return sum(len(one.seen.faces) == one.made.faces for one in looked) / len(looked)


def look_at(pictures: Sequence[Made], looker: Looker) -> list[Looked]:
    looked = []
    for made in pictures:
        began, work = time.monotonic(), spent(looker)
        seen = looker.look(made.data)
        looked.append(Looked(made, seen, names_on(seen), time.monotonic() - began, spent(looker) - work))
    return looked


def spent(looker: Looker) -> float:
    """Seconds of a processor by the decoders that ended and the reader that lives."""
    return spent_by_children() + _of_process(looker.process_id)


def _of_process(pid: int | None) -> float:
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100  # utime and stime, in ticks: proc(5)


def memory_mb(pid: int) -> int:
    """The most that the process ever held."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def refusal_s(data: bytes) -> float:
    from moderator.pictures.looking import take_apart

    before = spent_by_children()
    try:
        take_apart(data)
    except PictureNotRead:
        return spent_by_children() - before
    raise AssertionError("it was not refused")


def told(looked: Sequence[Looked], reader_mb: int, load_s: float, nudity: bool) -> str:
    work = sorted(one.work_s for one in looked[1:])
    named = sum(len(one.made.names) for one in looked)
    without = sum(not one.made.names for one in looked)
    rows = (
        ("Names found, of those on the pictures", f"{recall(looked):.3f} of {named} (bar 0.9)"),
        ("Pictures without a name on which one was found", f"{false_alarms(looked):.3f} of {without} (bar 0.05)"),
        ("Pictures whose drawn faces were counted right", f"{right_faces(looked):.3f} of {len(looked)}"),
        (
            "Work for one picture, median and most",
            f"{statistics.median(work):.1f} s and {work[-1]:.1f} s of one processor",
        ),
        ("By the clock, on this machine as busy as it was", f"{max(one.clock_s for one in looked[1:]):.1f} s at most"),
        ("Loading the models, and the first picture", f"{load_s:.1f} s of one processor"),
        ("Memory of the reader, at most", f"{reader_mb} MB{', NudeNet included' if nudity else ''}"),
        ("Refusing a picture of 100 million points", f"{refusal_s(a_png_of(10_000, 10_000)):.2f} s of one processor"),
        ("Refusing a broken JPEG", f"{refusal_s(JPEG[: len(JPEG) // 2]):.2f} s of one processor"),
    )
    lines = [
        f"Seed {SEED}, forty pictures, Python {platform.python_version()}, two threads.",
        "",
        "| what | measured |",
        "|---|---|",
    ]
    return "\n".join([*lines, *(f"| {what} | {value} |" for what, value in rows)])


def main(nudity: bool, write: bool) -> int:
    looker = Looker(nudity=nudity)
    pictures = list(forty())
    try:
        first = spent(looker)
        looker.look(pictures[0].data)
        load_s = spent(looker) - first
        looked = look_at(pictures, looker)
        assert looker.process_id is not None
        card = told(looked, memory_mb(looker.process_id), load_s, nudity)
    finally:
        looker.close()
    for one in looked:
        missed = [name for name in one.made.names if not any(name.casefold() in each.casefold() for each in one.named)]
        if missed or (one.named and not one.made.names) or len(one.seen.faces) != one.made.faces:
            print(
                one.made.kind,
                "missed",
                missed,
                "named",
                one.named,
                "faces",
                one.made.faces,
                len(one.seen.faces),
                one.seen.text.split("\n"),
            )
    print(card)
    if write:
        before, _, rest = CARD.read_text(encoding="utf-8").partition(BEGIN)
        CARD.write_text(f"{before}{BEGIN}\n{card}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    slowest = max(one.work_s for one in looked[1:])
    return 0 if recall(looked) >= 0.9 and false_alarms(looked) <= 0.05 and slowest <= 5.0 else 1


if __name__ == "__main__":
    sys.exit(main("--nudity" in sys.argv[1:], "--write" in sys.argv[1:]))
