"""The words on a picture name a child as the words of a comment do; what else stands on a wall names nobody."""

from __future__ import annotations

import pytest

from moderator.detectors.base import Detector
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Label
from moderator.pictures.values import Line, Seen
from moderator.pictures.words import PICTURE, words_on
from tests.detectors.school import ROLL, SCHOOL

DETECTORS: tuple[Detector, ...] = build_detectors(SCHOOL, ROLL, WordListScorer())


def seen(*lines: str) -> Seen:
    return Seen(tuple(Line(text, 0.97, (10, 40 * row, 300, 40 * row + 30)) for row, text in enumerate(lines)))


@pytest.mark.parametrize(
    ("lines", "name", "least", "why"),
    [
        (("Zofia",), "Zofia", 0.75, "a badge"),
        (("ZOFIA ZYCH",), "ZOFIA ZYCH", 1.0, "a badge in capitals"),
        (("Star of the week", "Zofia", "Zych"), "Zofia Zych", 1.0, "a name over two lines"),
        (("Grace",), "Grace", 0.75, "a word that is a name, alone on a peg"),
        (("Hope", "Will", "Summer"), "Will", 0.75, "three pegs"),
        (("Kacper's drawer",), "Kacper", 0.75, "a drawer"),
        (("Well done", "Zofla"), "Zofla", 0.5, "a letter misread"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_name_on_a_picture_is_found(lines: tuple[str, ...], name: str, least: float, why: str) -> None:
    findings, failed = words_on(seen(*lines), DETECTORS)
    named = [each for each in findings if each.label is Label.CHILD_NAMED and each.phrase == name]
    assert named, (why, findings)
    assert max(each.score for each in named) >= least
    assert {(each.field, each.span) for each in findings} == {(PICTURE, None)}
    assert failed == ()


@pytest.mark.parametrize(
    "lines",
    [
        ("Welcome to Kingfishers",),
        ("Summer Fair", "Saturday 12 June"),
        ("We show grace", "and we never give up hope"),
        ("Mrs Hallworth's class",),
        ("Story time with", "Tobias Lund"),
    ],
    ids=" / ".join,
)
def test_a_wall_without_a_name_names_nobody(lines: tuple[str, ...]) -> None:
    findings, _ = words_on(seen(*lines), DETECTORS)
    assert [each for each in findings if each.label is Label.CHILD_NAMED and each.score >= 0.5] == []


def test_a_finding_says_where_it_stands_and_what_else_a_wall_may_say_is_heard() -> None:
    findings, _ = words_on(seen("Zofia", "ring 07700 900123"), DETECTORS, which=2)
    by_label = {each.label: each for each in findings}
    assert by_label[Label.CHILD_NAMED].note.startswith(
        "picture 2, 10-300 across, 0-30 down, letters 0.97: name from the roll"
    )
    assert by_label[Label.CONTACT].phrase == "07700 900123"
    assert words_on(Seen(), DETECTORS) == ((), ())
