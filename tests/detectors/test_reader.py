"""The reading model that comes with the program, on comments that no lists and patterns could tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from moderator.build import BUILT_IN, build_reader, build_scorer
from moderator.detectors.base import PartlyRead, examine_all
from moderator.detectors.panel import build_detectors
from moderator.detectors.reader import Reader
from moderator.detectors.reader_input import Mark
from moderator.detectors.reader_model import OnnxReader, Reading
from moderator.detectors.roll import Roll
from moderator.domain import Comment, Context, Finding, Label, Post
from moderator.domain.naming import GUESSED
from moderator.errors import ConfigError, DetectorError
from moderator.weights.manifest import verify
from moderator.weights.shipped import SHIPPED, shipped
from tests.detectors.school import ROLL, SCHOOL, comment
from tests.detectors.tiny_models import beyond_its_table

MODEL = build_reader(BUILT_IN)
assert MODEL is not None
SCORER = build_scorer(BUILT_IN, Path())
READER = Reader(MODEL, SCHOOL, ())
HALF = 0.5


def seen(text: str, context: Context | None = None, *, author_name: str = "Pat") -> dict[Label, Finding]:
    """The strongest finding of each label that the reader is rather sure of than not."""
    found: dict[Label, Finding] = {}
    for each in READER.examine(comment(text, author_name=author_name), context or Context()):
        if each.score >= HALF and each.score > found.get(each.label, each).score - 1e-9:
            found[each.label] = each
    return found


def under(post: str, *thread: str) -> Context:
    return Context(Post("p", post), tuple(comment(line) for line in thread))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_models_that_come_with_the_program_are_whole_and_small(name: str) -> None:
    assert verify(shipped(name)).size_bytes < 30_000_000


def test_a_child_who_is_on_no_roll_is_found_and_pointed_at() -> None:
    text = "so proud of my little nephew Olumide, best shepherd in the whole nativity"
    finding = seen(text)[Label.CHILD_NAMED]

    assert finding.phrase == "Olumide"
    assert text[slice(*(finding.span or (0, 0)))] == "Olumide"


@pytest.mark.parametrize(
    "text",
    [
        "Thank you Mrs Hallworth, what a lovely afternoon!",
        "Storm Gerald held off just long enough, well done for carrying on",
        "By the grace of God it stayed dry for the summer fair",
        "Brilliant assembly, well done all of you",
        "How much are the tickets please?",
    ],
)
def test_what_names_no_child_and_hurts_nobody_is_left_alone(text: str) -> None:
    assert not seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "Very disappointed that we were told about the trip only one day before.",
        "Third year running with no parking plan, this is a joke",
        "I have emailed twice about the bullying and nobody has rung me back",
    ],
)
def test_criticism_is_nothing_to_hide(text: str) -> None:
    assert not {Label.INSULT, Label.GRAVE, Label.HATE, Label.THREAT} & set(seen(text))


def test_abuse_is_found_without_a_swear_word() -> None:
    assert Label.INSULT in seen("Mrs Hallworth is a useless lump who should never be let near children")


def test_a_threat_is_found_and_somebody_is_told() -> None:
    assert {Label.THREAT, Label.RISK} <= set(
        seen("I'll be waiting at the gate for that teacher and he will get what's coming")
    )


def test_a_child_told_by_its_place_in_the_picture_is_found_without_a_name() -> None:
    assert Label.CHILD_NAMED in seen("second from the left, green bobbles, that's our girl", under("Our netball team!"))
    assert not seen("Lovely colours in that picture", under("Our netball team!"))


def test_a_finding_says_which_words_weighed_most() -> None:
    text = "what a pathetic excuse for a head teacher, absolute joke of a woman"
    finding = seen(text)[Label.INSULT]

    assert "above all for “" in finding.note
    assert finding.phrase
    assert finding.phrase in text


def test_a_first_name_from_the_roll_waits_where_the_words_mean_somebody_else() -> None:
    with_roll = build_detectors(SCHOOL, ROLL, SCORER, MODEL)

    def named(detectors: object, text: str) -> float:
        findings, _ = examine_all(detectors, comment(text), Context())  # type: ignore[arg-type]
        return max((each.score for each in findings if each.label is Label.CHILD_NAMED), default=0.0)

    assert named(with_roll, "our Kacper scored the winner, so proud of him") >= 0.85
    assert named(with_roll, "Prince Harry's book is in the school library") < 0.85
    assert named(build_detectors(SCHOOL, Roll(), SCORER), "get in kacper what a run") < HALF


def test_a_long_comment_is_read_to_its_end_and_pointed_at_there() -> None:
    text = (
        "Lovely day at the fair, so many stalls and cakes. " * 30
        + "And well done to my grandson Olumide Bakare in Curlews!"
    )
    names = [each for each in READER.examine(comment(text), Context()) if each.label is Label.CHILD_NAMED and each.span]

    assert any(text[slice(*(each.span or (0, 0)))].startswith("Olumide") for each in names)


def test_a_comment_of_more_signs_than_are_read_goes_before_a_person() -> None:
    with pytest.raises(PartlyRead, match="too many signs"):
        READER.examine(comment("x 4 q 8 " * 600), Context())


def test_a_model_that_fails_is_told_without_the_comment(tmp_path: Path) -> None:
    for path in shipped("reader").iterdir():
        (tmp_path / path.name).symlink_to(path)
    beyond_its_table(tmp_path, "well")
    reader = Reader(OnnxReader(tmp_path), SCHOOL, ())
    with pytest.raises(DetectorError, match=r"the model failed on \d+ tokens \(\w+\)$"):
        reader.examine(comment("Well done Idit!"), Context())


class HalfRead:
    """A detector that reads the first half of a comment."""

    name, version = "half", "1"

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        raise PartlyRead("too long to read it all", [Finding(Label.SPAM, 0.9, (0, 4), self.name, self.version)])


def test_what_a_detector_before_it_left_unread_stays_unread_and_what_it_found_is_kept() -> None:
    assert MODEL is not None
    with pytest.raises(PartlyRead, match="too long to read it all") as part:
        Reader(MODEL, SCHOOL, [HalfRead()]).examine(comment("Well done everyone"), Context())
    assert [each.label for each in part.value.findings if each.detector == "half"] == [Label.SPAM]


def test_any_text_can_be_read() -> None:
    for text in ("", " ", "\x00", "\ud800", "👍", "؟", "@a", "a" * 5000):
        READER.examine(comment(text), Context())


def test_a_folder_without_a_model_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"needs model\.onnx, tokenizer\.json and model\.json"):
        build_reader(f"onnx:{tmp_path}")


def spans_lie_inside(written: Comment, findings: list[Finding]) -> bool:
    return all(each.span is None or 0 <= each.span[0] <= each.span[1] <= len(written.text) for each in findings)


@pytest.mark.parametrize("text", ["Ⓐ🇬🇧 Ólumide ❤️❤️ x", "w̷e̷l̷l̷ done 𝓞𝓵𝓾𝓶𝓲𝓭𝓮", "👩‍👩‍👧 our Olumide 👏🏽👏🏽👏🏽"])
def test_places_are_those_of_the_original_text(text: str) -> None:
    written = comment(text)
    assert spans_lie_inside(written, READER.examine(written, Context()))


class SeesNamesEverywhere:
    """The model that comes with the program, but sure that each word of a comment is a child's name."""

    def __init__(self) -> None:
        self._model = OnnxReader(shipped("reader"))
        self.name, self.version = self._model.name, self._model.version
        self.labels, self.classes, self.roll_alone = self._model.labels, self._model.classes, self._model.roll_alone

    def read(self, comments: Sequence[tuple[Comment, Context, list[tuple[int, Mark]]]]) -> list[Reading]:
        named = self.classes.index("child_name")
        readings = self._model.read(comments)
        for reading in readings:
            reading.classes[:, named] = 1.0
        return [replace(each, scores=each.scores | {Label.CHILD_NAMED: 0.93}) for each in readings]


