"""An invented school with an invented roll, and comments as they reach its detectors."""

from __future__ import annotations

from moderator.detectors.base import Detector
from moderator.detectors.roll import Roll
from moderator.detectors.tags import mentions_in
from moderator.domain import Author, Comment, Context, Finding, Label, Post, Pupil, School
from tests.cases import Row
from tests.conftest import NOON

SCHOOL = School(
    id="harbour",
    name="Harbour Lane Primary",
    official_accounts={"x": "@HarbourLane", "instagram": "@HarbourLane", "youtube": "@HarbourLaneSchool"},
    allowed_accounts=("@QuayLibrary",),
    staff=("Mrs Hallworth", "Mr Osei", "Miss Ottilie", "Donald McKay"),
    public_figures=("Tobias Lund",),
    classes=("Kingfishers", "Curlews"),
)
ROLL = Roll(
    [
        Pupil("Tobias", "Wrenfield", class_name="Kingfishers"),
        Pupil("Ottilie", "Farrow", class_name="Curlews"),
        Pupil("Ellie-Rae", "O'Dwyer"),
        Pupil("Grace", "Penhallow"),
        Pupil("Hope", "Adair"),
        Pupil("William", "Ashby", known_as="Will"),
        Pupil("Summer", "Tregear"),
        Pupil("Kacper", "Zych"),
        Pupil("Zofia", "Zych", known_as="Zosia"),
        Pupil("Wojtek", "Łęcki"),
        Pupil("Harry", "Quill"),
        Pupil("Daisy", "Quill"),
        Pupil("Elspeth", "McDonald"),
        Pupil("DeShawn", "Coombe"),
        Pupil("Mckenzie", "MacLeod"),
        Pupil("Donald", "Kenzie"),
        Pupil("Rufus", "Harrison"),
        Pupil("Harrison", "Brook"),
        Pupil("Anouk", "Lowe-Ash"),
        Pupil("D'Arcy", "Loxton"),
        Pupil("Seren", "Penhallow", known_as="O'Shea"),
        Pupil("Eira", "Nancarrow"),
        Pupil("Mikołaj", "Dudek"),
        Pupil("Mateusz", "Lis", known_as="Mati"),
        Pupil("Hodan", "Warsame"),
        Pupil("Igor", "Lis"),
        Pupil("Mina", "Castle"),
    ]
)


def comment(
    text: str, *, platform: str = "instagram", author: str = "pat_of_the_quay", author_name: str = "Pat"
) -> Comment:
    """A comment as an adapter hands it over; on X with the leading mentions marked."""
    mentions = tuple(mentions_in(text))
    prefix = 0
    for mention in mentions if platform == "x" else ():
        if text[prefix : mention.start].strip():
            break
        prefix = mention.end
    return Comment(
        id="c1",
        account_id="a1",
        platform=platform,
        native_id="n1",
        author=Author("u1", author, author_name),
        text=text,
        posted_at=NOON,
        reply_prefix=prefix,
        mentions=mentions if platform == "x" else (),
    )


def examine(detector: Detector, row: Row) -> list[Finding]:
    answered = (comment(row.answers),) if row.answers else ()
    context = Context(Post("p1", row.post) if row.post else None, answered)
    return detector.examine(
        comment(row.text, platform=row.platform, author=row.author, author_name=row.author_name), context
    )


def check(row: Row, *detectors: Detector) -> None:
    """The row holds for what the detectors find together, and every span tells the words it says."""
    findings = [finding for detector in detectors for finding in examine(detector, row)]
    for finding in findings:
        whole = row.text if finding.field == "text" else row.author_name
        assert finding.span is None or whole[slice(*finding.span)] == finding.phrase
        assert 0.0 <= finding.score <= 1.0
    strongest = strongest_of(findings, row.label)
    score = strongest.score if strongest else 0.0
    assert row.at_least is None or score >= row.at_least, f"{score} {strongest}"
    assert row.below is None or score < row.below, f"{score} {strongest}"
    assert not row.phrase or (strongest is not None and strongest.phrase == row.phrase)


def strongest_of(findings: list[Finding], label: Label) -> Finding | None:
    return max((one for one in findings if one.label == label), key=lambda one: one.score, default=None)
