"""The pictures of a post of the school's own, before they go out and after: names on them, faces, bare skin, rude words.

What was seen comes in, remarks go out. Nothing here opens a file, and nothing is kept of a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from moderator.by_hand.own_post import (
    CHECKED,
    CONSENT,
    IDENTIFIABLE,
    LIKELY,
    RUDE,
    RUDENESS,
    SURE,
    TAGGED,
    Answer,
    PostCheck,
    Remark,
    check_post,
    first_names,
    has_no_consent,
)
from moderator.detectors.base import Detector, examine_all
from moderator.detectors.roll import Roll
from moderator.domain import Author, Comment, Context, Finding, Label, Post, School
from moderator.pictures.looking import Looks
from moderator.pictures.of_comments import MOST, CommentPictures
from moderator.pictures.values import PictureNotRead, Seen
from moderator.pictures.words import words_on
from moderator.policy.pictures import NOT_FETCHED, may_be_fetched

BADGE = (
    "There must not be any media taken which contains a child with identifiable features, such as name badges, drawers with "
    "names on etc."
)
SINGLE = "There must not be any media taken of a single, identifiable child."
GROUP = "Photos should either contain no children or groups of 3-6 children, avoiding taking individual children where possible."
DECENT = (
    "Employees must not produce media in which children are inappropriately dressed, or contain nudity or profanity."
)
BARE_FROM = 0.4
"""The score of uncovered skin from which a picture does not go out. A school weighs its own pictures, so it is low."""
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
SAFEGUARDING = (
    "bare skin may be seen; if it is a child's, do not look again, copy or send it on, and tell the safeguarding lead at "
    "once"
)


def check_post_with_pictures(
    text: str,
    pictures: Sequence[bytes],
    looks: Looks | None,
    detectors: Sequence[Detector],
    school: School,
    roll: Roll,
    now: datetime,
) -> PostCheck:
    """What stands against posting these words with these pictures. What nobody could look at is looked at by a person.

    `looks` is None where nothing is installed that reads pictures.
    """
    remarks = [*(check_post(text, detectors, school, roll, now).remarks if text.strip() else ())]
    for number, data in enumerate(pictures, start=1):
        look = partial(looks.look, data) if looks is not None else None
        remarks += _numbered(_looked_at(look, detectors, school, roll), number, len(pictures))
    return PostCheck(tuple(remarks))


def check_pictures_that_are_out(
    post: Post, platform: str, pictures: CommentPictures, detectors: Sequence[Detector], school: School, roll: Roll
) -> PostCheck:
    """What stands against the pictures of a post that is out; fetched by the rules for pictures of comments, and not kept."""
    said = Comment("own-post", "own", platform, "own-post", Author(), post.text, post.posted_at or _NO_TIME)
    findings, _ = examine_all(detectors, said, Context())
    if not may_be_fetched(findings):
        return PostCheck((Remark(NOT_FETCHED, "", CHECKED, Answer.LOOK_TWICE),))
    remarks: list[Remark] = []
    for number, url in enumerate(post.image_urls[:MOST], start=1):
        look = partial(pictures.look_at, platform, url)
        remarks += _numbered(_looked_at(look, detectors, school, roll), number, len(post.image_urls))
    if len(post.image_urls) > MOST:
        remarks.append(Remark("later pictures were not looked at; a person must look", "", CHECKED, Answer.LOOK_TWICE))
    return PostCheck(tuple(remarks))


def _numbered(remarks: Iterable[Remark], number: int, of: int) -> Iterator[Remark]:
    where = "on the picture" if of == 1 else f"on picture {number}"
    for each in remarks:
        yield Remark(f"{where}: {each.what}", each.phrase, each.line, each.answer)


def _looked_at(
    look: Callable[[], Seen] | None, detectors: Sequence[Detector], school: School, roll: Roll
) -> list[Remark]:
    if look is None:
        return [Remark("nothing here reads pictures; a person must look", "", CHECKED, Answer.LOOK_TWICE)]
    try:
        seen = look()
    except PictureNotRead as error:
        return [Remark(f"it was not looked at, for {error}; a person must look", "", CHECKED, Answer.LOOK_TWICE)]
    return [*remarks_on(seen, detectors, school, roll)]


def remarks_on(seen: Seen, detectors: Sequence[Detector], school: School, roll: Roll) -> Iterator[Remark]:
    """What was seen on one picture that the school's policy speaks of."""
    findings, failed = words_on(seen, (*detectors, first_names(school)))
    told: set[str] = set()
    for finding in sorted(findings, key=lambda each: -each.score):
        remark = _of_words(finding, roll)
        if remark is not None and not any(remark.phrase in phrase for phrase in told):
            told.add(remark.phrase)
            yield remark
    yield from _of_faces(len(seen.faces))
    if seen.nudity is not None and seen.nudity >= BARE_FROM:
        yield Remark(SAFEGUARDING, "", DECENT, Answer.DO_NOT_POST)
    if failed:
        yield Remark("some of its words could not be read; a person must look", "", CHECKED, Answer.LOOK_TWICE)


def _of_words(finding: Finding, roll: Roll) -> Remark | None:
    phrase = finding.phrase
    match finding.label:
        case Label.CHILD_NAMED if finding.score >= LIKELY:
            sure = finding.score >= SURE
            if sure and has_no_consent(phrase, roll):
                what = "a child of this name has no consent to be online"
                return Remark(what, phrase, CONSENT, Answer.DO_NOT_POST)
            what = "a child's name can be read" if sure else "this may be a child's name"
            return Remark(what, phrase, BADGE, Answer.DO_NOT_POST if sure else Answer.LOOK_TWICE)
        case Label.PERSON_TAGGED if finding.score >= SURE:
            return Remark("somebody is tagged", phrase, TAGGED, Answer.DO_NOT_POST)
        case Label.CONTACT if finding.score >= SURE:
            what = "a phone number, e-mail or address: leave it in only if it is the school's own"
            return Remark(what, phrase, IDENTIFIABLE, Answer.LOOK_TWICE)
        case label if label in RUDENESS and finding.score >= RUDE:
            return Remark("this can be read as unkind or rude", phrase, DECENT, Answer.LOOK_TWICE)
    return None


def _of_faces(count: int) -> Iterator[Remark]:
    """How many were counted. Whether it is a child or a grown-up, and who, the program does not ask."""
    if count == 1:
        what = "one face was counted; a single child must not be shown. A grown-up alone may be, if they agree"
        yield Remark(what, "", SINGLE, Answer.DO_NOT_POST)
    elif count == 2:
        yield Remark(
            "two faces were counted; children are shown in groups of three to six", "", GROUP, Answer.LOOK_TWICE
        )
    elif count > 6:
        what = f"{count} faces were counted; children are shown in groups of three to six"
        yield Remark(what, "", GROUP, Answer.LOOK_TWICE)
