"""Cases for rules: a comment's findings, and what each rule says to them."""

from __future__ import annotations

from dataclasses import dataclass

from moderator.domain import DISPLAY_NAME, POLICY, TEXT, Author, Case, Comment, Decision, Finding, Label, Ruling
from tests.conftest import NOON


def comment(text: str = "words", *, version: int = 1, images: tuple[str, ...] = ()) -> Comment:
    return Comment(
        id="c1",
        account_id="a1",
        platform="youtube",
        native_id="n1",
        author=Author("u1"),
        text=text,
        posted_at=NOON,
        version=version,
        image_urls=images,
    )


def found(label: Label, score: float, *, field: str = TEXT) -> Finding:
    return Finding(label, score, (0, 5), "a_detector", "1", "words", field, "why it counts")


def case(*findings: Finding) -> Case:
    return Case(comment(), findings)


def decided(ruling: Ruling, *, version: int = 1) -> Decision:
    return Decision("c1", version, ruling, POLICY, NOON, ("earlier",))


@dataclass(frozen=True)
class RuleCase:
    """What one rule says to one case: a ruling, or None where it does not apply."""

    rule: str
    case: Case
    says: Ruling | None
    why: str


def _by_limit(rule: str, label: Label, queued: float, hidden: float | None) -> list[RuleCase]:
    """The three rows of a rule that goes by its label's limits alone."""
    rows = [
        RuleCase(rule, case(found(label, queued - 0.01)), None, "just under its limit"),
        RuleCase(rule, case(found(label, queued)), Ruling.QUEUE, "on its queue limit"),
    ]
    if hidden is None:
        return [*rows, RuleCase(rule, case(found(label, 1.0)), Ruling.QUEUE, "sure, but never hidden by the machine")]
    return [
        *rows,
        RuleCase(rule, case(found(label, hidden)), Ruling.HIDE, "on its hide limit"),
        RuleCase(rule, case(found(label, queued), found(label, hidden)), Ruling.HIDE, "the strongest finding counts"),
    ]


CASES = [
    *_by_limit("a_child_named", Label.CHILD_NAMED, 0.5, 0.85),
    *_by_limit("a_person_tagged", Label.PERSON_TAGGED, 0.5, None),
    *_by_limit("contact_details", Label.CONTACT, 0.5, 0.8),
    *_by_limit("an_insult", Label.INSULT, 0.5, 0.8),
    *_by_limit("hate", Label.HATE, 0.5, 0.8),
    *_by_limit("sexual_words", Label.SEXUAL, 0.5, 0.75),
    *_by_limit("swearing", Label.PROFANITY, 0.5, 0.85),
    *_by_limit("a_threat", Label.THREAT, 0.5, 0.65),
    *_by_limit("somebody_at_risk", Label.SAFEGUARDING, 0.6, None),
    *_by_limit("a_child_writing", Label.UNDERAGE, 0.5, None),
    *_by_limit("spam", Label.SPAM, 0.55, 0.9),
    *_by_limit("impersonation", Label.IMPERSONATION, 0.5, 0.85),
    RuleCase("swearing", case(found(Label.PROFANITY, 0.3)), None, "mild and friendly swearing"),
    RuleCase("a_childs_full_name", case(found(Label.CHILD_NAMED, 1.0)), Ruling.HIDE, "full name"),
    RuleCase("a_childs_full_name", case(found(Label.CHILD_NAMED, 0.9)), None, "first name only"),
    RuleCase(
        "a_childs_full_name",
        case(found(Label.CHILD_NAMED, 1.0, field=DISPLAY_NAME)),
        None,
        "a display name may be the author's own",
    ),
    RuleCase(
        "an_insult_beside_a_childs_name",
        case(found(Label.CHILD_NAMED, 0.6), found(Label.INSULT, 0.6)),
        Ruling.HIDE,
        "both only just over their queue limits",
    ),
    RuleCase(
        "an_insult_beside_a_childs_name",
        case(found(Label.CHILD_NAMED, 0.4), found(Label.INSULT, 0.9)),
        None,
        "no child's name to speak of",
    ),
    RuleCase(
        "an_insult_beside_a_childs_name",
        case(found(Label.CHILD_NAMED, 0.9), found(Label.INSULT, 0.2)),
        None,
        "no insult to speak of",
    ),
    RuleCase("an_insult_beside_a_childs_name", case(found(Label.CHILD_NAMED, 0.9)), None, "a name alone"),
    RuleCase("not_judged", Case(comment(), not_judged=("toxicity: DetectorError",)), Ruling.QUEUE, "a detector failed"),
    RuleCase("not_judged", case(), None, "all detectors spoke"),
    RuleCase(
        "edited_after_hide",
        Case(comment(version=2), previous=decided(Ruling.HIDE)),
        Ruling.QUEUE,
        "hidden, then edited into something mild",
    ),
    RuleCase(
        "edited_after_hide",
        Case(comment(version=2), previous=decided(Ruling.REMOVE)),
        Ruling.QUEUE,
        "removed, then edited",
    ),
    RuleCase(
        "edited_after_hide", Case(comment(version=2), previous=decided(Ruling.ALLOW)), None, "allowed, then edited"
    ),
    RuleCase(
        "edited_after_hide", Case(comment(), previous=decided(Ruling.HIDE)), None, "hidden, judged again unchanged"
    ),
    RuleCase("edited_after_hide", case(), None, "judged for the first time"),
    RuleCase("nothing_to_read", Case(comment("", images=("p.jpg",))), Ruling.QUEUE, "a picture without words"),
    RuleCase("nothing_to_read", Case(comment(" \n")), Ruling.QUEUE, "white space only"),
    RuleCase("nothing_to_read", Case(comment("🎉", images=("p.jpg",))), None, "one emoji is something to read"),
]
