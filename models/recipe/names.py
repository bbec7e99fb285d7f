"""Names to fill the slots of our own text with, and the ways in which people write them.

Given names come from the births of England and Wales by how common they are (../shared/data/uk_baby_names, Open Government
Licence), from the short lists below for the families that those births leave out, and, where only the name matters and not how
common it is, from everywhere (../shared/data/name_databases, Unlicense).
"""

from __future__ import annotations

import csv
import random
import re
import tomllib
from functools import cache
from pathlib import Path

_SLOTS = tomllib.loads((Path(__file__).parent / "text/slots.toml").read_text("utf-8"))
_ELSEWHERE: list[str] = _SLOTS["elsewhere"].split()
_SURNAMES: list[str] = _SLOTS["surnames"].split()
_ADULTS: list[str] = _SLOTS["adults"].split()
WORDS_TOO: list[str] = _SLOTS["words_too"].split()
FIGURES, CLASSES, PLACES, SCHOOLS, ALLOWED_HANDLES = (
    tuple(_SLOTS[name]) for name in ("figures", "classes", "places", "schools", "allowed_handles")
)
RUDE, _IN_NAMES = (_SLOTS[name].split() for name in ("rude", "in_names"))
GROUPS: list[tuple[str, str, str]] = _SLOTS["groups"]
_NEVER = re.compile(
    r"fuck|cunt|bitch|wank|nigg|fagg|whore|bastar|twat|retar|slut|dickh|arseh|assh|tosser|(.)\1\1|ckk|^shit$"
)
"""What no invented name holds whole; one letter away from it, it may be a name somewhere."""
_ONSETS = "b bh ch d dh f g gh h j k kh l m n ng ny p ph qu r s sh t th tr ts v w x y z zh".split()  # noqa: SIM905
_VOWELS = "a aa ai ao e ei eo i ia ie o oo ou u ua ui uo uy y".split()  # noqa: SIM905
_CODAS = ["", "", *"c ch d h k m n ng nh p r sh t th".split()]  # noqa: SIM905
_NAME = re.compile(r"[^\W\d_][^\W\d_' -]{1,15}")
_LEET = str.maketrans("aeiost", "4310$7")
_EMOJI = ("🌟", "❤️", "⚽", "🦄", "💙", "🔥", "✨")


@cache
def _born(data: Path) -> list[tuple[str, int]]:
    """Every name in the births of England and Wales, with how many bore it from 2008 on."""
    with (data / "uk_baby_names/ew_babynames_totals_derived.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["name"].title(), int(row["total_2008_on"] or 0)) for row in csv.DictReader(lines)]


@cache
def _births(data: Path) -> tuple[list[str], list[float]]:
    """Names that are not rare, with weights between how many bear a name and how many names there are."""
    common = [(name, born) for name, born in _born(data) if born > 20]
    return [name for name, _ in common], [born**0.6 for _, born in common]


@cache
def _everywhere(data: Path) -> tuple[list[str], list[str]]:
    """Given names and family names from all over the world, one as likely as another: ../shared/data/name_databases, and births."""

    def read(name: str) -> list[str]:
        found = (data / f"name_databases/{name}_all.txt").read_text("utf-8-sig").splitlines()
        return sorted({one.strip() for one in found if _NAME.fullmatch(one.strip())})

    return sorted({*read("firstnames"), *(name for name, _ in _born(data))}), read("surnames")


@cache
def _like(data: Path, rude: frozenset[str]) -> list[str]:
    """Given names that hold a rude word, or are one letter away from one: what a reader of disguises gets wrong."""
    from rapidfuzz.distance import Levenshtein

    words = [word for word in rude if len(word) > 3]
    return [
        name
        for name in _everywhere(data)[0]
        if any(word in name.lower() or Levenshtein.distance(word, name.lower(), score_cutoff=1) < 2 for word in words)
    ]


def given(data: Path, rude: frozenset[str], rng: random.Random) -> str:
    """A given name from anywhere, rare ones as likely as common ones, those like a `rude` word likelier; itself none."""
    while True:
        kind = rng.random()
        if kind < 0.1:
            name = rng.choice(_ELSEWHERE)
        elif kind < 0.25:
            name = rng.choice(_like(data, rude))
        else:
            name = rng.choice(_births(data)[0] if kind < 0.45 else _everywhere(data)[0])
        if name.lower() not in rude:
            return name


def invented(data: Path, rude: frozenset[str], never: frozenset[str], rng: random.Random) -> str:
    """A name that nobody need ever have borne: two given names crossed, a few syllables, one with a rude word in it, or nearly a
    `rude` word; itself none, and none of those in small letters that there should `never` be."""
    while True:
        one, other = rng.choice(_everywhere(data)[0]).lower(), rng.choice(_everywhere(data)[0]).lower()
        word = rng.choice(RUDE) if rng.random() < 0.7 else rng.choice(sorted(rude))
        kind = rng.random()
        if kind < 0.2:
            name = one[: rng.randint(2, 4)] + other[-rng.randint(2, 4) :]
        elif kind < 0.35:
            name = "".join(_syllable(rng) for _ in range(rng.choice([1, 1, 2])))
        elif kind < 0.6:
            name = _nearly(word[:5], rng)
        elif kind < 0.7:
            name = word[: rng.randint(2, 4)] + rng.choice(["", other[-rng.randint(1, 4) :]])
        elif kind < 0.8:
            name = one[: rng.randint(1, 3)] + word[-rng.randint(3, 4) :]
        elif kind < 0.88:
            name = one[: rng.randint(1, 4)] + rng.choice(_IN_NAMES)
        else:
            name = rng.choice(_IN_NAMES) + other[-rng.randint(1, 4) :]
        if name.isalpha() and 1 < len(name) < 13 and name not in {*rude, *never, *RUDE} and not _NEVER.search(name):
            return name.title()


def _syllable(rng: random.Random) -> str:
    return rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)


