"""Rules against words that hurt, and the rule that keeps criticism from being taken for them."""

from __future__ import annotations

from collections.abc import Sequence

from moderator.domain import TEXT, Finding, Label, Ruling, Verdict
from moderator.policy.heard import Heard
from moderator.policy.rules.over_limit import hide_if_allowed, over_limit

_ROUGH = (Label.INSULT, Label.PROFANITY)
"""What a complaint may hold and still be one."""
_UNDER = (*_ROUGH, Label.HARM, Label.GRAVE)
"""What is ruled no graver than a complaint in rough words."""


def an_insult(heard: Heard) -> Verdict | None:
    """An insult is queued, a strong one hidden; a complaint in civil words is neither."""
    return over_limit("an_insult", Label.INSULT, "insults somebody", heard)


def an_insult_beside_a_childs_name(heard: Heard) -> Verdict | None:
    """An insult in the same comment as a child's name is hidden, where either alone would only be queued."""
    name, insult = heard.over.get(Label.CHILD_NAMED), heard.over.get(Label.INSULT)
    if name is None or insult is None:
        return None
    limit = heard.limit(Label.INSULT).queue
    return Verdict(
        "an_insult_beside_a_childs_name",
        hide_if_allowed(Label.INSULT, heard),
        f"insult {insult.score:.2f} (limit {limit:.2f}) beside a child's name {name.score:.2f}",
        (name, insult),
        strike=Label.INSULT in heard.policy.strikes.labels,
    )


def hate(heard: Heard) -> Verdict | None:
    """Words against a group of people are queued, slurs hidden."""
    return over_limit("hate", Label.HATE, "attacks a group of people", heard)


def sexual_words(heard: Heard) -> Verdict | None:
    """Sexual words and remarks are hidden."""
    return over_limit("sexual_words", Label.SEXUAL, "sexual words", heard)


def swearing(heard: Heard) -> Verdict | None:
    """Strong swearing is queued or hidden; mild and friendly swearing is left alone."""
    return over_limit("swearing", Label.PROFANITY, "swears", heard)


def a_threat(heard: Heard) -> Verdict | None:
    """A threat is hidden, and somebody is told at once."""
    return over_limit("a_threat", Label.THREAT, "threatens", heard)


def complaint_is_not_abuse(heard: Heard) -> Verdict | None:
    """Criticism of the school that swears or mildly insults waits for a person and is never hidden by a machine.

    A civil complaint needs no rule: nothing is found in it. This verdict is a ceiling (`caps`): what rests on insult and
    swearing alone is ruled no graver than it. A strong insult lifts the ceiling, and a name, a number, a threat or a slur
    was never under it; then the hide stands. Either way the reason says which words it is about.
    """
    grievance = heard.over.get(Label.COMPLAINT)
    if grievance is None:
        return None
    rough = [found for label in _ROUGH if (found := heard.over.get(label))]
    if not rough:
        return None
    strong = any(found.label is Label.INSULT and found.score >= heard.policy.speech.strong_insult for found in rough)
    told = _told(rough, [found for found in heard.case.findings if found.label is Label.CHILD_NAMED])
    if strong:
        reason = f"criticism of the school may stay, but it also insults strongly: {told}"
    else:
        reason = f"criticism of the school is never hidden by a machine; a person looks at the words: {told}"
    return Verdict("complaint_is_not_abuse", Ruling.QUEUE, reason, (grievance, *rough), caps=() if strong else _UNDER)


def _told(rough: Sequence[Finding], names: Sequence[Finding]) -> str:
    """The rough words, or their place where they hold a child's name or the detector cannot point at them."""
    return ", ".join(dict.fromkeys(_words(found, names) for found in rough))


def _words(found: Finding, names: Sequence[Finding]) -> str:
    if found.span is None or not found.phrase:
        return f"the comment as a whole ({found.label} {found.score:.2f})"
    start, end = found.span
    for name in names:
        if name.field == TEXT and (name.span is None or (name.span[0] < end and start < name.span[1])):
            return f"characters {start + 1} to {end}"
    return f"“{found.phrase}”"
