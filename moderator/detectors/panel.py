"""Every detector of the house in one place, ready for one school."""

from __future__ import annotations

from moderator.detectors.base import Detector
from moderator.detectors.complaint import Complaint
from moderator.detectors.contact import Contact
from moderator.detectors.names import RelatedNames
from moderator.detectors.roll import GuardedNames, Roll
from moderator.detectors.safeguarding import Safeguarding
from moderator.detectors.spam import Impersonation, Spam
from moderator.detectors.tags import Tags
from moderator.detectors.toxicity import Toxicity, ToxicityScorer
from moderator.domain import School


def build_detectors(school: School, roll: Roll | None, scorer: ToxicityScorer) -> tuple[Detector, ...]:
    """The detectors for a school. Without a roll, only children named in relation to somebody are found."""
    guarded: tuple[Detector, ...] = (GuardedNames(roll, school),) if roll else ()
    return (
        *guarded,
        RelatedNames(school),
        Tags(school),
        Contact(),
        Toxicity(scorer),
        Safeguarding(),
        Spam(school),
        Impersonation(school),
        Complaint(),
    )
