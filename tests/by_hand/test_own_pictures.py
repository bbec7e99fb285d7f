"""The pictures of the school's own posts: the right answer on each, with its line, whatever reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from moderator.by_hand.own_pictures import BADGE, DECENT, GROUP, SINGLE, check_post_with_pictures
from moderator.by_hand.own_post import CHECKED, CONSENT, IDENTIFIABLE, Answer
from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import WordListScorer
from moderator.pictures.values import Face, Line, PictureNotRead, Seen
from tests.conftest import NOON
from tests.detectors.school import ROLL, SCHOOL

WITH_CONSENT = Roll([replace(pupil, photo_consent=pupil.last_name != "Quill") for pupil in ROLL.pupils])
DETECTORS = build_detectors(SCHOOL, WITH_CONSENT, WordListScorer())


@dataclass
class Told:
    """Eyes that were told what is on each picture."""

    seen: list[Seen | PictureNotRead]

    def look(self, data: bytes) -> Seen:
        one = self.seen[int(data)]
        if isinstance(one, PictureNotRead):
            raise one
        return one


def a_picture(*lines: str, faces: int = 0, nudity: float | None = None) -> Seen:
    return Seen(
        tuple(Line(text, 0.97, (10, 40 * row, 300, 40 * row + 30)) for row, text in enumerate(lines)),
        tuple(Face(1.0, (100 * at, 0, 100 * at + 80, 80)) for at in range(faces)),
        nudity,
    )


@pytest.mark.parametrize(
    ("picture", "answer", "line", "why"),
    [
        (a_picture("Welcome to Kingfishers", faces=4), Answer.FINE, "", "a group before a poster"),
        (a_picture(), Answer.FINE, "", "a garden"),
        (a_picture("Zofia", faces=3), Answer.DO_NOT_POST, BADGE, "a badge"),
        (a_picture("Elsie", faces=3), Answer.DO_NOT_POST, BADGE, "a badge with a name that is on no roll"),
        (a_picture("Star of the week", "Daisy Quill"), Answer.DO_NOT_POST, CONSENT, "a certificate, without consent"),
        (a_picture(faces=1), Answer.DO_NOT_POST, SINGLE, "a child alone"),
        (a_picture(faces=2), Answer.LOOK_TWICE, GROUP, "two children"),
        (a_picture(faces=9), Answer.LOOK_TWICE, GROUP, "a whole class"),
        (a_picture(faces=4, nudity=0.8), Answer.DO_NOT_POST, DECENT, "bare skin"),
        (a_picture(faces=4, nudity=0.1), Answer.FINE, "", "bare arms"),
        (a_picture("what the fuck", faces=4), Answer.LOOK_TWICE, DECENT, "a rude word on a wall"),
        (a_picture("call 07700 900123"), Answer.LOOK_TWICE, IDENTIFIABLE, "a number on a poster"),
        (PictureNotRead("it is broken off or damaged"), Answer.LOOK_TWICE, CHECKED, "a broken file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_picture_gets_the_right_answer_with_its_line(
    picture: Seen | PictureNotRead, answer: Answer, line: str, why: str
) -> None:
    text = "Reception planted seeds today!"
    found = check_post_with_pictures(text, [b"0"], Told([picture]), DETECTORS, SCHOOL, WITH_CONSENT, NOON)
    assert found.answer is answer, (why, found)
    assert (not found.remarks) is (answer is Answer.FINE)
    assert not line or line in [remark.line for remark in found.remarks], found
    assert all(remark.what.startswith("on the picture: ") for remark in found.remarks)


def test_words_and_every_picture_count_and_each_remark_says_which() -> None:
    pictures = Told([a_picture(faces=4), a_picture("Kacper", faces=3)])
    found = check_post_with_pictures(
        "Well done Zofia in Kingfishers", [b"0", b"1"], pictures, DETECTORS, SCHOOL, WITH_CONSENT, NOON
    )
    assert [(remark.phrase, remark.line) for remark in found.remarks] == [("Zofia", IDENTIFIABLE), ("Kacper", BADGE)]
    assert found.remarks[1].what.startswith("on picture 2: ")


def test_where_nothing_reads_pictures_a_person_does() -> None:
    [remark] = check_post_with_pictures("", [b"0"], None, DETECTORS, SCHOOL, WITH_CONSENT, NOON).remarks
    assert (remark.answer, remark.line) == (Answer.LOOK_TWICE, CHECKED)
