"""The words on a picture, read by the same detectors as a comment: a badge, a drawer or a certificate names a child too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from moderator.detectors.base import Detector, examine_all
from moderator.domain import OF_THE_WHOLE, Author, Comment, Context, Finding, Label
from moderator.domain.naming import LIKELY
from moderator.pictures.values import Line, Seen

PICTURE = "picture"
"""`Finding.field` of what was seen on a picture."""
SAYS_NOT = OF_THE_WHOLE | {Label.UNDERAGE, Label.SPAM, Label.IMPERSONATION}
"""What words on a picture cannot say: who wrote the comment, what it is after, and whether it complains."""
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def words_on(seen: Seen, detectors: Sequence[Detector], which: int = 1) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """What the words on the `which`th picture hold, and what could not be read. Each finding says where it stands there."""
    if not seen.lines:
        return (), ()
    found: list[Finding] = []
    failed: list[str] = []
    # A name that goes over two lines is one only side by side; what starts anew in each line, only one below the other.
    for text in dict.fromkeys((seen.text, " ".join(line.text for line in seen.lines))):
        findings, unread = examine_all(detectors, _as_comment(text), Context())
        found += findings
        failed += unread
    found += _labels(seen.lines, detectors)
    told = [_placed(each, seen.lines, which) for each in _strongest(found) if each.label not in SAYS_NOT]
    return tuple(told), tuple(f"picture {which}, {each}" for each in dict.fromkeys(failed))


def _labels(lines: Iterable[Line], detectors: Sequence[Detector]) -> Iterator[Finding]:
    for line in lines:
        findings, _ = examine_all(detectors, _as_comment(line.text), Context())
        for each in findings:
            if each.label is Label.CHILD_NAMED and each.span is not None and _is_whole(each.phrase, line.text):
                # On a peg or a drawer "Grace" is no virtue.
                yield replace(each, score=max(each.score, LIKELY), note=f"{each.note}, alone on a label")


def _is_whole(phrase: str, line: str) -> bool:
    return _letters(phrase) == _letters(line)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _as_comment(text: str) -> Comment:
    return Comment("picture", "picture", "picture", "picture", Author(), text, _NO_TIME)


def _strongest(found: Iterable[Finding]) -> list[Finding]:
    """The surest of those that say the same of the same words."""
    kept: dict[tuple[Label, str], Finding] = {}
    for each in found:
        key = (each.label, _letters(each.phrase))
        if key not in kept or each.score > kept[key].score:
            kept[key] = each
    return list(kept.values())


def _placed(finding: Finding, lines: Sequence[Line], which: int) -> Finding:
    """The finding with the place on the picture in the place of a span: that counted letters of no comment."""
    wanted = _letters(finding.phrase.split("\n")[0])
    line = next((each for each in lines if wanted and wanted in _letters(each.text)), None)
    where = f"picture {which}"
    if line is not None:
        left, top, right, bottom = line.box
        where += f", {left}-{right} across, {top}-{bottom} down, letters {line.score:.2f}"
    note = f"{where}: {finding.note}" if finding.note else where
    return replace(finding, span=None, field=PICTURE, note=note)
