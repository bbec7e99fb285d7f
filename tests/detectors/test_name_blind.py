"""A name makes nothing toxic, and hides nothing that is: the models that come with the program, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from moderator.build import BUILT_IN, build_reader, build_scorer
from moderator.detectors.name_blind import less_names
from moderator.detectors.panel import build_detectors
from moderator.detectors.reader import Reader
from moderator.detectors.reader_input import Mark
from moderator.detectors.reader_model import Reading
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import Toxicity
from moderator.domain import Comment, Context, Finding, Label, Pupil
from moderator.errors import DetectorError
from moderator.evaluation.in_house import in_house
from tests.detectors.school import SCHOOL, comment, strongest_of

MODEL = build_reader(BUILT_IN)
assert MODEL is not None
ALONE = build_scorer(BUILT_IN, Path())
HOUSE = in_house(ALONE, MODEL)
HALF = 0.5


def toxicity(text: str) -> tuple[float, float]:
    """What the scorer alone says, and what the house hears."""
    return ALONE.score([text])[0]["toxicity"], HOUSE.score([text])[0]["toxicity"]


@pytest.mark.parametrize("text", ["Is Suchitra coming on Tuesday?", "Well done Idit!", "Is Anesu coming on Tuesday?"])
def test_a_name_that_looks_rude_to_the_scorer_counts_no_longer(text: str) -> None:
    alone, house = toxicity(text)
    assert alone >= HALF > house


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Well done Idit you stupid useless idiot", "what is said of her stays"),
        ("Well done Dickhead!", "a rude word where a name would stand"),
        ("I hope Muslims are wiped out", "a group of people is nobody's name"),
        ("Twat, the lot of you", "a capital that begins a sentence tells nothing"),
        ("WELL DONE SHITHEAD", "nor does one among capitals"),
    ],
)
def test_what_is_abusive_besides_names_stays_so(text: str, why: str) -> None:
    alone, house = toxicity(text)
    assert alone >= HALF, why
    assert house >= HALF, why


def test_a_pupil_whose_name_holds_a_swear_word_does_not_swear_by_it() -> None:
    def swearing(roll: Roll | None, text: str) -> float:
        scorer = next(one for one in build_detectors(SCHOOL, roll, ALONE, MODEL) if one.name == "toxicity")
        found = strongest_of(scorer.examine(comment(text), Context()), Label.PROFANITY)
        return found.score if found else 0.0

    roll = Roll([Pupil("Shital", "Vadgama", class_name="Curlews")])
    assert swearing(None, "well done shital") >= HALF > swearing(roll, "well done shital")
    assert swearing(roll, "well done shital you little shit") >= HALF


def test_where_nobody_knows_the_names_the_scores_stay() -> None:
    class Mute:
        def named(self, comment: Comment, context: Context) -> list[tuple[int, int]]:
            raise DetectorError("the model failed")

    text = comment("Well done Idit!")
    scores = ALONE.score([text.text])[0]
    assert less_names(ALONE.score, Mute(), text, Context(), scores) == scores


def test_a_comment_is_read_once_for_its_findings_and_for_its_names() -> None:
    counted = Counted()
    reader = Reader(counted, SCHOOL, ())
    text = comment("Well done Idit!")
    found: list[Finding] = [*reader.examine(text, Context()), *Toxicity(ALONE, reader).examine(text, Context())]
    assert found
    assert counted.read_so_far == 1
    reader.examine(comment("Well done Edith!"), Context())
    assert counted.read_so_far == 2


class Counted:
    """The reading model, counting what it is given."""

    def __init__(self) -> None:
        assert MODEL is not None
        self._model, self.read_so_far = MODEL, 0
        self.name, self.version, self.labels, self.classes = MODEL.name, MODEL.version, MODEL.labels, MODEL.classes
        self.roll_alone = MODEL.roll_alone

    def read(self, comments: Sequence[tuple[Comment, Context, list[tuple[int, Mark]]]]) -> list[Reading]:
        self.read_so_far += len(comments)
        return self._model.read(comments)
