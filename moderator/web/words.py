"""A comment's words as a page may show them: harmless to look at, what was found underlined, the worst hidden until asked for.

A text and its findings come in, pieces of plain text go out; the template escapes them. Nothing here makes markup, and no
piece can turn the reading direction, grow over its neighbours or be tapped as a link.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from moderator.domain import DISPLAY_NAME, TEXT, Author, Finding, Label
from moderator.hindsight.masking import MASK, MASKED, spans_of

SHOWN_AT_FIRST = 600
"""Characters of a long text that are shown before somebody asks for all; one comment in a hundred has more."""
LINES_AT_FIRST = 12
LINE = 80
"""Characters that fill about a line, to tell a text of many short lines from one of few long ones."""
SURE = 0.5
"""Score from which a finding is shown as one where nothing is known of what the decision rests on."""
RUDE = frozenset({Label.INSULT, Label.HATE, Label.SEXUAL, Label.PROFANITY})
RUDE_AT_MOST = 40
"""Characters of rude words that are hidden: a longer finding is about the sense, and nobody can decide without it."""
MARKS_AT_MOST = 2
"""Accents kept upon one letter: Vietnamese needs two; a pile of them grows over the lines above."""
SIGN = "▯"
"""Stands for signs that cannot be seen."""

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINER, _FLAG = "\u200d", "\U0001f3f4"


class Kind(StrEnum):
    """What a piece of a text is."""

    PLAIN = "plain"
    EVIDENCE = "evidence"  # what the decision rests on
    MASK = "mask"  # three dots in the place of words, until somebody asks
    SHOWN = "shown"  # was masked, and somebody asked
    SIGN = "sign"  # stands for what cannot be seen
    LINK = "link"  # where a link would lead, as text


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a text, to be shown as they are; `why` is said of them to whoever points or listens."""

    kind: Kind
    text: str
    why: str = ""
    underlined: bool = False


@dataclass(frozen=True, slots=True)
class WordsView:
    """A text to be shown. `shortened` where more can be asked for."""

    pieces: tuple[Piece, ...]
    shortened: bool = False
    characters: int = 0  # of the whole text
    revealed: bool = False

    @property
    def masked(self) -> bool:
        """Whether some words are hidden until somebody asks for them."""
        return any(piece.kind is Kind.MASK for piece in self.pieces)

    @property
    def plain(self) -> str:
        """The same in one line, without what the pieces are: for lists and titles."""
        return " ".join("".join(piece.text for piece in self.pieces).split())


@dataclass(frozen=True, slots=True)
class _Look:
    """Why a character is hidden, "" where it is not, and what was found there."""

    hidden: str = ""
    found: str = ""


_BARE = _Look()
NAMES = {
    Label.CHILD_NAMED: "a child’s name",
    Label.CONTACT: "contact details",
    Label.INSULT: "an insult",
    Label.HATE: "hateful words",
    Label.SEXUAL: "sexual words",
    Label.PROFANITY: "swearing",
    Label.THREAT: "a threat",
    Label.SAFEGUARDING: "a sign of risk",
    Label.RISK: "a sign of risk",
    Label.PERSON_TAGGED: "somebody tagged",
    Label.SPAM: "an advert",
    Label.IMPERSONATION: "poses as the school",
    Label.UNDERAGE: "written by a child",
    Label.COMPLAINT: "criticism",
    Label.HARM: "what weighed most",
    Label.GRAVE: "what weighed most",
}
"""What is said of a piece."""


def view_of(
    text: str,
    findings: Iterable[Finding] = (),
    *,
    revealed: bool = False,
    whole: bool = False,
    evidence: Sequence[Finding] | None = None,
    place: str = TEXT,
) -> WordsView:
    """A comment's text as it may be shown.

    Every child's name and contact detail that was found is masked however weak the finding, rude words where it is sure.
    `evidence` is underlined: what the decision rests on, or all that is sure. `whole` shows a long text to its end, `revealed`
    shows what is masked: whoever asks for that is written down (`moderator.web.triage`). `place` is the field of the findings.
    """
    known = list(findings)
    length = len(text) if whole else _cut(text)
    looks = _looks(text, length, known, evidence, place)
    pieces = tuple(_joined(_pieces(text, length, looks, revealed)))
    return WordsView(pieces, length < len(text), len(text), revealed)