def _nearly(word: str, rng: random.Random) -> str:
    """A short word, or the beginning of a long one, with one letter of it another, left out or put in."""
    at, letter = rng.randrange(len(word)), rng.choice("aaeeiioouuhknrtyszdgmbp")
    return word[:at] + rng.choice([letter, "", word[at] + letter]) + word[at + 1 :]


def family(data: Path, rude: frozenset[str], rng: random.Random) -> str:
    """A family name from anywhere that is no `rude` word."""
    while True:
        name = rng.choice(_SURNAMES if rng.random() < 0.3 else _everywhere(data)[1])
        if name.lower() not in rude:
            return name


def child(data: Path, rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.6:
        names, weights = _births(data)
        return rng.choices(names, weights)[0]
    return rng.choice(_ELSEWHERE if kind < 0.85 else WORDS_TOO)


def surname(rng: random.Random) -> str:
    return rng.choice(_SURNAMES)


def adult(rng: random.Random) -> str:
    return rng.choice(_ADULTS)


def staff(rng: random.Random) -> str:
    title = rng.choice(["Mrs", "Mr", "Miss", "Ms", "Mx", "Dr", "Miss", "Mr"])
    kind = rng.random()
    if kind < 0.7:
        return f"{title} {rng.choice(_SURNAMES)}"
    return (
        f"{title} {rng.choice(_SURNAMES)[0]}"
        if kind < 0.85
        else f"{rng.choice(['Miss', 'Mr', 'Coach'])} {rng.choice(_ADULTS)}"
    )


def nickname(name: str, rng: random.Random) -> str:
    return rng.choice([name[:3] + rng.choice(["y", "ie", "zer", "o", "z"]), name[:4], name[:2] + name[:2].lower()])


def written(name: str, form: str, rng: random.Random) -> str:
    """The name in one of the forms that slots ask for; unknown forms leave it as it is."""
    match form:
        case "lower":
            return name.lower()
        case "upper":
            return name.upper()
        case "spaced":
            return rng.choice([" ", ".", "-", " . ", "_"]).join(name.lower() if rng.random() < 0.6 else name)
        case "leet":
            return name.lower().translate(_LEET)
        case "emoji":
            return rng.choice(_EMOJI).join(name)
        case "typo":
            return _slip(name, rng)
        case "possessive":
            return name + rng.choice(["'s", "s", "’s"])
        case "stretched":
            return name + name[-1] * rng.randint(2, 6)
        case "initial":
            return name[0].upper()
    return name


def _slip(name: str, rng: random.Random) -> str:
    at, kind = rng.randrange(1, max(2, len(name) - 1)), rng.random()
    if kind < 0.4:
        return name[:at] + name[at + 1 :]
    if kind < 0.7:
        return name[:at] + name[at] + name[at:]
    return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