@pytest.mark.parametrize(
    ("text", "is_sure"),
    [
        ("cudowny koncert, pozdrawiamy wszystkich z całego serca", False),
        ("Cudowny koncert, pozdrawiamy wszystkich z całego serca", False),
        ("serbarea a fost minunata, felicitari tuturor dascalilor", False),
        ("diolch o waelod calon i bawb fuodd wrthi", False),
        ("aad baad u mahadsan tihiin dhammaantiin", False),
        ("brawo Szymek Wiśniewski, tata jest bardzo dumny", True),
        ("so proud of our tegan in the front row", True),
        ("@valewoodpri @some_handle_123 #ProudSchoolDay well done all", True),
        ("go zofia", True),
    ],
)
def test_in_a_tongue_it_has_not_learnt_no_word_written_small_is_a_sure_name(text: str, is_sure: bool) -> None:
    reader = Reader(SeesNamesEverywhere(), SCHOOL, ())
    found = [each for each in reader.examine(comment(text), Context()) if each.label is Label.CHILD_NAMED]
    assert (max(each.score for each in found) > GUESSED) is is_sure


@pytest.mark.parametrize(("author_name", "waits"), [("Leo", True), ("Pat", False), ("Leo's Mum", False)])
def test_an_authors_own_name_is_for_a_person_to_look_at(author_name: str, waits: bool) -> None:
    found = seen("so proud of Leo in the front row, second from left", author_name=author_name)
    assert found[Label.CHILD_NAMED].score > HALF
    assert (found[Label.CHILD_NAMED].score <= GUESSED) == waits
