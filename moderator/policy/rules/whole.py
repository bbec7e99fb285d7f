"""Rules on a comment as a whole: what its parts mean together, where no single label is sure enough."""

from __future__ import annotations

from moderator.domain import Label, Verdict
from moderator.policy.heard import Heard
from moderator.policy.rules.over_limit import over_limit


def something_harmful(heard: Heard) -> Verdict | None:
    """A comment that is likely not to be left alone waits for a person, though it is not sure for which reason."""
    return over_limit("something_harmful", Label.HARM, "likely not to be left alone", heard, strike=False)


def nothing_to_show_first(heard: Heard) -> Verdict | None:
    """What is so bad or so telling that nobody should have to see it first is hidden; a person looks at it afterwards."""
    return over_limit("nothing_to_show_first", Label.GRAVE, "should be out of sight at once", heard, strike=False)
