"""The school's rules: each a function that hears a case and gives a verdict, or None where it does not apply.

Rules know nothing of one another and stand in no order; `decide` hears them all.
"""

from __future__ import annotations

from collections.abc import Callable

from moderator.domain import TEXT, Case, Finding, Label, Ruling, Verdict
from moderator.policy.limits import Policy

Rule = Callable[[Case, Policy], Verdict | None]


def a_child_named(case: Case, policy: Policy) -> Verdict | None:
    """A comment that names a child is queued, and hidden where it is sure that a child is meant."""
    return _over_limit("a_child_named", Label.CHILD_NAMED, "names a child", case, policy)


def a_childs_full_name(case: Case, policy: Policy) -> Verdict | None:
    """A child's full name, or its name with a class or a place in the picture, is hidden even where first names wait."""
    found = case.strongest(Label.CHILD_NAMED)
    if found is None or found.field != TEXT or found.score < FULL_NAME:
        return None
    ruling = _hide_if_allowed(Label.CHILD_NAMED, policy)
    reason = f"names a child in a way that tells who it is, {found.score:.2f} (limit {FULL_NAME:.2f})"
    return Verdict("a_childs_full_name", ruling, reason, (found,))


def a_person_tagged(case: Case, policy: Policy) -> Verdict | None:
    """Tagging somebody who is not on the school's list is queued: nobody is tagged on the school's pages."""
    return _over_limit("a_person_tagged", Label.PERSON_TAGGED, "tags a person", case, policy)


def contact_details(case: Case, policy: Policy) -> Verdict | None:
    """A telephone number, address or date of birth is hidden, whoever put it there."""
    return _over_limit("contact_details", Label.CONTACT, "gives contact details", case, policy)


def an_insult(case: Case, policy: Policy) -> Verdict | None:
    """An insult is queued, a strong one hidden; a complaint in civil words is neither."""
    return _over_limit("an_insult", Label.INSULT, "insults somebody", case, policy)


def an_insult_beside_a_childs_name(case: Case, policy: Policy) -> Verdict | None:
    """An insult in the same comment as a child's name is hidden, where either alone would only be queued."""
    name, insult = case.strongest(Label.CHILD_NAMED), case.strongest(Label.INSULT)
    if name is None or insult is None:
        return None
    if name.score < policy.limit(Label.CHILD_NAMED).queue or insult.score < policy.limit(Label.INSULT).queue:
        return None
    limit = policy.limit(Label.INSULT).queue
    reason = f"insult {insult.score:.2f} (limit {limit:.2f}) beside a child's name {name.score:.2f}"
    ruling = _hide_if_allowed(Label.INSULT, policy)
    return Verdict("an_insult_beside_a_childs_name", ruling, reason, (name, insult))


def hate(case: Case, policy: Policy) -> Verdict | None:
    """Words against a group of people are queued, slurs hidden."""
    return _over_limit("hate", Label.HATE, "attacks a group of people", case, policy)


def sexual_words(case: Case, policy: Policy) -> Verdict | None:
    """Sexual words and remarks are hidden."""
    return _over_limit("sexual_words", Label.SEXUAL, "sexual words", case, policy)


def swearing(case: Case, policy: Policy) -> Verdict | None:
    """Strong swearing is queued or hidden; mild and friendly swearing is left alone."""
    return _over_limit("swearing", Label.PROFANITY, "swears", case, policy)


def a_threat(case: Case, policy: Policy) -> Verdict | None:
    """A threat is hidden, and somebody is told at once."""
    return _over_limit("a_threat", Label.THREAT, "threatens", case, policy)


def somebody_at_risk(case: Case, policy: Policy) -> Verdict | None:
    """Where a child, parent or employee may be at risk, a person looks, and is told at once."""
    return _over_limit("somebody_at_risk", Label.SAFEGUARDING, "somebody may be at risk", case, policy)


def a_child_writing(case: Case, policy: Policy) -> Verdict | None:
    """What a pupil or somebody under 13 seems to have written is queued."""
    return _over_limit("a_child_writing", Label.UNDERAGE, "seems written by a child", case, policy)


def spam(case: Case, policy: Policy) -> Verdict | None:
    """Adverts and scams are queued, sure ones hidden."""
    return _over_limit("spam", Label.SPAM, "advert or scam", case, policy)


def impersonation(case: Case, policy: Policy) -> Verdict | None:
    """Somebody who poses as the school or its staff is queued, and hidden where it is sure."""
    return _over_limit("impersonation", Label.IMPERSONATION, "poses as the school or its staff", case, policy)


def not_judged(case: Case, _policy: Policy) -> Verdict | None:
    """A comment that a detector could not read goes before a person: silence never means passed."""
    if not case.not_judged:
        return None
    return Verdict("not_judged", Ruling.QUEUE, f"not judged: {'; '.join(sorted(case.not_judged))}")


def edited_after_hide(case: Case, _policy: Policy) -> Verdict | None:
    """A comment that was hidden or removed and then edited is released by a person only, however mild it reads now."""
    before = case.previous
    if before is None or before.ruling.gravity < Ruling.HIDE.gravity or case.comment.version <= before.version:
        return None
    reason = f"edited after version {before.version} was hidden; a person releases it"
    return Verdict("edited_after_hide", Ruling.QUEUE, reason)


def nothing_to_read(case: Case, _policy: Policy) -> Verdict | None:
    """A comment without any words, a picture only, goes before a person, since no detector looks at pictures."""
    if case.comment.text.strip():
        return None
    reason = "a picture without words" if case.comment.image_urls else "nothing to read"
    return Verdict("nothing_to_read", Ruling.QUEUE, f"not judged: {reason}")


FULL_NAME = 0.97
"""From this score a name tells which child is meant: full name, initial, class or place in the picture."""

RULES: tuple[Rule, ...] = (
    a_child_named,
    a_childs_full_name,
    a_person_tagged,
    contact_details,
    an_insult,
    an_insult_beside_a_childs_name,
    hate,
    sexual_words,
    swearing,
    a_threat,
    somebody_at_risk,
    a_child_writing,
    spam,
    impersonation,
    not_judged,
    edited_after_hide,
    nothing_to_read,
)


def _over_limit(rule: str, label: Label, words: str, case: Case, policy: Policy) -> Verdict | None:
    found = case.strongest(label)
    limit = policy.limit(label)
    if found is None or found.score < limit.queue:
        return None
    ruling = Ruling.HIDE if found.score >= limit.hide else Ruling.QUEUE
    over = limit.hide if ruling is Ruling.HIDE else limit.queue
    reason = f"{words}: {label} {found.score:.2f} (limit {over:.2f}){_where(found)}"
    return Verdict(rule, ruling, reason, (found,), urgent=label in policy.urgent)


def _hide_if_allowed(label: Label, policy: Policy) -> Ruling:
    """A hide, unless the school lets the machine hide nothing of this label."""
    return Ruling.HIDE if policy.limit(label).hide <= 1.0 else Ruling.QUEUE


def _where(found: Finding) -> str:
    return f", {found.note}" if found.note else ""
