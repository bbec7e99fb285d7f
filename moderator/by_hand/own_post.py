"""A post of the school's own, looked at before it goes out: who is named or tagged in it, and which line speaks against it.

Words only. Detectors and the roll come in, remarks go out; nothing is recorded, and whether it is posted a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from moderator.detectors.base import Detector, examine_all
from moderator.detectors.lexicon import CHILD_NAMES
from moderator.detectors.name_book import split
from moderator.detectors.roll import GuardedNames, Roll
from moderator.domain import Author, Comment, Context, Finding, Label, Pupil, School

IDENTIFIABLE = "Posts must not contain any identifiable information within the text or media."
CONSENT = (
    "The school must keep a list of children who do not have parental consent to be online. This must be cross referenced before "
    "every post which contains media."
)
TAGGED = "Children must not be tagged in photographs."
DISREPUTE = "Employees must not post anything which may bring the school into disrepute or portray the school in a negative light."
CHECKED = (
    "Employees should ensure that content is checked by another member of the team before posting to ensure the content abides by "
    "the rules contained within this policy."
)
SURE, LIKELY = 0.6, 0.35
"""Scores from which a name stops a post, and from which somebody looks twice. A school weighs its own words, not a stranger's."""
PINNED = 0.95
"""From where a first name stands beside a class, an initial or a place in the picture."""
RUDE = 0.6
NAMING = (Label.CHILD_NAMED,)
RUDENESS = (Label.INSULT, Label.HATE, Label.SEXUAL, Label.PROFANITY, Label.THREAT)


class Answer(StrEnum):
    """What the school is advised to do, mildest first."""

    FINE = "fine"
    LOOK_TWICE = "look twice"
    DO_NOT_POST = "do not post"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing seen in the post, with the sentence of the school's policy that it is about."""

    what: str
    phrase: str
    line: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class PostCheck:
    remarks: tuple[Remark, ...]

    @property
    def answer(self) -> Answer:
        """The gravest of all."""
        order = list(Answer)
        return max((remark.answer for remark in self.remarks), key=order.index, default=Answer.FINE)


def check_post(text: str, detectors: Sequence[Detector], school: School, roll: Roll, now: datetime) -> PostCheck:
    """What stands against posting this text, in the order of the text. A text that could not be read is looked at twice."""
    comment = Comment("own-post", "own", "own", "own-post", Author(), text, now)
    anybody = first_names(school)
    findings, failed = examine_all(detectors, comment, Context())
    seen = [
        *_names(findings, roll),
        *_any_first_name(anybody.examine(comment, Context())),
        *_others(findings),
    ]
    unread = [
        Remark("this could not be read by the program; a person must", "", CHECKED, Answer.LOOK_TWICE)
        for _ in failed[:1]
    ]
    return PostCheck((*_once(seen), *unread))


def first_names(school: School) -> GuardedNames:
    """Finds first names of children, whoever bears them."""
    return GuardedNames(Roll([Pupil(name) for name in sorted(CHILD_NAMES)]), school)


def _names(findings: Iterable[Finding], roll: Roll) -> Iterator[tuple[Finding, Remark]]:
    for finding in findings:
        if finding.label not in NAMING or finding.span is None or finding.score < LIKELY:
            continue
        answer = Answer.DO_NOT_POST if finding.score >= SURE else Answer.LOOK_TWICE
        if has_no_consent(finding.phrase, roll) and answer is Answer.DO_NOT_POST:
            yield finding, Remark("a child of this name has no consent to be online", finding.phrase, CONSENT, answer)
        elif finding.detector == GuardedNames.name:
            what = "this is a pupil's name" if answer is Answer.DO_NOT_POST else "this may be a pupil's name"
            yield finding, Remark(what, finding.phrase, IDENTIFIABLE, answer)
        else:
            yield finding, Remark("a child seems to be named", finding.phrase, IDENTIFIABLE, answer)


def has_no_consent(phrase: str, roll: Roll) -> bool:
    """Whether a pupil who may be meant must not be online. Of two with one name, either may be meant."""
    words = set(split(phrase))
    refused = (pupil for pupil in roll.pupils if pupil.photo_consent is False)
    return any(
        set(split(name)[:1]) & words for pupil in refused for name in (pupil.first_name, pupil.known_as) if name.strip()
    )


def _any_first_name(findings: Iterable[Finding]) -> Iterator[tuple[Finding, Remark]]:
    """A first name that is on no roll: beside a class it tells which child is meant all the same."""
    for finding in findings:
        if finding.score >= PINNED:
            what = "a first name beside a class or a place tells which child is meant"
            yield finding, Remark(what, finding.phrase, IDENTIFIABLE, Answer.DO_NOT_POST)
        elif finding.score >= SURE:
            what = "this may be a child's first name"
            yield finding, Remark(what, finding.phrase, IDENTIFIABLE, Answer.LOOK_TWICE)


def _others(findings: Iterable[Finding]) -> Iterator[tuple[Finding, Remark]]:
    for finding in findings:
        match finding.label:
            case Label.PERSON_TAGGED:
                what = "somebody is tagged; if it is a child, a parent or not known to be neither, take it out"
                sure = finding.score >= SURE
                yield finding, Remark(what, finding.phrase, TAGGED, Answer.DO_NOT_POST if sure else Answer.LOOK_TWICE)
            case Label.CONTACT if finding.score >= SURE:
                what = "a phone number, e-mail or address: leave it in only if it is the school's own"
                yield finding, Remark(what, finding.phrase, IDENTIFIABLE, Answer.LOOK_TWICE)
            case label if label in RUDENESS and finding.score >= RUDE:
                yield (
                    finding,
                    Remark("this can be read as unkind or rude", finding.phrase, DISREPUTE, Answer.LOOK_TWICE),
                )


def _once(seen: Iterable[tuple[Finding, Remark]]) -> list[Remark]:
    """The gravest remark on each stretch of text, in the order of the text."""
    order = list(Answer)
    kept: list[tuple[tuple[int, int], Remark]] = []
    for finding, remark in sorted(seen, key=lambda one: -order.index(one[1].answer)):
        span = finding.span or (0, 0)
        if not any(span[0] < end and begin < span[1] for (begin, end), _ in kept):
            kept.append((span, remark))
    return [remark for _, remark in sorted(kept, key=lambda one: one[0])]
