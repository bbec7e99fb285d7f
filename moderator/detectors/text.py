"""Folds what people write into what people read, and finds the way back to the characters they typed.

A comment's text comes in; a `Folded` goes out: lower case, without accents, look-alikes, invisible marks and emoji,
together with the place of each of its characters in the original. Nothing is judged here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

EMOJI = "\x1f"
"""Stands for a run of emoji with no white space beside it; `\\s` matches it."""

_RANK = {EMOJI: 0, " ": 1, "\t": 2, "\n": 3}
"""White space comes out as one character: a line break, a tab for two blanks or more, a blank, or EMOJI."""
_PLAIN = {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'", "“": '"', "”": '"', "„": '"'} | dict.fromkeys(
    "‐‑‒–—−", "-"
)
_LATIN = re.compile(r"^(?:LATIN|NEGATIVE (?:SQUARED|CIRCLED) LATIN)\b.* (?:LETTER|CAPITAL) ([A-Z])(?: WITH .*)?$")

LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i", "|": "l", "€": "e"}

# One letter, then at least two more, each alone between one or two separators: "a l f i e", "f.u.c.k".
_SPACED = re.compile(r"(?<![^\W_])[^\W_](?:[ .\-_*·•|/,\x1f]{1,2}[^\W_](?![^\W_])){2,}")
_INSIDE = re.compile(r"(?<=[^\W\d_])[.\-_·•~'\x1f]{1,2}(?=[^\W\d_])")
_TOKEN = re.compile(r"[^ \t\n]+")
_HANDLE_OR_ADDRESS = re.compile(r"@[\w.\-]+|[\w.+\-]+@[\w.\-]+")
_ENDING = re.compile(r"[!|]+$")
_LETTER = re.compile(r"[^\W\d_]")
_FOLDS_MORE = re.compile(r"  |([a-z])\1\1")
"""What is more than small letters to be made of in a text that is printable ASCII: blanks side by side, one letter three times."""
_MAYBE_LEET = re.compile(r"[013457@$€]|[!|](?![!|]*(?:[ \t\n]|$))")

_WIDEST = 4
"""Letters that one character is read as. Unicode has one that stands for eighteen: a page of it would be a book."""
_SPELT_AT_MOST = 200
"""Emoji spelt out in one text; their names have up to seventy letters."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; character `i` of it was read from the original characters `starts[i]` to `ends[i]`, end exclusive.

    Both rise or stay as `i` grows. `runs` are the stretches of `text` that were joined from letters spaced out.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    runs: tuple[tuple[int, int], ...] = ()

    def original_span(self, span: tuple[int, int]) -> tuple[int, int]:
        """The original characters that a span of `text` was read from; an empty span gives an empty one."""
        start, end = span
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return at, at
        return self.starts[start], self.ends[end - 1]


@lru_cache(maxsize=32)  # Some ten detectors fold the same comment one after another.
def fold(text: str) -> Folded:
    """Lower case, look-alikes read as the letters they resemble, invisible marks dropped, blanks and repeats shortened.

    A letter repeated three times or more is kept twice. Any string will do, lone surrogates included.
    """
    return _folded(text, _FOLDS)


@lru_cache(maxsize=32)
def aloud(text: str) -> Folded:
    """The folded text with each emoji spelt out by its name in Unicode, a repeated one once: what a model reads.

    The vocabularies of small models hold next to no emoji, and "🖕" says more than many words.
    """
    return fold(text) if text.isascii() else _folded(text, _SPELT)


