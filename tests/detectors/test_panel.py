from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderator.detectors.base import examine_all
from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import Roll
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import Context, Label
from tests.detectors.school import ROLL, SCHOOL, comment

PANEL = build_detectors(SCHOOL, ROLL, WordListScorer())


def test_detectors_have_names_of_their_own() -> None:
    assert len({detector.name for detector in PANEL}) == len(PANEL)
    assert all(detector.version for detector in PANEL)


@pytest.mark.parametrize("roll", [None, Roll()])
def test_without_a_roll_the_other_detectors_still_work(roll: Roll | None) -> None:
    detectors = build_detectors(SCHOOL, roll, WordListScorer())
    assert "guarded_names" not in {detector.name for detector in detectors}
    findings, failed = examine_all(detectors, comment("my son Emrys"), Context())
    assert [finding.label for finding in findings] == [Label.CHILD_NAMED]
    assert failed == ()


@given(st.text(st.characters(exclude_categories=()), max_size=120), st.sampled_from(["x", "youtube", "instagram"]))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_a_detector_and_every_span_tells_its_words(text: str, platform: str) -> None:
    written = comment(text, platform=platform, author_name=text)
    findings, failed = examine_all(PANEL, written, Context())
    assert failed == ()
    for finding in findings:
        assert 0.0 <= finding.score <= 1.0
        if finding.span is not None:
            assert finding.phrase == text[slice(*finding.span)] != ""
