"""Judges labelled sets the way `moderator judge` does, and keeps each answer beside what was wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from moderator.domain import Label, Ruling
from moderator.evaluation.labelled import CHILD_NAME, Labelled, LabelledSet, Span

Judge = Callable[[Sequence[str]], Sequence[dict[str, Any]]]
"""Lines of a comments.jsonl -> the answers of `moderator judge`, one for each line, in order."""
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of an answer; without `start` and `end` it is about the comment as a whole."""

    label: Label
    score: float
    start: int | None
    end: int | None
    phrase: str
    detector: str

    def touches(self, start: int, end: int) -> bool:
        return self.start is not None and self.end is not None and self.start < end and self.end > start


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled comment and the answer for it."""

    wanted: Labelled
    action: Ruling
    urgent: bool
    labels: frozenset[Label]
    findings: tuple[Found, ...]
    reasons: tuple[str, ...] = ()

    @property
    def is_harm(self) -> bool:
        """It must not be left alone."""
        return "allow" not in self.wanted.accept

    @property
    def is_benign(self) -> bool:
        """It must be left alone."""
        return self.wanted.accept == {"allow"}

    @property
    def is_accepted(self) -> bool:
        return self.action.value in self.wanted.accept

    def score(self, label: Label) -> float:
        """The strongest finding of a label; 0.0 where there is none."""
        return max((found.score for found in self.findings if found.label is label), default=0.0)

    def child_spans(self) -> tuple[tuple[Span, bool], ...]:
        """Each child's name that was marked, and whether a finding of child_named touches where it first stands."""
        names = (span for span in self.wanted.spans if span.type == CHILD_NAME and span.text in self.wanted.text)
        return tuple((span, self._touched(self.wanted.text.index(span.text), span)) for span in names)

    def _touched(self, start: int, span: Span) -> bool:
        end = start + len(span.text)
        return any(found.label is Label.CHILD_NAMED and found.touches(start, end) for found in self.findings)


def judge_set(labelled: LabelledSet, judge: Judge, threads: int = 1) -> tuple[Judged, ...]:
    """Every comment of the set, judged, in its order. Comments do not depend on one another."""
    lines = labelled.lines
    parts = [lines[start : start + _AT_ONCE] for start in range(0, len(lines), _AT_ONCE)]
    with ThreadPoolExecutor(max(1, threads)) as pool:
        answers = [answer for part in pool.map(judge, parts) for answer in part]
    return tuple(judged(wanted, answer) for wanted, answer in zip(labelled.comments, answers, strict=True))


def judged(wanted: Labelled, answer: dict[str, Any]) -> Judged:
    """An answer of the judge beside its labelled comment."""
    return Judged(
        wanted,
        Ruling(answer["action"]),
        bool(answer["urgent"]),
        frozenset(Label(label) for label in answer["labels"]),
        tuple(_found(one) for one in answer["findings"]),
        tuple(answer.get("reasons", ())),
    )


def _found(one: dict[str, Any]) -> Found:
    return Found(Label(one["label"]), one["score"], one["start"], one["end"], one["text"], one["detector"])
