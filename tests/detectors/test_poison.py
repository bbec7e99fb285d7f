"""Comments written to break a reader: each is judged, or goes before a person with the reason, and in time."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderator.benchmark.poison import LONG, filled, poison
from moderator.detectors.base import PartlyRead, examine_all
from moderator.detectors.contact import Contact
from moderator.detectors.excerpt import READ_FIRST, READ_LAST, READ_NAME, READ_WHOLE
from moderator.detectors.panel import build_detectors
from moderator.detectors.tags import mentions_in
from moderator.detectors.text import aloud
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Case, Comment, Context, Decision, Finding, Label, Mode, Post, Ruling
from moderator.judge_file import judge_lines
from moderator.policy.decide import decide
from moderator.policy.limits import DEFAULT
from tests.conftest import NOON
from tests.detectors.school import ROLL, SCHOOL, comment

SCORER = WordListScorer()
PANEL = build_detectors(SCHOOL, ROLL, SCORER)
AT_MOST_S = 2.0
"""Ten times what such a comment may take on a desk (0.03-0.13 s, 2026-11-22), since the machine of a test is busy."""
POISON = {**poison(), "a pupil's name repeated": filled("Tobias ")}
UNITS = (
    *("Tobias ", "o t t i l i e ", "tobiasottilie", "a.", "a@", "@a", "(", "*", "a*", "f*", "#Aa", "-", "a-", "www."),
    *("ElspethMcDonald", "Tobias James ", "Tobias (Wren) ", "Wrenfield, ", "www.a/tobias-", "://", "x/"),
    *("07700 900", "my son ", "our Ava and ", "dot ", "kath dot at ", "i will ", "oh five ", "born 1 ", "nobody said "),
)


def judged(written: Comment, context: Context = Context()) -> tuple[tuple[Finding, ...], Decision]:  # noqa: B008
    """As the pipeline judges it."""
    findings, failed = examine_all(PANEL, written, context)
    return findings, decide(Case(written, findings, context, not_judged=failed), DEFAULT, Mode.AUTO, NOON)


@pytest.mark.parametrize("kind", POISON)
def test_a_comment_of_a_hundred_thousand_characters_is_judged_in_time_and_goes_before_a_person(kind: str) -> None:
    written = comment(POISON[kind])
    began = time.thread_time()
    findings, decision = judged(written)
    assert time.thread_time() - began < AT_MOST_S
    assert decision.ruling in (Ruling.QUEUE, Ruling.HIDE)
    assert "longer than is read (the first 4000 and the last 999 of 100000 characters)" in " ".join(decision.reasons)
    for finding in findings:
        assert finding.span is None or finding.phrase == written.text[slice(*finding.span)] != ""


def test_what_stands_at_the_end_of_a_long_comment_is_found_in_its_place() -> None:
    text = "Kacper Zych came first, " + filled("and so on ", LONG) + "said Tobias Wrenfield to @quayside_kath"
    mentions = tuple(mentions_in(text))
    findings, decision = judged(replace(comment(text), mentions=mentions))

    assert decision.ruling is Ruling.HIDE
    assert {(finding.label, finding.phrase) for finding in findings} == {
        (Label.CHILD_NAMED, "Kacper Zych"),
        (Label.CHILD_NAMED, "Tobias Wrenfield"),
        (Label.PERSON_TAGGED, "@quayside_kath"),
    }
    for finding in findings:
        assert finding.span is not None
        assert text[slice(*finding.span)] == finding.phrase


def test_what_nobody_read_is_never_passed() -> None:
    middle = filled("lovely day ", READ_FIRST) + "Tobias Wrenfield" + filled("lovely day ", READ_LAST)
    findings, decision = judged(comment(middle))
    assert findings == ()
    assert decision.ruling is Ruling.QUEUE


def test_the_longest_comment_that_is_read_whole_passes_where_nothing_is_found() -> None:
    text = filled("what a lovely day by the sea ", READ_WHOLE)
    assert judged(comment(text))[1].ruling is Ruling.ALLOW
    assert judged(comment(text + "x"))[1].ruling is Ruling.QUEUE


def test_leading_mentions_that_x_put_there_stay_uncounted_in_a_long_comment() -> None:
    text = "@quayside_kath " + filled("lovely day ", LONG)
    findings, decision = judged(comment(text, platform="x"))
    assert findings == ()
    assert decision.ruling is Ruling.QUEUE


def test_a_display_name_longer_than_is_read_puts_the_comment_before_a_person() -> None:
    written = comment("lovely", author_name=filled("Tobias ", LONG))
    began = time.thread_time()
    _, decision = judged(written)
    assert time.thread_time() - began < AT_MOST_S
    assert decision.ruling is Ruling.QUEUE
    assert f"its author's name is longer than is read (the first {READ_NAME} of" in " ".join(decision.reasons)


def test_what_is_seen_in_the_authors_name_is_told_once() -> None:
    findings, _ = judged(comment(filled("she and ", LONG), author_name="Tobias's Nana"))
    assert [finding.field for finding in findings if finding.label is Label.CHILD_NAMED] == ["author_name"]


def test_long_comments_above_it_and_a_long_post_cost_no_more() -> None:
    poison = POISON["mojibake"]
    context = Context(Post("p1", poison), (comment(poison), comment(poison)))
    began = time.thread_time()
    _, decision = judged(comment("lovely"), context)
    assert time.thread_time() - began < AT_MOST_S
    assert decision.ruling is Ruling.ALLOW


def test_more_digits_than_are_read_put_the_comment_before_a_person_with_what_was_found() -> None:
    text = "write to kath@post.example " + filled("1234 ", 2_000)
    findings, decision = judged(comment(text))
    assert [finding.phrase for finding in findings if finding.label is Label.CONTACT] == ["kath@post.example"]
    assert decision.ruling is Ruling.HIDE
    assert "contact: more digits than are read for telephone numbers" in " ".join(decision.reasons)


def test_seventy_telephone_numbers_are_all_found() -> None:
    text = ", ".join(f"07700 900{number:03}" for number in range(70))
    assert len(Contact().examine(comment(text), Context())) == 70
    with pytest.raises(PartlyRead, match="340 characters"):
        Contact().examine(comment(text + "," + "1" * 150 + "," + "1" * 350), Context())


def test_a_page_of_emoji_is_not_spelt_out_without_end() -> None:
    assert len(aloud(filled("🤭🏴", READ_WHOLE)).text) < 25_000
    named = "smiling face with smiling eyes and hand covering mouth waving black flag"
    assert aloud("🤭🏴").text.split() == named.split()


@pytest.mark.parametrize("unit", UNITS)
def test_the_time_of_every_detector_grows_in_step_with_the_length(unit: str) -> None:
    text = filled(unit, 40_000)
    for detector in PANEL:
        began = time.thread_time()
        with suppress(PartlyRead):
            detector.examine(comment(text), Context())
        # 0.01-0.15 s (2026-11-22); a pattern that goes by the square takes many seconds.
        assert time.thread_time() - began < AT_MOST_S, detector.name


@pytest.mark.parametrize("kind", ["lone surrogates", "null characters between letters", "quotes", "open brackets"])
def test_poison_in_a_file_is_judged_like_any_other(kind: str) -> None:
    line = json.dumps({"id": "1", "text": POISON[kind], "author_name": POISON[kind][:50], "thread": [POISON[kind]]})
    (answer,) = judge_lines([line], PANEL, SCORER, DEFAULT, SCHOOL, scores=True)
    assert answer["action"] == "queue"


@given(
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=12),
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.integers(1, 30_000),
)
@settings(max_examples=60, deadline=None)
def test_no_long_text_breaks_the_judgement_or_passes_unread(unit: str, end: str, length: int) -> None:
    text = filled(unit, length) + end
    findings, decision = judged(comment(text, author_name=unit))
    for finding in findings:
        if finding.span is not None:
            whole = text if finding.field == "text" else unit
            assert finding.phrase == whole[slice(*finding.span)] != ""
    assert "Error" not in " ".join(decision.reasons)
    assert len(text) <= READ_WHOLE or decision.ruling is not Ruling.ALLOW
