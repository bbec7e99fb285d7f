"""Full names whose two halves do not stand side by side: "Alfie James Harrison", "Alfie (Harrison)", "Harrison, Alfie".

First names found come in, one full name goes out for each behind or before which a last name of the same pupil stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from moderator.detectors.lexicon import ADULT_NAMES, CHILD_NAMES, GROWN_UPS, LINKS, NOT_NAMES, TITLES, WORD_NAMES
from moderator.detectors.name_book import Hit, Kind, Name, Words, split
from moderator.domain import Pupil

_BETWEEN = 2  # words: middle names and initials
_WORDS_OF_A_LAST_NAME = 4
_PART_FROM = 3  # letters: "Lowe" of "Lowe-Ash" may stand for it, "de" of "de Souza" may not
_BESIDE = re.compile(r"[\s\x1f()\[\]\"']*|[\-_+]+")
_TURNED = re.compile(r"\s?,\s?")
_NO_MIDDLE_NAME = NOT_NAMES | TITLES | GROWN_UPS | LINKS
_BEFORE_A_GROWN_UP = TITLES | GROWN_UPS | LINKS
_SMALL_WORDS = frozenset("anioruxy")  # of one letter: "alfie x", "alfie n harrison"
_ASKS = frozenset(("will", "may"))
_A_QUESTION = re.compile(r"[^.!?\n]{0,200}\?")
_FEW = 4  # words, which may all be names; where more all have capitals, these tell nothing


class FullNames:
    """The last names of a roll, and which of its pupils bear them."""

    def __init__(self, pupils: Iterable[Pupil]) -> None:
        self._families: dict[str, frozenset[int]] = {}
        for number, pupil in enumerate(pupils):
            last = split(pupil.last_name)
            ways = {"".join(last), *(part for part in (*last[:1], *last[-1:]) if len(part) >= _PART_FROM)} - {""}
            for key in ways | set(map(_other_clan, ways)):
                self._families[key] = self._families.get(key, frozenset()) | {number}
        self._longest = max(map(len, self._families), default=0) + 1

    def among(self, hits: Sequence[Hit], words: Words) -> Iterator[Hit]:
        """One hit for each first name that has a last name of its pupil near it."""
        firsts = [hit for hit in hits if hit.name.kind in (Kind.FIRST, Kind.KNOWN_AS, Kind.PART)]
        names = {index for hit in firsts for index in range(hit.first, hit.last + 1)}
        plain = _capitals_tell(words)
        for hit in firsts:
            if not hit.with_s:
                yield from self._behind(hit, words, names, plain)
            if words.before(hit.first) and _TURNED.fullmatch(words.before(hit.first)):
                yield from self._before(hit, words, names)

    def _behind(self, hit: Hit, words: Words, names: set[int], plain: bool) -> Iterator[Hit]:
        first = hit.last + 1
        for at in range(first, min(first + _BETWEEN + 1, len(words.words))):
            if not _stands_beside(at, words):
                return
            if self._asks(hit, words) and at > first:
                return
            for stop, whose in self._starting(at, words):
                if whose & hit.name.called:
                    yield _full(hit, words, hit.first, stop - 1, whose)
            said_again = words.word(at) == words.word(hit.first)
            if said_again or not _may_be_a_middle_name(at, words, at in names, plain and not hit.name.may_be_a_word):
                return

    def _before(self, hit: Hit, words: Words, names: set[int]) -> Iterator[Hit]:
        """ "Harrison, Alfie", unless it is one of a list, or an address: "Mr Harrison, Alfie was great"."""
        after = words.before(hit.last + 1)
        if "," in after or words.word(hit.last + 1) in LINKS or not words.capital(hit.first):
            return
        if hit.name.may_be_a_word and not words.starts_part(hit.last + 1):
            return
        joined = ""
        for at in range(hit.first - 1, max(hit.first - 1 - _WORDS_OF_A_LAST_NAME, -1), -1):
            joined = words.words[at] + joined
            whose = self._families.get(joined, frozenset()) & hit.name.called
            named_before = at in names or words.word(at - 1) in _BEFORE_A_GROWN_UP
            if whose and words.capital(at) and not named_before and "," not in words.before(at):
                yield _full(hit, words, at, hit.last, whose)
            if not _stands_beside(at, words):
                return

    def _starting(self, at: int, words: Words) -> Iterator[tuple[int, frozenset[int]]]:
        """The last names that start at a word: the word behind each, and whose it is."""
        joined = ""
        for index in range(at, min(at + _WORDS_OF_A_LAST_NAME, len(words.words))):
            joined += words.words[index]
            if len(joined) > self._longest or (index > at and not _goes_on(index, words)):
                return
            whose = self._families.get(joined) or self._families.get(joined.removesuffix("s"))
            if whose:
                yield index + 1, whose

    def _asks(self, hit: Hit, words: Words) -> bool:
        """ "Will James Ashby be there?" names no Will."""
        if hit.name.words[0] not in _ASKS or not words.starts_part(hit.first):
            return False
        return _A_QUESTION.match(words.original, hit.span[1]) is not None


def _other_clan(key: str) -> str:
    """ "mcdonald" of "macdonald", and the other way round."""
    return re.sub(r"^ma?c(?=...)", "mac" if key.startswith("mc") else "mc", key)


def _full(hit: Hit, words: Words, first: int, last: int, whose: frozenset[int]) -> Hit:
    name = Name(Kind.FULL, hit.name.words, hit.name.initials, whose & hit.name.called)
    return Hit(name, (words.spans[first][0], words.spans[last][1]), first, last)


def _goes_on(index: int, words: Words) -> bool:
    """Whether the word may belong to the last name before it: "hara" behind "o", and not the "s" of "Brook's"."""
    between = words.before(index)
    return words.word(index) != "s" if between == "'" else _stands_beside(index, words)


def _stands_beside(index: int, words: Words) -> bool:
    """Whether nothing but blanks, brackets or the dot of an initial parts it from the word before."""
    between = words.before(index)
    if between.startswith(".") and len(words.word(index - 1)) == 1:
        between = between[1:]
    return "\n" not in between and between != "'" and _BESIDE.fullmatch(between) is not None


def _may_be_a_middle_name(index: int, words: Words, on_roll: bool, capitals_tell: bool) -> bool:
    word, capital = words.word(index), words.capital(index)
    if len(word) == 1:
        dotted = words.before(index + 1).startswith(".")
        return word.isalpha() and (dotted or (word not in _SMALL_WORDS if not capital else word not in LINKS))
    if word in _NO_MIDDLE_NAME:
        return False
    if on_roll or word in CHILD_NAMES or word in ADULT_NAMES:
        return capital or word not in WORD_NAMES
    return capital and capitals_tell and word.isalpha()


def _capitals_tell(words: Words) -> bool:
    """Whether a capital says of a word that it may be a name; it does not where each word has one."""
    longer = [index for index, word in enumerate(words.words) if len(word) > 1]
    return len(longer) <= _FEW or not all(words.capital(index) for index in longer)
