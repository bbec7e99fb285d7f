"""Spells words as people do who want to slip past a filter, or who type in a hurry: for training only, seeded by the caller."""

from __future__ import annotations

import random
import re

_WORD = re.compile(r"[A-Za-z]{3,}")
_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "l": "1", "g": "9", "b": "8"}
_SHORT = frozenset(
    "the and for are you was but not with this that they his her him she has had all any our out".split()  # noqa: SIM905
)


def disguise(text: str, rng: random.Random, rude: frozenset[str] = frozenset()) -> str:
    """The text with one to three of its words spelt otherwise, `rude` ones (in small letters) before all others; as it is
    where no word is long enough."""
    words = [found.span() for found in _WORD.finditer(text) if found[0].lower() not in _SHORT]
    first = [span for span in words if text[slice(*span)].lower() in rude]
    words = first or words
    chosen = sorted(rng.sample(words, min(len(words), rng.randint(1, 3))), reverse=True)
    way = rng.choice(_WAYS)
    for start, end in chosen:
        text = text[:start] + way(text[start:end], rng) + text[end:]
    if rng.random() < 0.12:
        text = _without_a_blank(text, rng)
    return text


def _swapped(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _shortened(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def _lengthened(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    return word[:at] + word[at] * rng.randint(2, 4) + word[at + 1 :]


def _leet(word: str, rng: random.Random) -> str:
    return "".join(
        rng.choice(_LEET[letter.lower()]) if letter.lower() in _LEET and rng.random() < 0.7 else letter
        for letter in word
    )


def _masked(word: str, rng: random.Random) -> str:
    sign = rng.choice("***#-_.")
    keep_last = rng.random() < 0.7
    inner = range(1, len(word) - keep_last)
    hidden = set(inner) if rng.random() < 0.3 else set(rng.sample(list(inner), max(1, len(inner) // 2)))
    return "".join(sign if index in hidden else letter for index, letter in enumerate(word))


def _spaced(word: str, rng: random.Random) -> str:
    return rng.choice([" ", " ", ".", "-", "_", "*"]).join(word)


def _split(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + rng.choice([" ", " ", ".", "-"]) + word[at:]


def _sounded(word: str, rng: random.Random) -> str:
    for old, new in rng.sample(
        [("ck", "k"), ("c", "k"), ("s", "z"), ("ou", "u"), ("er", "a"), ("i", "y"), ("ph", "f")], 7
    ):
        if old in word:
            return word.replace(old, new)
    return _lengthened(word, rng)


def _without_a_blank(text: str, rng: random.Random) -> str:
    blanks = [index for index, char in enumerate(text) if char == " "]
    for index in sorted(rng.sample(blanks, min(len(blanks), rng.randint(1, 4))), reverse=True):
        text = text[:index] + text[index + 1 :]
    return text


_WAYS = (_swapped, _shortened, _lengthened, _leet, _leet, _masked, _spaced, _spaced, _split, _sounded)