def plain(text: str, findings: Iterable[Finding] = (), width: int = 90) -> str:
    """One line of a text for lists, masked; cut to `width` characters."""
    line = view_of(text[: 4 * width], findings).plain
    return line if len(line) <= width else f"{line[: width - 1].rstrip()}…"


def name_of(name: str, findings: Iterable[Finding] = (), *, revealed: bool = False) -> str:
    """An author's name in one line. A child's name in it is masked."""
    return view_of(name[:100], findings, revealed=revealed, place=DISPLAY_NAME).plain


def called(author: Author, findings: Iterable[Finding] = ()) -> str:
    """An author in lists, by their handle where there is one. What was found in the display name masks nothing in a handle."""
    if author.handle:
        return name_of(author.handle)
    return name_of(author.display_name, findings) or "Somebody"


def _cut(text: str) -> int:
    """How many characters are shown at first; never so few less than all that asking would not be worth it."""
    line = length = 0
    for part in text[: 2 * SHOWN_AT_FIRST].splitlines(keepends=True):
        line += 1 + len(part) // LINE
        if line > LINES_AT_FIRST:
            break
        length += len(part)
    # One line that is longer than all that is shown is cut in itself.
    length = min(length or SHOWN_AT_FIRST, SHOWN_AT_FIRST)
    if len(text) <= 1.2 * SHOWN_AT_FIRST and line <= LINES_AT_FIRST:
        return len(text)
    space = text.rfind(" ", 0, length)
    return space if space > length // 2 else length


def _looks(
    text: str, length: int, findings: Sequence[Finding], evidence: Sequence[Finding] | None, place: str
) -> list[_Look]:
    looks = [_BARE] * length
    sure = [found for found in findings if found.score >= SURE]
    for found in sure if evidence is None else evidence:
        if found.span is not None and found.field == place:
            _paint(looks, found.span, found=NAMES.get(found.label, ""))
    for label in RUDE:
        rude = [found for found in sure if found.label is label and _is_short(found)]
        for span in spans_of(text, rude, {label}, place) or ():
            _paint(looks, span, hidden=NAMES[label])
    for label in MASKED:
        for span in _private(text, length, [found for found in findings if found.label is label], place):
            _paint(looks, span, hidden=NAMES[label])
    return looks


def _private(text: str, length: int, findings: Sequence[Finding], place: str) -> list[tuple[int, int]]:
    """Where these were found; the whole text where one is sure and none tells a place."""
    placed = [found for found in findings if found.field == place and (found.span is not None or found.phrase)]
    lost = any(found.field == place and found.score >= SURE for found in findings)
    if not placed and lost:
        return [(0, length)]
    return spans_of(text, placed, MASKED, place) or []


def _is_short(found: Finding) -> bool:
    return found.span is not None and found.span[1] - found.span[0] <= RUDE_AT_MOST


def _paint(looks: list[_Look], span: tuple[int, int], hidden: str = "", found: str = "") -> None:
    for index in range(max(span[0], 0), min(span[1], len(looks))):
        before = looks[index]
        looks[index] = _look(hidden or before.hidden, before.found or found)


@lru_cache(maxsize=256)
def _look(hidden: str, found: str) -> _Look:
    """The same object for the same look, so that runs of one are found at a glance."""
    return _Look(hidden, found)


def _pieces(text: str, length: int, looks: Sequence[_Look], revealed: bool) -> Iterator[Piece]:
    end = 0
    for match in _LINK.finditer(text, 0, length):
        yield from _words(text, end, match.start(), looks, revealed)
        yield from _link(text, match, looks, revealed)
        end = match.end()
    yield from _words(text, end, length, looks, revealed)


