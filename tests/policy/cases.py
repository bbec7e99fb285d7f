"""Cases for rules: a comment's findings, and what each rule says to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from moderator.domain import (
    DISPLAY_NAME,
    POLICY,
    TEXT,
    ActionKind,
    Author,
    Ban,
    Case,
    Comment,
    Decision,
    Finding,
    Label,
    Ruling,
    Standing,
    Strike,
    Visibility,
)
from tests.conftest import NOON
from tests.made import HEAD

DAY = timedelta(days=1)


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


def found(
    label: Label,
    score: float,
    *,
    field: str = TEXT,
    phrase: str = "words",
    span: tuple[int, int] | None = (0, 5),
    detector: str = "a_detector",
) -> Finding:
    return Finding(label, score, span, detector, "1", phrase, field, "why it counts")


def case(*findings: Finding) -> Case:
    return Case(comment(), findings)


def strike(days_ago: int, *, confirmed: bool = True, counts: int = 180) -> Strike:
    at = NOON - days_ago * DAY
    return Strike(f"c-{days_ago}", at, at + counts * DAY, confirmed)


def ban(*, since: datetime = NOON - DAY, until: datetime | None = None, ended_at: datetime | None = None) -> Ban:
    return Ban("b1", "x", Author("u1"), ActionKind.BLOCK, HEAD, since, until, "again and again", "c-1", ended_at)


def by(*strikes: Strike, bans: tuple[Ban, ...] = ()) -> Case:
    """A comment in which nothing is found, by an author who stands like this."""
    return Case(comment(), standing=Standing(strikes=strikes, bans=bans))


def decided(ruling: Ruling, *, version: int = 1) -> Decision:
    return Decision("c1", version, ruling, POLICY, NOON, ("earlier",))


def allowed_by_person() -> Decision:
    return replace(decided(Ruling.ALLOW), decided_by="Mrs Ravenscroft")


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
    *_by_limit("hate", Label.HATE, 0.5, 0.85),
    *_by_limit("sexual_words", Label.SEXUAL, 0.5, 0.75),
    *_by_limit("swearing", Label.PROFANITY, 0.5, 0.85),
    *_by_limit("a_threat", Label.THREAT, 0.5, 0.65),
    *_by_limit("somebody_at_risk", Label.SAFEGUARDING, 0.6, None),
    *_by_limit("a_child_writing", Label.UNDERAGE, 0.5, None),
    *_by_limit("somebody_must_know", Label.RISK, 0.17, None),
    RuleCase("somebody_must_know", case(found(Label.RISK, 0.6), found(Label.SPAM, 0.75)), None, "likely an advert"),
    RuleCase(
        "somebody_must_know", case(found(Label.RISK, 0.6), found(Label.SPAM, 0.7)), Ruling.QUEUE, "hardly an advert"
    ),
    *_by_limit("something_harmful", Label.HARM, 0.5, None),
    RuleCase("nothing_to_show_first", case(found(Label.GRAVE, 0.49)), None, "just under its limit"),
    RuleCase("nothing_to_show_first", case(found(Label.GRAVE, 0.9)), Ruling.QUEUE, "nothing else bears it out"),
    RuleCase(
        "nothing_to_show_first",
        case(found(Label.GRAVE, 0.9), found(Label.HARM, 0.9), found(Label.RISK, 0.9), found(Label.COMPLAINT, 0.9)),
        Ruling.QUEUE,
        "nothing but what is said of the whole",
    ),
    RuleCase(
        "nothing_to_show_first",
        case(found(Label.GRAVE, 0.5), found(Label.INSULT, 0.5)),
        Ruling.HIDE,
        "on its limit beside a second sign",
    ),
    RuleCase(
        "nothing_to_show_first",
        case(found(Label.GRAVE, 0.9), found(Label.CONTACT, 0.7, detector="reader")),
        Ruling.QUEUE,
        "times and scores read as contact details",
    ),
    RuleCase(
        "nothing_to_show_first",
        case(found(Label.GRAVE, 0.9), found(Label.CONTACT, 0.7, detector="reader"), found(Label.CONTACT, 0.6)),
        Ruling.HIDE,
        "contact details that a rule sees too",
    ),
    RuleCase("hate", case(found(Label.HATE, 0.6, detector="toxicity")), Ruling.QUEUE, "nobody else has read it"),
    RuleCase(
        "hate",
        case(found(Label.HATE, 0.6, detector="toxicity"), found(Label.HARM, 0.1)),
        None,
        "the reader, who knows the post, finds nothing",
    ),
    RuleCase(
        "hate", case(found(Label.HATE, 0.7, detector="toxicity"), found(Label.HARM, 0.1)), Ruling.QUEUE, "yet sure"
    ),
    RuleCase("hate", case(found(Label.HATE, 0.6), found(Label.HARM, 0.1)), Ruling.QUEUE, "another detector saw it"),
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
    RuleCase(
        "edited_after_hide",
        Case(replace(comment(version=2), visibility=Visibility.HIDDEN), previous=allowed_by_person()),
        Ruling.QUEUE,
        "allowed by a person and edited before it was in sight again",
    ),
    RuleCase("edited_after_hide", Case(comment(version=2), previous=allowed_by_person()), None, "allowed and in sight"),
    RuleCase("edited_after_hide", case(), None, "judged for the first time"),
    RuleCase("nothing_to_read", Case(comment("", images=("p.jpg",))), Ruling.QUEUE, "a picture without words"),
    RuleCase("nothing_to_read", Case(comment(" \n")), Ruling.QUEUE, "white space only"),
    RuleCase("nothing_to_read", Case(comment("🎉", images=("p.jpg",))), None, "one emoji is something to read"),
    RuleCase("kind_but_identifying", case(found(Label.CHILD_NAMED, 0.9)), Ruling.HIDE, "a name, and no other word"),
    RuleCase("kind_but_identifying", case(found(Label.CHILD_NAMED, 0.6)), Ruling.QUEUE, "hidden as the limits say"),
    RuleCase("kind_but_identifying", case(found(Label.CHILD_NAMED, 0.4)), None, "no child's name to speak of"),
    RuleCase(
        "kind_but_identifying", case(found(Label.CHILD_NAMED, 0.9), found(Label.INSULT, 0.25)), None, "a little unkind"
    ),
    RuleCase(
        "kind_but_identifying",
        case(found(Label.CHILD_NAMED, 0.9), found(Label.COMPLAINT, 0.4)),
        None,
        "somebody is accused",
    ),
    RuleCase(
        "kind_but_identifying",
        case(found(Label.CHILD_NAMED, 0.9), found(Label.INSULT, 0.24), found(Label.COMPLAINT, 0.35)),
        Ruling.HIDE,
        "too little to doubt",
    ),
    *(
        RuleCase(
            "kind_but_identifying", case(found(Label.CHILD_NAMED, 0.9), found(label, 0.7)), None, f"beside {label}"
        )
        for label in (
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
        )
    ),
    RuleCase(
        "complaint_is_not_abuse",
        case(found(Label.COMPLAINT, 0.75), found(Label.PROFANITY, 0.95)),
        Ruling.QUEUE,
        "criticism that swears",
    ),
    RuleCase("complaint_is_not_abuse", case(found(Label.COMPLAINT, 0.95)), None, "civil criticism"),
    RuleCase(
        "complaint_is_not_abuse",
        case(found(Label.COMPLAINT, 0.4), found(Label.PROFANITY, 0.95)),
        None,
        "not enough of a complaint",
    ),
    RuleCase("author_on_hold", by(strike(20), strike(3)), Ruling.QUEUE, "two strikes, the latest three days ago"),
    RuleCase("author_on_hold", by(strike(3)), None, "one strike"),
    RuleCase("author_on_hold", by(strike(40), strike(15)), None, "two strikes, the hold is over"),
    RuleCase("author_on_hold", by(strike(20), strike(3, confirmed=False)), None, "only one that a person agreed to"),
    RuleCase("author_banned", by(bans=(ban(),)), Ruling.HIDE, "until somebody lifts it"),
    RuleCase("author_banned", by(bans=(ban(until=NOON + DAY),)), Ruling.HIDE, "until tomorrow"),
    RuleCase("author_banned", by(bans=(ban(until=NOON),)), None, "it ran out just now"),
    RuleCase("author_banned", by(bans=(ban(ended_at=NOON),)), None, "somebody ended it"),
]
