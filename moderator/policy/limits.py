"""The numbers that policy goes by: for each label, from which score a comment is queued and from which it is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from moderator.domain import Label


@dataclass(frozen=True, slots=True)
class Limit:
    """Scores from which a comment is queued and hidden. Above 1.0 means never by the machine."""

    queue: float
    hide: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.queue <= self.hide:
            raise ValueError(f"queue must be from 0 to hide, got queue {self.queue} and hide {self.hide}")


NEVER = 1.1
"""A limit that no score reaches."""


@dataclass(frozen=True)
class Policy:
    """A school's limits. A label without a limit is recorded and never acted on."""

    limits: Mapping[Label, Limit]
    urgent: frozenset[Label]  # somebody is told at once when one of these is over its queue limit
    version: str

    def limit(self, label: Label) -> Limit:
        return self.limits.get(label, Limit(NEVER, NEVER))


DEFAULT = Policy(
    limits=MappingProxyType(
        {
            Label.CHILD_NAMED: Limit(queue=0.5, hide=0.85),
            Label.PERSON_TAGGED: Limit(queue=0.5, hide=NEVER),
            Label.CONTACT: Limit(queue=0.5, hide=0.8),
            Label.INSULT: Limit(queue=0.5, hide=0.8),
            Label.HATE: Limit(queue=0.5, hide=0.8),
            Label.SEXUAL: Limit(queue=0.5, hide=0.75),
            # Mild and friendly swearing ("bloody brilliant") scores far below; no head asked for it to go.
            Label.PROFANITY: Limit(queue=0.5, hide=0.85),
            Label.THREAT: Limit(queue=0.5, hide=0.65),
            # Hidden words of a child at risk help nobody; a person must read them, and soon.
            Label.SAFEGUARDING: Limit(queue=0.6, hide=NEVER),
            Label.UNDERAGE: Limit(queue=0.5, hide=NEVER),
            Label.SPAM: Limit(queue=0.55, hide=0.9),
            Label.IMPERSONATION: Limit(queue=0.5, hide=0.85),
        }
    ),
    urgent=frozenset({Label.THREAT, Label.SAFEGUARDING}),
    version="default-1",
)