def _link(text: str, match: re.Match[str], looks: Sequence[_Look], revealed: bool) -> Iterator[Piece]:
    """Where a link leads: its host alone, since all the rest may be words as well; all of it once somebody asked."""
    start, end = match.span()
    host = _host(match[0])
    if revealed or not host:
        yield from _words(text, start, end, looks, revealed)
        return
    at = start + max(match[0].casefold().find(host), 0)
    hidden = any(look.hidden for look in looks[at : at + len(host)])
    found = any(look.found for look in looks[start:end])
    yield Piece(Kind.LINK, f"{MASK if hidden else _seen(host)}/…", "a link, not to be tapped here", found)


def _host(link: str) -> str:
    try:
        return (urlsplit(link if "://" in link else f"//{link}").hostname or "")[:60]
    except ValueError:
        return ""


def _seen(text: str) -> str:
    return "".join(_visible(letter) for letter in text)


@dataclass(slots=True)
class _Run:
    """The letter that accents are counted upon."""

    marks: int = 0
    last: str = field(default="")


def _words(text: str, start: int, end: int, looks: Sequence[_Look], revealed: bool) -> Iterator[Piece]:
    """The characters one after the other, each as it may be shown; what is alike and plain goes at once."""
    run = _Run()
    while start < end:
        look, stop = looks[start], start + 1
        while stop < end and looks[stop] is look:
            stop += 1
        part, start = text[start:stop], stop
        if look.hidden and not revealed:
            yield Piece(Kind.MASK, MASK, look.hidden, bool(look.found))
        elif part.isascii() and part.isprintable():
            run.marks, run.last = 0, part[-1]
            yield _piece(look, part)
        else:
            yield from (_piece(look, shown) for letter in part if (shown := _shown(letter, run)))


def _piece(look: _Look, shown: str) -> Piece:
    if shown == SIGN:
        return Piece(Kind.SIGN, SIGN, "a sign that cannot be seen")
    kind = Kind.SHOWN if look.hidden else Kind.EVIDENCE if look.found else Kind.PLAIN
    return Piece(kind, shown, look.hidden or look.found, bool(look.found))


def _shown(letter: str, run: _Run) -> str:
    """The character itself, SIGN for one that cannot be seen, or nothing for an accent too many."""
    category = unicodedata.category(letter)
    if category in ("Mn", "Me"):
        run.marks += 1
        return letter if run.marks <= MARKS_AT_MOST else ""
    before, run.last = run.last, letter
    if letter == _JOINER or 0xE0020 <= ord(letter) <= 0xE007F:
        # Families and the flags of England, Scotland and Wales are drawn with these.
        return letter if _is_drawn(before) else SIGN
    run.marks = 0
    return _visible(letter)


def _is_drawn(letter: str) -> bool:
    return bool(letter) and (
        unicodedata.category(letter) in ("So", "Sk", "Cn") or letter == _FLAG or 0xE0020 <= ord(letter) <= 0xE007F
    )


def _visible(letter: str) -> str:
    if letter in "\n\t":
        return letter
    if letter in _TURNS or unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return SIGN
    return letter


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece; a mask once for all it hides, and no more than one empty line together."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and (piece.kind, piece.why, piece.underlined) == (last.kind, last.why, last.underlined):
            once = piece.kind in (Kind.MASK, Kind.SIGN)
            last = last if once else Piece(last.kind, last.text + piece.text, last.why, last.underlined)
            continue
        if last is not None:
            yield _tidy(last)
        last = piece
    if last is not None:
        yield _tidy(last)


def _tidy(piece: Piece) -> Piece:
    return Piece(piece.kind, re.sub(r"\s*\n\s*\n\s*", "\n\n", piece.text), piece.why, piece.underlined)
