"""Rules that keep children from being told: named, tagged, reached, or writing themselves."""

from __future__ import annotations

from moderator.domain import TEXT, Label, TaskKind, Verdict
from moderator.domain.naming import TELLS_WHICH
from moderator.policy.heard import Heard
from moderator.policy.rules.over_limit import hide_if_allowed, over_limit

_LIKELY_ADVERT = 0.75
"""Adverts ask strangers to write and to click, as those do who mean harm. A person looks at them anyway; where words of their own
tell of a risk (safeguarding, a threat), she is told at once too. On four schools never seen, 4 of 81 false calls were adverts."""

_UNKIND = (
    Label.INSULT,
    Label.HATE,
    Label.SEXUAL,
    Label.PROFANITY,
    Label.THREAT,
    Label.CONTACT,
    Label.SAFEGUARDING,
    Label.SPAM,
    Label.IMPERSONATION,
    Label.COMPLAINT,
    Label.RISK,
)
"""Beside one of these on or over its queue limit, a name was not written with love, or does more harm than a name."""
_DOUBTFUL, _HALF = (Label.INSULT, Label.SEXUAL, Label.THREAT), 0.5
_ACCUSES = 0.4
"""From half its queue limit one of these leaves a doubt, and so does a complaint from here on: somebody is accused. No letter then
thanks for kind words."""


def a_child_named(heard: Heard) -> Verdict | None:
    """A comment that names a child is queued, and hidden where it is sure that a child is meant."""
    strike = not is_kind(heard)
    return over_limit("a_child_named", Label.CHILD_NAMED, "names a child", heard, strike=strike)


def a_childs_full_name(heard: Heard) -> Verdict | None:
    """A child's full name, or its name with a class or a place in the picture, is hidden even where first names wait."""
    found = heard.over.get(Label.CHILD_NAMED)
    if found is None or found.field != TEXT or found.score < TELLS_WHICH:
        return None
    ruling = hide_if_allowed(Label.CHILD_NAMED, heard)
    reason = f"names a child in a way that tells who it is, {found.score:.2f} (limit {TELLS_WHICH:.2f})"
    strike = Label.CHILD_NAMED in heard.policy.strikes.labels and not is_kind(heard)
    return Verdict("a_childs_full_name", ruling, reason, (found,), strike=strike)


def kind_but_identifying(heard: Heard) -> Verdict | None:
    """A child named with love is out of sight like any other, without a strike, and its family gets a friendly word."""
    if not is_kind(heard) or in_doubt(heard):
        return None
    words, ask = "nothing unkind was seen beside the name, so the family is asked kindly", TaskKind.ASK_FAMILY
    return over_limit("kind_but_identifying", Label.CHILD_NAMED, words, heard, strike=False, follow_up=ask)


def is_kind(heard: Heard) -> bool:
    """Whether a child is named and nothing else in the comment is unkind, risky or a grievance."""
    return Label.CHILD_NAMED in heard.over and not any(label in heard.over for label in _UNKIND)


def in_doubt(heard: Heard) -> bool:
    """Whether a little is unkind, or something is laid at somebody's door: then a person writes to the family, or does not."""
    return any(
        (finding.label is Label.COMPLAINT and finding.score >= _ACCUSES)
        or (finding.label in _DOUBTFUL and finding.score >= _HALF * heard.limit(finding.label).queue)
        for finding in heard.case.findings
    )


def a_person_tagged(heard: Heard) -> Verdict | None:
    """Tagging somebody who is not on the school's list is queued: nobody is tagged on the school's pages."""
    return over_limit("a_person_tagged", Label.PERSON_TAGGED, "tags a person", heard)


def contact_details(heard: Heard) -> Verdict | None:
    """A telephone number, address or date of birth is hidden, whoever put it there."""
    return over_limit("contact_details", Label.CONTACT, "gives contact details", heard)


def somebody_at_risk(heard: Heard) -> Verdict | None:
    """Where a child, parent or employee may be at risk, a person looks, and is told at once."""
    return over_limit("somebody_at_risk", Label.SAFEGUARDING, "somebody may be at risk", heard)


def somebody_must_know(heard: Heard) -> Verdict | None:
    """Where somebody seems to be at risk now, a person is told at once; of what is likely an advert that alone is no sign."""
    advert = heard.over.get(Label.SPAM)
    if advert is not None and advert.score >= _LIKELY_ADVERT:
        return None
    return over_limit("somebody_must_know", Label.RISK, "somebody may be at risk now", heard, strike=False)


def a_child_writing(heard: Heard) -> Verdict | None:
    """What a pupil or somebody under 13 seems to have written is queued."""
    return over_limit("a_child_writing", Label.UNDERAGE, "seems written by a child", heard)
