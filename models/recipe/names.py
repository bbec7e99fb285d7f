"""Names to fill the slots of our own text with, and the ways in which people write them.

Given names come from the births of England and Wales by how common they are (../shared/data/uk_baby_names, Open Government
Licence), and from the short lists below for the families that those births leave out.
"""

from __future__ import annotations

import csv
import random
import tomllib
from functools import cache
from pathlib import Path

_SLOTS = tomllib.loads((Path(__file__).parent / "text/slots.toml").read_text("utf-8"))
_ELSEWHERE, _SURNAMES, _ADULTS = (_SLOTS[name].split() for name in ("elsewhere", "surnames", "adults"))
WORDS_TOO: list[str] = _SLOTS["words_too"].split()
FIGURES, CLASSES, PLACES, SCHOOLS, ALLOWED_HANDLES = (
    tuple(_SLOTS[name]) for name in ("figures", "classes", "places", "schools", "allowed_handles")
)
GROUPS: list[tuple[str, str, str]] = _SLOTS["groups"]
_LEET = str.maketrans("aeiost", "4310$7")
_EMOJI = ("🌟", "❤️", "⚽", "🦄", "💙", "🔥", "✨")


@cache
def _births(data: Path) -> tuple[list[str], list[float]]:
    names: list[str] = []
    weights: list[float] = []
    with (data / "uk_baby_names/ew_babynames_totals_derived.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            born = int(row["total_2008_on"] or 0)
            if born > 20:
                names.append(row["name"].title())
                weights.append(born**0.6)  # between how many bear a name and how many names there are
    return names, weights


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
