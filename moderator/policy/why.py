"""Why a comment waits, in a sentence for a person: what a rule thinks it saw, and how sure it is, without a figure.

A verdict in, a sentence out. It never holds a comment's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from moderator.domain import RuleState, Verdict

PERHAPS: Mapping[str, str] = {
    "a_child_named": "names a child",
    "a_childs_full_name": "names a child so that everybody can tell who it is",
    "kind_but_identifying": "kind words, but they name a child",
    "a_person_tagged": "tags somebody who is not on the school’s list",
    "contact_details": "gives a telephone number, an address or a date of birth",
    "an_insult": "insults somebody",
    "an_insult_beside_a_childs_name": "insults somebody, and names a child",
    "hate": "attacks a group of people",
    "sexual_words": "sexual words",
    "swearing": "swears",
    "a_threat": "threatens somebody",
    "somebody_at_risk": "somebody may be at risk",
    "somebody_must_know": "somebody may be at risk now",
    "something_harmful": "something that should not stay, though it is not clear what",
    "nothing_to_show_first": "so bad, or so telling, that nobody should have to see it first",
    "a_child_writing": "written by a child",
    "spam": "an advert or a scam",
    "impersonation": "somebody who pretends to be the school or its staff",
}
"""What a rule thinks it saw; it can be wrong, and says how sure it is."""
CERTAIN: Mapping[str, str] = {
    "complaint_is_not_abuse": "Criticism of the school in rough words. The program never hides that by itself.",
    "not_judged": "The program could not read all of it. Please read it yourself.",
    "edited_after_hide": "It was changed after it had been hidden. Only a person can show it again.",
    "nothing_to_read": "There are no words in it, and what a picture shows no program can tell for sure.",
}
"""What a rule knows."""
TOLD = frozenset({"author_on_hold", "author_banned"})
"""Rules whose own reason is a sentence with nothing but times and names of staff in it."""
UNDER: Mapping[str, tuple[str, ...]] = {
    "a_childs_full_name": ("a_child_named", "kind_but_identifying"),
    "kind_but_identifying": ("a_child_named",),
    "an_insult_beside_a_childs_name": ("an_insult", "a_child_named", "kind_but_identifying", "a_childs_full_name"),
    "complaint_is_not_abuse": ("an_insult", "swearing", "something_harmful", "nothing_to_show_first"),
    "somebody_must_know": ("somebody_at_risk",),
}
"""What a rule says as well, so that it need not be said twice."""
VAGUE = frozenset({"something_harmful", "nothing_to_show_first"})
"""Said only where nothing plainer was."""
VERY_LIKELY, LIKELY = 0.9, 0.7
FIGURES = re.compile(r"\s*\(limit [^)]*\)|\b[a-z_]+ \d\.\d\d\b|\b\d\.\d\d\b")


def why(verdict: Verdict) -> str:
    """One verdict in a sentence."""
    if verdict.rule in CERTAIN:
        return CERTAIN[verdict.rule]
    if verdict.rule in TOLD:
        return sentence(without_quote(verdict.reason))
    what = PERHAPS.get(verdict.rule)
    if what is None:
        return sentence(without_figures(verdict.reason))
    return f"{how_sure(max((found.score for found in verdict.because), default=0.0))}: {what}."


def how_sure(score: float) -> str:
    return "Very likely" if score >= VERY_LIKELY else "Likely" if score >= LIKELY else "Perhaps"


def all_of(verdicts: Iterable[Verdict]) -> list[str]:
    """The sentences of the live verdicts, in their order; each thing once, what is vague only where nothing else was said."""
    live = [verdict for verdict in verdicts if verdict.state is RuleState.LIVE]
    said = {rule for verdict in live for rule in UNDER.get(verdict.rule, ())}
    kept = [verdict for verdict in live if verdict.rule not in said]
    plain = [verdict for verdict in kept if verdict.rule not in VAGUE]
    return list(dict.fromkeys(why(verdict) for verdict in plain or kept))


def without_quote(reason: str) -> str:
    """A reason less the sentence of the school's policy behind it."""
    return reason.partition("; policy: ")[0]


def without_figures(reason: str) -> str:
    """A reason of old, less its scores and limits."""
    told = re.sub(r"\s+", " ", FIGURES.sub("", without_quote(reason)))
    return re.sub(r"\s+([,;:.])|[,:;]\s*$", r"\1", told).strip(" ,;:")


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""
