"""Lays a comment out for the reading model: its words, marks at what rules already know, and what it answers.

A comment, its context and the hits of the rules come in; rows of token numbers go out, with the place of each token in the
original text. Training and the daemon both lay out with this file, so that the model meets what it has learnt.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from tokenizers import Tokenizer

from moderator.detectors.text import Folded, aloud
from moderator.domain import Comment, Context, School, plain_handle
from moderator.errors import DetectorError

WINDOW = 160
"""Tokens of the comment that the model reads at once; a longer comment is read in windows that overlap."""
OVERLAP = 32
MOST_WINDOWS = 5
"""So a comment of some 450 words is read whole; of a longer one the front and the end, and a person is told."""
IN_DISPLAY_NAME = -1
"""The place of a mark that belongs to the name which the author shows."""
_NAME_TOKENS, _LINE_TOKENS, _POST_TOKENS, _LINES = 12, 40, 48, 2
_CLS, _SEP = "[CLS]", "[SEP]"


class Mark(Enum):
    """What is known of a word before the model reads it; the value is a token that the encoder was never trained on."""

    FULL_NAME = "[unused1]"  # from the roll, telling which child
    NAME = "[unused2]"  # from the roll
    STAFF = "[unused3]"
    FIGURE = "[unused4]"
    ALLOWED = "[unused5]"  # a handle that may be mentioned
    HANDLE = "[unused6]"  # any other
    CAPITAL = "[unused7]"  # a capital letter inside a sentence
    WEAK_NAME = "[unused8]"  # from the roll, but likely a word or a grown-up
    CONTACT = "[unused9]"  # a telephone number or address


@dataclass(frozen=True, slots=True)
class Layout:
    """One window of a comment: `spans` holds, for each token, the original characters it was read from, or None."""

    ids: list[int]
    types: list[int]
    spans: list[tuple[int, int] | None]
    follows: bool = True  # on the window before, with nothing left out between them


def lay_out(
    tokenizer: Tokenizer, comment: Comment, context: Context, marks: Iterable[tuple[int, Mark]]
) -> list[Layout]:
    """The comment in one window or more. Marks are (character of the original text, what is known), or IN_DISPLAY_NAME."""
    known = sorted(marks, key=lambda mark: mark[0])
    start = min(comment.reply_prefix, len(comment.text))
    folded = aloud(_clean(comment.text[start:]))
    ids, spans = _with_marks(tokenizer, folded, start, [mark for mark in known if mark[0] >= 0])
    marks_of_name = [_number(tokenizer, mark.value) for at, mark in known if at == IN_DISPLAY_NAME]
    behind = [*marks_of_name, *_context(tokenizer, comment, context)]
    cls, sep = _number(tokenizer, _CLS), _number(tokenizer, _SEP)
    layouts = []
    starts = _starts(len(ids))
    for before, at in zip([0, *starts], starts, strict=False):
        part, places = ids[at : at + WINDOW], spans[at : at + WINDOW]
        layouts.append(
            Layout(
                [cls, *part, sep, *behind],
                [0] * (len(part) + 2) + [1] * len(behind),
                [None, *places, None, *[None] * len(behind)],
                at <= before + WINDOW,
            )
        )
        # What it answers is read once, with the beginning: with every window it took a third of the time of a long comment.
        behind = [*marks_of_name, *_name(tokenizer, comment)]
    return layouts


def _starts(length: int) -> list[int]:
    """Where windows begin: from the front, and the last one at the very end of a text too long for all."""
    starts = [0]
    while starts[-1] + WINDOW < length:
        starts.append(starts[-1] + WINDOW - OVERLAP)
    return starts if len(starts) <= MOST_WINDOWS else [*starts[: MOST_WINDOWS - 1], length - WINDOW]


def _with_marks(
    tokenizer: Tokenizer, folded: Folded, shift: int, marks: Sequence[tuple[int, Mark]]
) -> tuple[list[int], list[tuple[int, int] | None]]:
    encoded = tokenizer.encode(folded.text, add_special_tokens=False)
    ids: list[int] = []
    spans: list[tuple[int, int] | None] = []
    waiting = 0
    for token, offsets in zip(encoded.ids, encoded.offsets, strict=True):
        start, end = folded.original_span(offsets)
        while waiting < len(marks) and marks[waiting][0] < end + shift:
            ids.append(_number(tokenizer, marks[waiting][1].value))
            spans.append(None)
            waiting += 1
        ids.append(token)
        spans.append((start + shift, end + shift))
    return ids, spans


def _number(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise DetectorError(f"the reading model's tokenizer has no {token}")
    return found


def _context(tokenizer: Tokenizer, comment: Comment, context: Context) -> list[int]:
    """What the comment is read with: the name its author shows, the last lines of the thread, and the post."""
    sep, ids = _number(tokenizer, _SEP), _name(tokenizer, comment)
    for line in context.thread[-_LINES:]:
        ids += [*_tokens(tokenizer, line.text[:400])[:_LINE_TOKENS], sep]
    if context.post is not None:
        ids += [*_tokens(tokenizer, context.post.text[:400])[:_POST_TOKENS], sep]
    return ids


def _name(tokenizer: Tokenizer, comment: Comment) -> list[int]:
    return [*_tokens(tokenizer, comment.author.display_name[:60])[:_NAME_TOKENS], _number(tokenizer, _SEP)]


def _tokens(tokenizer: Tokenizer, text: str) -> list[int]:
    found: list[int] = tokenizer.encode(aloud(_clean(text)).text, add_special_tokens=False).ids
    return found


def _clean(text: str) -> str:
    """A lone surrogate has no bytes, and the tokenizer reads bytes."""
    return text.encode("utf-8", "replace").decode("utf-8")


_CAPITAL = re.compile(r"(?<![\w@#'’])[A-ZÀ-Þ][a-zß-ÿ]")
_ENDS_SENTENCE = frozenset('.!?…:\n"“')
_ENDS_IN_MENTION = re.compile(r"[@＠][\w.\-·]+$")
_MENTION = re.compile(r"(?<![\w.@/+\-])[@＠](\w(?:[\w.\-·]*\w)?)")


class KnownPeople:
    """Marks what the school's own lists tell: staff, public figures, handles; and capitals inside a sentence."""

    def __init__(self, school: School) -> None:
        self._lists = [
            (Mark.STAFF, _pattern(school.staff)),
            (Mark.FIGURE, _pattern(school.public_figures)),
        ]
        handles = [*school.official_accounts.values(), *school.allowed_accounts]
        self._allowed = frozenset(plain_handle(handle) for handle in handles)

    def marks(self, text: str) -> list[tuple[int, Mark]]:
        """(character, mark) for everything seen, in any order, one mark for a character."""
        found: dict[int, Mark] = {}
        for mark, pattern in self._lists:
            for match in pattern.finditer(text) if pattern else ():
                found.setdefault(match.start(), mark)
        for match in _MENTION.finditer(text):
            found[match.start()] = Mark.ALLOWED if match[1].casefold() in self._allowed else Mark.HANDLE
        return list(found.items())


def capitals(text: str, taken: Iterable[int]) -> list[tuple[int, Mark]]:
    """Words with a capital letter inside a sentence, where nothing else is known of them and the author does not shout."""
    letters = [char for char in text if char.isalpha()]
    if sum(map(str.isupper, letters)) > 0.4 * max(len(letters), 1):
        return []
    places = sorted(taken)
    return [
        (match.start(), Mark.CAPITAL)
        for match in _CAPITAL.finditer(text)
        if not begins_sentence(text, match.start()) and not _near(places, match.start())
    ]


def begins_sentence(text: str, at: int) -> bool:
    """Whether a word at this place may have its capital from the sentence and not from being a name."""
    before = text[max(0, at - 60) : at].rstrip(" ")
    return not before or before[-1] in _ENDS_SENTENCE or _ENDS_IN_MENTION.search(before) is not None


def _near(places: Sequence[int], at: int) -> bool:
    index = bisect_left(places, at)
    return index < len(places) and places[index] == at


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    if not names:
        return None
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)
