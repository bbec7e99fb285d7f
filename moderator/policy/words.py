"""The parts of a policy that are words: what may be said, the message to a family, the school's own sentences.

Values only. A rule quotes the sentence it serves by its first words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from string import Formatter

from moderator.domain import RuleState

PLACEHOLDERS = frozenset({"platform", "post", "when"})
"""What a message to a family may name. There is none for a name: the message never repeats it."""

_QUOTED = 60


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """How much a rule may say, and the sentences of the school's policy that it serves, the nearest first."""

    state: RuleState = RuleState.LIVE
    says: tuple[str, ...] = ()

    @property
    def quote(self) -> str:
        """The first words of the nearest sentence; "" where the rule serves none."""
        if not self.says:
            return ""
        line = self.says[0]
        if len(line) <= _QUOTED:
            return f"“{line}”"
        return f"“{line[:_QUOTED].rsplit(' ', 1)[0].rstrip(',.;')} …”"


@dataclass(frozen=True, slots=True)
class Speech:
    """What may be said on the school's pages."""

    friendly: frozenset[str] = frozenset()  # swear words that offend nobody here, in small letters
    complaint: float = 0.5  # score from which a comment reads as criticism of the school
    strong_insult: float = 0.9  # score from which an insult is one even in a complaint

    def forgives(self, phrase: str) -> bool:
        return phrase.casefold() in self.friendly


@dataclass(frozen=True, slots=True)
class Bans:
    """How long a person's decision to keep an author out lasts, where that person says nothing else."""

    default: timedelta = timedelta(days=30)
    longest: timedelta = timedelta(days=365)

    def __post_init__(self) -> None:
        if not timedelta(0) < self.default <= self.longest:
            raise ValueError("the default length of a ban is more than nothing and not above the longest")


@dataclass(frozen=True, slots=True)
class Family:
    """The word to a family that named a child with love."""

    message: str

    def __post_init__(self) -> None:
        if fault := message_fault(self.message):
            raise ValueError(fault)

    def word(self, *, platform: str, post: str, when: str) -> str:
        """The message, ready to be sent: where it was, under which post, and when."""
        return self.message.format(platform=platform, post=post, when=when)


def message_fault(message: str) -> str:
    """What is wrong with a message to a family; "" where nothing is."""
    try:
        parts = list(Formatter().parse(message))
    except ValueError:
        return "has a { or } too many or too few"
    for _, name, details, conversion in parts:
        if name is None:
            continue
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{known}}}" for known in sorted(PLACEHOLDERS))
            return f"{{{name}}} is no placeholder; there are {known}, and none for a child's name"
        if details or conversion:
            return f"{{{name}}} stands by itself, without : or !"
    return "" if message.strip() else "must be filled in"
