"""The roll's names in every way they are written, looked for in one pass over a comment's words.

Pupils and words come in, `Hit`s go out: where a name stands and what kind of name it is. How much a hit counts is said in
`roll.py`; nothing here leaves the house or is printed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import ahocorasick
from rapidfuzz.distance import OSA

from moderator.detectors.lexicon import ADULT_NAMES, CHILD_NAMES, NEAR_NAMES, WORD_NAMES
from moderator.detectors.text import Folded, fold
from moderator.domain import Pupil

_WORD = re.compile(r"[^\W_]+(?:(?<=n)'t(?!\w))?")  # "hasn't" is one word, "alfie's" two
# Handles, links and e-mail addresses. Each begins at one place only, or is bounded: a long word must not cost its square.
_NOT_PROSE = re.compile(
    r"(?<![\w.])@[\w.\-]+|(?<!\S)\S*(?:://|www\.)\S+|(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}\.[\w.]{1,80}"
)
_BREAK = re.compile(r"[,.;:!?()\"/&\n@]")
_LINK = re.compile(r"(?<!\S)\S*?(?:://|www\.)[^\s/?#]*(?P<path>\S*)")
_HANDLE = re.compile(r"(?<![\w.@/+\-])@(?P<path>\w(?:[\w.\-]*\w)?)")
_ESCAPED = re.compile(r"%[0-9a-f]{2}")
_DIGIT = re.compile(r"\d")
_BREAK_IN_LINK = re.compile(r"[^\-_/.=+]")
_SLIP_FROM = 5  # letters: in shorter names one slip makes another name or a word too often
_BENT_FROM = 4  # letters, for the endings that a name has in a sentence
_VOWELS = "aeiouy"
_INSIDE_FROM = 4  # letters, for names looked for where words have no edges
_PARTS_OF_A_NAME = 6  # that capitals cut it into: "GraceMcDonald" has three
_CLAN = frozenset(("mc", "mac"))  # "McDonald" names no Donald


class Kind(StrEnum):
    """How a stretch of text matched the roll, surest first; the value is what a person reads."""

    FULL = "full name"
    FIRST = "first name"
    KNOWN_AS = "known as"
    PART = "part of a first name"
    LAST = "last name"
    BENT = "first name with an ending"
    SLIP = "first name with one slip"


@dataclass(frozen=True, slots=True)
class Name:
    """One or several pupils' name. Two pupils of the same name are one of these."""

    kind: Kind
    words: tuple[str, ...]
    initials: frozenset[str] = frozenset()  # of the last names that go with it
    pupils: frozenset[int] = frozenset()  # whose it is, by their places on the roll
    called: frozenset[int] = frozenset()  # those of them who bear it as a first name

    @property
    def may_be_a_word(self) -> bool:
        return (
            self.kind is not Kind.FULL
            and len(self.words) == 1
            and (self.words[0] in WORD_NAMES or len(self.words[0]) < 3)
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found: `span` in the original text, `first` to `last` among the words searched."""

    name: Name
    span: tuple[int, int]
    first: int
    last: int
    with_s: bool = False  # "alfies", written without its apostrophe


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, with where each stands in the original."""

    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    breaks: frozenset[int]  # the words before which a sentence or a part of one ends
    cut: frozenset[int]  # the words that only their capital parts from the one before: "Alfie" in "TeamAlfie"
    between: tuple[str, ...]  # the folded text before each word
    original: str

    @classmethod
    def of(cls, folded: Folded, original: str) -> Words:
        """The words of its sentences: without handles, links and addresses."""
        return cls._of(_NOT_PROSE.sub(_blank_out, folded.text), folded.text, _BREAK, folded, original)

    @classmethod
    def of_links(cls, folded: Folded, original: str) -> Words:
        """The words of its links, behind the host's name: "fair" and "day" of "https://a.example/fair-day.html"."""
        return cls._of_paths(_LINK.finditer(folded.text), _ESCAPED, folded, original)

    @classmethod
    def of_handles(cls, folded: Folded, original: str, start: int, passed: Collection[str]) -> Words:
        """The words of the handles from character `start` of the original on, without digits and the folded handles `passed`."""
        seen = (one for one in _HANDLE.finditer(folded.text) if folded.starts[one.start()] >= start)
        return cls._of_paths((one for one in seen if one["path"] not in passed), _DIGIT, folded, original)

    @classmethod
    def _of_paths(
        cls, found: Iterable[re.Match[str]], no_letters: re.Pattern[str], folded: Folded, original: str
    ) -> Words:
        paths: list[str] = []
        at = 0
        for match in found:
            path = no_letters.sub(lambda signs: "+" * len(signs[0]), match["path"])
            paths += "|" * (match.start("path") - at), path
            at = match.end()
        text = "".join(paths)
        return cls._of(text, text, _BREAK_IN_LINK, folded, original)

    @classmethod
    def _of(cls, text: str, parted: str, breaks_at: re.Pattern[str], folded: Folded, original: str) -> Words:
        words: list[str] = []
        spans: list[tuple[int, int]] = []
        breaks: set[int] = set()
        cut: set[int] = set()
        between: list[str] = []
        end = 0
        for match in _WORD.finditer(text):
            if breaks_at.search(parted, end, match.start()):
                breaks.add(len(words))
            before, end = parted[end : match.start()], match.end()
            for part in _camel_parts(folded, original, match.start(), end):
                if part[0] != match.start():
                    cut.add(len(words))
                    before = ""
                between.append(before)
                words.append(folded.text[slice(*part)])
                spans.append(folded.original_span(part))
        return cls(tuple(words), tuple(spans), frozenset(breaks), frozenset(cut), tuple(between), original)

    def readings(self) -> Iterator[tuple[Sequence[str], Sequence[range]]]:
        """The words and, where capitals cut some, the words uncut ("mcdonald"); each with which of ours it is made of."""
        yield self.words, [range(index, index + 1) for index in range(len(self.words))]
        if self.cut:
            whole = self.whole_words()
            yield ["".join(self.words[one.start : one.stop]) for one in whole], whole

    def whole_words(self) -> list[range]:
        """Of which of our words each word is made that stands in the text."""
        starts = [index for index in range(len(self.words)) if index not in self.cut]
        return [range(*edges) for edges in pairwise((*starts, len(self.words)))]

    def is_of_a_clan(self, index: int) -> bool:
        """Whether it is the rest of "McDonald" or "MacDonald", and no name by itself."""
        return index in self.cut and self.words[index - 1] in _CLAN

    def word(self, index: int) -> str:
        return self.words[index] if 0 <= index < len(self.words) else ""

    def before(self, index: int) -> str:
        """The folded text between a word and the one before; nothing where there is no such word."""
        return self.between[index] if 0 <= index < len(self.between) else ""

    def starts_part(self, index: int) -> bool:
        """Whether a sentence, or a part of one, begins here; so it does after the end."""
        return index <= 0 or index >= len(self.words) or index in self.breaks

    def capital(self, index: int) -> bool:
        return 0 <= index < len(self.spans) and self.original[self.spans[index][0]].isupper()


def _blank_out(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _camel_parts(folded: Folded, original: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A word, cut where a capital follows a small letter: "TeamAlfie" is two words."""
    cut = start
    rest = original[folded.starts[start] + 1 : folded.ends[end - 1]]
    for index in () if rest.isascii() and rest.islower() else range(start + 1, end):
        here, before = folded.starts[index], folded.starts[index - 1]
        if here != before and original[here].isupper() and original[before].islower():
            yield cut, index
            cut = index
    yield cut, end


class NameBook:
    """All ways of writing a roll's names."""

    def __init__(self, pupils: Iterable[Pupil]) -> None:
        self._names: dict[str, Name] = {}
        for number, pupil in enumerate(pupils):
            self._add_pupil(pupil, frozenset((number,)))
        self._automaton = ahocorasick.Automaton()
        for key, name in self._names.items():
            if f"{key}s" not in self._names:
                self._automaton.add_word(f" {key}s ", (name, key.count(" ") + 1, True))
            self._automaton.add_word(f" {key} ", (name, key.count(" ") + 1, False))
        self._automaton.make_automaton()
        self._firsts = {key: name for key, name in self._names.items() if " " not in key and name.kind in _FIRST_KINDS}
        self._longest = max(map(len, self._firsts), default=0)
        self._forms: dict[str, set[str]] = {}
        self._slips: dict[str, set[str]] = {}
        for key, name in self._firsts.items():
            for form in _bent(key) if name.kind is not Kind.FULL and len(key) >= _BENT_FROM else ():
                self._forms.setdefault(form, set()).add(key)
            for shorter in _one_less(key) if len(key) >= _SLIP_FROM else ():
                self._slips.setdefault(shorter, set()).add(key)

    def _add_pupil(self, pupil: Pupil, whose: frozenset[int]) -> None:
        last = split(pupil.last_name)
        lasts = {last, _in_pieces(pupil.last_name)} if last else set()
        initials = frozenset(word[0] for word in last[:1])
        for written, kind in ((pupil.first_name, Kind.FIRST), (pupil.known_as, Kind.KNOWN_AS)):
            first = split(written)
            if not first:
                continue
            firsts = {first, _in_pieces(written)}
            self._add(Name(kind, first, initials, whose, whose), firsts)
            if len(first) > 1:
                self._add(Name(Kind.PART, first[:1], initials, whose, whose))
            for whole in lasts:
                self._add(Name(Kind.FULL, first[:1] + whole, initials, whose))
                for given in firsts:
                    for full in (given + whole, given + last[:1], given + last[-1:], whole + given):
                        self._add(Name(Kind.FULL, full, initials, whose))
        if last:
            # After a last name the initials are those of first names, which stand before it: "M. Farrow".
            before = frozenset(word[0] for word in split(pupil.first_name)[:1])
            self._add(Name(Kind.LAST, last, before, whose), lasts)

    def _add(self, name: Name, spelt: Iterable[tuple[str, ...]] = ()) -> None:
        for key in {join(words) for words in spelt or (name.words,) for join in (" ".join, "".join)}:
            known = self._names.get(key, name)
            self._names[key] = Name(
                min(known.kind, name.kind, key=list(Kind).index),
                known.words,
                known.initials | name.initials,
                known.pupils | name.pupils,
                known.called | name.called,
            )

    def search(self, words: Words) -> Iterator[Hit]:
        """Every name among the words, whole words only, those inside longer ones too."""
        if not self._names:
            return
        seen: set[tuple[int, int]] = set()
        for hit in (*self._in_readings(words), *self._in_parts(words)):
            if (hit.first, hit.last) not in seen and not words.is_of_a_clan(hit.first):
                yield hit
            seen.add((hit.first, hit.last))

    def _in_readings(self, words: Words) -> Iterator[Hit]:
        for read, places in words.readings():
            hay, at = [" "], 0
            ends: dict[int, int] = {}
            for index, (word, place) in enumerate(zip(read, places, strict=True)):
                # What stands between "Jack, Ryan" keeps the two from being one full name.
                piece = f"| {word} " if place.start in words.breaks else f"{word} "
                hay.append(piece)
                at += len(piece)
                ends[at] = index
            for end, (name, count, with_s) in self._automaton.iter("".join(hay)):
                first, last = places[ends[end] - count + 1].start, places[ends[end]].stop - 1
                if not (with_s and words.words[last] == "s"):  # "t-o-b-i-a-s W": an initial, cut off by its capital
                    yield _hit(name, words, first, last, with_s)

    def _in_parts(self, words: Words) -> Iterator[Hit]:
        """Names that capitals cut, inside longer words: "GoMcKenzie", "TeamGraceMcDonald"."""
        for whole in words.whole_words() if words.cut else ():
            for first in whole:
                joined = words.words[first]
                for last in range(first + 1, min(first + _PARTS_OF_A_NAME, whole.stop)):
                    joined += words.words[last]
                    name = self._firsts.get(joined) if len(joined) >= _SLIP_FROM else None
                    if name:
                        yield _hit(name, words, first, last)

    def first_name(self, word: str) -> Name | None:
        """The name that a folded word is by itself, where it is no last name alone."""
        return self._firsts.get(word)

    def inside(self, text: str) -> Iterator[tuple[int, int, Name]]:
        """Names anywhere in `text`, which was put together from letters spaced out."""
        for key, name in self._firsts.items():
            at = text.find(key) if len(key) >= _INSIDE_FROM else -1
            if at >= 0:
                yield at, at + len(key), name

    def slip_of(self, word: str) -> Name | None:
        """The first name that `word` is a form of, or one slip from: a letter more, less, other, or two swapped; not the first."""
        if len(word) < _SLIP_FROM or not word.isalpha():
            return None
        if word in NEAR_NAMES or word in self._names or word.removesuffix("s") in self._names:
            return None
        bent = self._forms.get(word)
        meant = sorted(bent or self._one_slip_from(word))
        if not meant:
            return None
        first = self._names[meant[0]]
        whose = frozenset[int]().union(*(self._names[key].pupils for key in meant))
        return Name(Kind.BENT if bent else Kind.SLIP, first.words, first.initials, whose)

    def _one_slip_from(self, word: str) -> Iterator[str]:
        if len(word) <= self._longest + 1:
            near = {key for shorter in _one_less(word) for key in self._slips.get(shorter, ())}
            yield from (key for key in near if key[0] == word[0] and OSA.distance(word, key, score_cutoff=1) <= 1)


def _hit(name: Name, words: Words, first: int, last: int, with_s: bool = False) -> Hit:
    return Hit(name, (words.spans[first][0], words.spans[last][1]), first, last, with_s)


_FIRST_KINDS = (Kind.FIRST, Kind.KNOWN_AS, Kind.FULL)


def split(written: str) -> tuple[str, ...]:
    """The folded words of a name: "Ellie-Mae" gives "ellie" and "mae", "O'Hara" gives "ohara"."""
    return tuple(_WORD.findall(fold(written).text.replace("'", "")))


def _in_pieces(written: str) -> tuple[str, ...]:
    """As `split`, but "O'Hara" gives "o" and "hara", which is how it stands in a comment."""
    return tuple(_WORD.findall(fold(written).text))


def _bent(name: str) -> set[str]:
    """The forms that a name has in Polish sentences ("Wojtka", "Filipowi", "Matiego") and when called out in Somali ("Hodaneey").

    Of short names on -a there are none here: "Mina" would find "minus".
    """
    if name.endswith("ek"):
        ways = {name[:-2] + ending for ending in ("ka", "kowi", "kiem", "ku", "us", "usia", "usiu")}
    elif name.endswith("us"):
        ways = {name + ending for ending in ("ia", "iu", "iowi", "iem")}
    elif name.endswith("i"):
        ways = {name + ending for ending in ("ego", "emu", "m")}
    else:
        ways = {name + ending for ending in ("a", "owi", "em", "ow")} if name[-1] not in _VOWELS else set()
    if name[-1] != "a" or len(name) > _BENT_FROM:
        ways |= {name.rstrip(_VOWELS) + ending for ending in ("ooy", "eey")}
    return ways - CHILD_NAMES - ADULT_NAMES - WORD_NAMES


def _one_less(word: str) -> set[str]:
    return {word} | {word[:index] + word[index + 1 :] for index in range(len(word))}
