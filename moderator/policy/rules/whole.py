"""Rules on a comment as a whole: what its parts mean together, where no single label is sure enough."""

from __future__ import annotations

from dataclasses import replace

from moderator.domain import OF_THE_WHOLE, Label, Ruling, Verdict
from moderator.policy.heard import Heard
from moderator.policy.rules.over_limit import over_limit

_READER = "reader"
"""It takes times and scores for contact details, and then for so telling that they go at once."""


def something_harmful(heard: Heard) -> Verdict | None:
    """A comment that is likely not to be left alone waits for a person, though it is not sure for which reason."""
    return over_limit("something_harmful", Label.HARM, "likely not to be left alone", heard, strike=False)


def nothing_to_show_first(heard: Heard) -> Verdict | None:
    """What is so bad or so telling that nobody should have to see it first is hidden where a second sign bears it out."""
    said = over_limit("nothing_to_show_first", Label.GRAVE, "should be out of sight at once", heard, strike=False)
    if said is None or said.ruling is not Ruling.HIDE or _has_a_second_sign(heard):
        return said
    return replace(
        said, ruling=Ruling.QUEUE, reason=f"{said.reason}; nothing else bears it out, so a person looks first"
    )


def _has_a_second_sign(heard: Heard) -> bool:
    """Something else is over its queue limit; contact details are only where a rule sees them too."""
    return any(
        label is not Label.CONTACT or _seen_by_rule(label, heard) for label in heard.over if label not in OF_THE_WHOLE
    )


def _seen_by_rule(label: Label, heard: Heard) -> bool:
    limit = heard.limit(label).queue
    return any(
        found.label is label and found.score >= limit and found.detector != _READER for found in heard.case.findings
    )
