"""Every detector of the house in one place, ready for one school."""

from __future__ import annotations

from moderator.detectors.base import Detector
from moderator.detectors.complaint import Complaint
from moderator.detectors.contact import Contact
from moderator.detectors.impersonation import Impersonation
from moderator.detectors.names import RelatedNames
from moderator.detectors.reader import Reader
from moderator.detectors.reader_model import ReadingModel
from moderator.detectors.roll import GuardedNames, Roll
from moderator.detectors.safeguarding import Safeguarding
from moderator.detectors.spam import Spam
from moderator.detectors.tags import Tags
from moderator.detectors.toxicity import Toxicity, ToxicityScorer
from moderator.domain import School


def build_detectors(
    school: School, roll: Roll | None, scorer: ToxicityScorer, model: ReadingModel | None = None
) -> tuple[Detector, ...]:
    """The detectors for a school. Without a reading model, children who are not on the roll are found by a few patterns only."""
    guarded: tuple[Detector, ...] = (GuardedNames(roll, school),) if roll else ()
    known = (*guarded, Contact())
    reader = Reader(model, school, known) if model else None
    names: tuple[Detector, ...] = (reader,) if reader else (*known, RelatedNames(school))
    return (
        *names,
        Tags(school),
        Toxicity(scorer, reader),
        Safeguarding(),
        Spam(school),
        Impersonation(school),
        Complaint(),
    )
