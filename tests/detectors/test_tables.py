"""Every detector against its table of comments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderator.detectors.complaint import Complaint
from moderator.detectors.contact import Contact
from moderator.detectors.impersonation import Impersonation
from moderator.detectors.names import RelatedNames
from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import GuardedNames
from moderator.detectors.safeguarding import Safeguarding
from moderator.detectors.spam import Spam
from moderator.detectors.tags import Tags
from moderator.detectors.toxicity import Toxicity, WordListScorer
from tests.cases import FOLDER, Row, table
from tests.detectors.school import ROLL, SCHOOL, check

GUARDED = GuardedNames(ROLL, SCHOOL)
TOXICITY = Toxicity(WordListScorer())


@pytest.mark.parametrize("row", table("guarded_names"))
def test_a_name_on_the_roll_is_found_and_other_words_are_not(row: Row) -> None:
    check(row, GUARDED)


@pytest.mark.parametrize("row", table("related_names"))
def test_a_child_named_by_relation_is_found(row: Row) -> None:
    check(row, RelatedNames(SCHOOL))


@pytest.mark.parametrize("row", table("tags"))
def test_a_person_tagged_is_found_unless_the_school_allows_it(row: Row) -> None:
    check(row, Tags(SCHOOL))


@pytest.mark.parametrize("row", table("contact"))
def test_contact_details_are_found_and_other_figures_are_not(row: Row) -> None:
    check(row, Contact())


@pytest.mark.parametrize("row", table("toxicity"))
def test_abuse_is_found_through_disguises_and_friendly_words_are_not(row: Row) -> None:
    check(row, TOXICITY)


@pytest.mark.parametrize("row", table("safeguarding"))
def test_somebody_at_risk_and_a_child_writing_are_found(row: Row) -> None:
    check(row, Safeguarding())


@pytest.mark.parametrize("row", table("spam"))
def test_spam_and_impersonation_are_found(row: Row) -> None:
    check(row, Spam(SCHOOL), Impersonation(SCHOOL))


@pytest.mark.parametrize("row", table("impersonation"))
def test_who_looks_like_the_school_is_told_from_who_has_a_common_name(row: Row) -> None:
    with_common_names = replace(SCHOOL, staff=(*SCHOOL.staff, "Mrs Smith", "Mr Jones"))
    check(row, Impersonation(with_common_names))


@pytest.mark.parametrize("row", table("complaint"))
def test_criticism_of_the_school_is_told_from_abuse_and_from_other_talk(row: Row) -> None:
    check(row, Complaint())


def test_every_detector_of_the_panel_has_cases() -> None:
    for detector in build_detectors(SCHOOL, ROLL, WordListScorer()):
        assert (FOLDER / f"{detector.name}.toml").is_file(), detector.name
