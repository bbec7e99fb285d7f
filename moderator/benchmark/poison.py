"""Texts written to break a reader: each is long, and dear in a way of its own."""

from __future__ import annotations

import random

LONG = 100_000
"""Characters: four times what any platform lets anybody write."""

_UNITS = {
    "one word repeated": "hello ",
    "groups of digits": "1234 ",
    "telephone numbers": "07700 900123 / ",
    "direction marks": "\u202ea\u202c\u2066b\u2069",
    "direction marks alone": "\u202e\u2066",
    "zalgo": "z" + "\u0335\u0322\u0489\u036f" * 5,
    "links": "https://a.bc/d ",
    "families of emoji": "👨‍👩‍👧‍👦",
    "alternating emoji": "🤭🏴",
    "mojibake": "â€™Ã©Â£",
    "words of mojibake": "â€™Ã© ",
    "no spaces": "thequickbrownfox",
    "all spaces": " ",
    "white space": "\n\t \u2028",
    "open brackets": "(",
    "lone surrogates": "\ud800",
    "null characters": "\x00",
    "null characters between letters": "\x00a",
    "letters spaced out": "a l f i e ",
    "stars": "*",
    "masked words": "s**t ",
    "signs that stand for phrases": "ﷺ",
    "dots in one sign": "…",
    "capitals": "ABCD",
    "quotes": "\"'\\",
}


def filled(unit: str, length: int = LONG) -> str:
    """As much of `unit`, over and over, as makes `length` characters."""
    return (unit * (length // len(unit) + 1))[:length]


def poison() -> dict[str, str]:
    """Kind -> a text of LONG characters, the same each time."""
    dice = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {
        "random letters": "".join(dice.choices(letters, k=LONG)),
        "random words": filled(" ".join("".join(dice.choices(letters, k=dice.randint(1, 10))) for _ in range(20_000))),
        "random characters of all": "".join(map(chr, dice.choices(range(0x110000), k=LONG))),
        "digits": "".join(dice.choices("0123456789", k=LONG)),
        "mentions": " ".join(f"@u{number}" for number in range(20_000))[:LONG],
        "nested brackets": "(" * (LONG // 2) + ")" * (LONG // 2),
        **{kind: filled(unit) for kind, unit in _UNITS.items()},
    }