def _folded(text: str, folds: Mapping[str, str]) -> Folded:
    if text.isascii() and text.isprintable() and not _FOLDS_MORE.search(small := text.lower()):
        return Folded(small, tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    return _folded_by_sign(text, folds)


def _folded_by_sign(text: str, folds: Mapping[str, str]) -> Folded:
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = before = previous = ""
    spelt = 0
    for char, start, end in _repaired(text):
        if folds is _SPELT and char == previous and char in _SPELT.names:
            continue
        previous = char if folds[char] else previous
        for letter in folds[char]:
            if letter in _RANK and last in _RANK:
                letters[-1] = last = _wider(last, letter)
                ends[-1] = end
            elif letter == last == before and letter.isalpha():
                ends[-1] = end
            else:
                letters.append(letter)
                starts.append(start)
                ends.append(end)
                before, last = last, letter
        if folds is _SPELT and char in _SPELT.names:
            spelt += 1
            folds = _FOLDS if spelt == _SPELT_AT_MOST else folds
    return Folded("".join(letters), tuple(starts), tuple(ends))


@lru_cache(maxsize=32)
def unmask(text: str) -> Folded:
    """The folded text with disguises taken off as well: digits and signs read as the letters they stand for, letters
    spaced out or dotted joined, repeats of three and more kept once.

    It reads too much into some honest text ("K.S.1"), so look here for words, not for sense.
    """
    folded = fold(text)
    letters = list(folded.text)
    dropped = bytearray(len(letters))
    runs = _join(folded.text, dropped)
    _read_leet(folded.text, letters)
    for match in re.finditer(r"([^\W\d_])\1+", "".join(letters)):
        # Where the folded text shows two alike, there may have been more: the original tells.
        start, end = folded.original_span(match.span())
        if end - start >= 3:
            dropped[match.start() + 1 : match.end()] = b"\x01" * (len(match[0]) - 1)
    if not any(dropped) and "".join(letters) == folded.text:
        return folded
    kept = [index for index, gone in enumerate(dropped) if not gone]
    place = {old: new for new, old in enumerate(kept)} if runs else {}
    return Folded(
        "".join(letters[index] for index in kept),
        tuple(folded.starts[index] for index in kept),
        tuple(folded.ends[index] for index in kept),
        tuple((place[start], _last_kept(place, start, end) + 1) for start, end in runs),
    )


def _repaired(text: str) -> Iterator[tuple[str, int, int]]:
    """Each character with its place. A word of mojibake is repaired, and all its characters then stand for all of it."""
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    if text.isascii() or not is_bad(text):
        yield from zip(text, range(len(text)), range(1, len(text) + 1), strict=True)
        return
    for match in re.finditer(r"\s+|\S+", text):
        word, start, end = match[0], *match.span()
        # Real words of mojibake are short; a long run of such letters is somebody testing us.
        fixed = fix_encoding(word) if len(word) <= 200 and is_bad(word) else word
        if fixed == word:
            yield from zip(word, range(start, end), range(start + 1, end + 1), strict=True)
        else:
            yield from ((char, start, end) for char in fixed)


def _wider(one: str, other: str) -> str:
    if one == other == " ":
        return "\t"
    return one if _RANK[one] >= _RANK[other] else other


class _Folds(dict[str, str]):
    """What each character folds to, worked out when it is first met; at most one entry for each of Unicode's."""

    def __missing__(self, char: str) -> str:
        self[char] = result = _fold_char(char)[:_WIDEST]
        return result


_FOLDS = _Folds()


class _Spelt(dict[str, str]):
    """As `_Folds`, with " its name " for an emoji; `names` holds the emoji met so far."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __missing__(self, char: str) -> str:
        result = _FOLDS[char]
        if result == EMOJI:
            self.names.add(char)
            result = "" if "EMOJI MODIFIER" in (name := unicodedata.name(char, "")) else f" {name.lower()} "
        self[char] = result
        return result


_SPELT = _Spelt()


def _fold_char(char: str) -> str:
    if char.isspace():
        return "\n" if char in "\n\r\v\f\x85\u2028\u2029" else " "
    if char.isascii():
        return char.lower() if char.isprintable() else ""
    if char in _PLAIN:
        return _PLAIN[char]
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Cn", "Mn", "Me") or "FILLER" in unicodedata.name(char, ""):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    parts = [part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) not in ("Mn", "Me")]
    if category in ("So", "Sk"):
        return _letter_in_a_box(char, parts)
    return "".join(_fold_letter(part) for part in parts)


def _letter_in_a_box(char: str, parts: list[str]) -> str:
    """Circled and squared letters are read as letters; all other symbols are emoji."""
    if len(parts) == 1 and parts[0].isascii() and parts[0].isalnum():
        return parts[0].lower()
    latin = _LATIN.match(unicodedata.name(char, ""))
    return latin[1].lower() if latin else EMOJI


def _fold_letter(char: str) -> str:
    if char.isspace():
        return " "
    if char.isascii():
        return char.lower()
    alike = _look_alikes().get(char) or _look_alikes().get(char.casefold())
    if alike is None and (latin := _LATIN.match(unicodedata.name(char, ""))):
        alike = latin[1].lower()
    if alike is None:
        parts = unicodedata.normalize("NFKD", char.casefold())
        alike = "".join(part for part in parts if unicodedata.category(part) not in ("Mn", "Me"))
    return alike


@cache
def _look_alikes() -> dict[str, str]:
    """Letters outside ASCII to the one or two ASCII letters that Unicode's confusables data (UTS 39) says they resemble."""
    from confusable_homoglyphs.confusables import confusables_data  # Reads a file, so not at import.

    found: dict[str, str] = {}
    for char, entries in confusables_data.items():
        if len(char) != 1 or char.isascii() or not char.isalpha():
            continue
        for entry in entries:
            parts = unicodedata.normalize("NFKD", entry["c"])
            alike = "".join(part for part in parts if unicodedata.category(part) not in ("Mn", "Me", "Cf"))
            if alike.isascii() and alike.isalpha() and len(alike) <= 2:
                # The data calls every upright stroke an l; a capital one is an I.
                found[char] = "i" if alike == "l" and char.isupper() and char.lower() != "ⅼ" else alike.lower()
                break
    return found


def _join(text: str, dropped: bytearray) -> list[tuple[int, int]]:
    """Mark what stands between spaced-out letters, and inside words, as dropped; the spaced-out stretches."""
    runs = []
    for match in _SPACED.finditer(text):
        if not _LETTER.search(match[0]):
            continue
        runs.append(match.span())
        for index in range(*match.span()):
            dropped[index] = not text[index].isalnum()
    for token in _TOKEN.finditer(text) if _INSIDE.search(text) else ():
        if not token[0].isalpha() and not _is_as_meant(token[0]):
            for match in _INSIDE.finditer(text, *token.span()):
                dropped[match.start() : match.end()] = b"\x01" * len(match[0])
    return runs


def _is_as_meant(token: str) -> bool:
    """Whether it is a handle, address or link, in which dots and digits hide nothing."""
    return "://" in token or token.startswith("www.") or _HANDLE_OR_ADDRESS.fullmatch(token) is not None


def _read_leet(text: str, letters: list[str]) -> None:
    for match in _TOKEN.finditer(text) if _MAYBE_LEET.search(text) else ():
        token = match[0]
        if token.isalpha() or not _LETTER.search(token) or _is_as_meant(token):
            continue
        end = _ENDING.search(token)
        for index in range(match.start(), match.start() + (end.start() if end else len(token))):
            letters[index] = LEET.get(letters[index], letters[index])


def _last_kept(place: dict[int, int], start: int, end: int) -> int:
    return next(place[index] for index in range(end - 1, start - 1, -1) if index in place)
