"""Who may close what: an urgent case is closed by the safeguarding lead or the head, and by nobody else.

Pure. Names and roles come from the configuration; there are no user accounts behind them yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from moderator.domain import Decision, Person


class Role(StrEnum):
    """What somebody at the school answers for."""

    HEAD = "head"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    OTHER = "other"


CLOSE_URGENT = (Role.SAFEGUARDING_LEAD, Role.HEAD)


@dataclass(frozen=True, slots=True)
class People:
    """The people who decide, by name. Where nobody is named, everybody counts as the head."""

    roles: Mapping[str, Role] = field(default_factory=dict)  # the name as people write it -> what they answer for

    def role_of(self, who: Person) -> Role:
        if not self.roles:
            return Role.HEAD
        known = {_plain(name): role for name, role in self.roles.items()}
        return known.get(_plain(who.name), Role.OTHER)

    def who_close_urgent(self) -> list[str]:
        """The names of those who may close an urgent case."""
        return [name for role in CLOSE_URGENT for name, given in self.roles.items() if given is role]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def is_urgent(history: Iterable[Decision]) -> bool:
    """Whether the comment was ever found urgent: an edit, or a second look, does not make the case less so."""
    return any(decision.urgent for decision in history)


def may_close(history: Iterable[Decision], role: Role) -> bool:
    """Whether somebody with this role may decide on the comment, given every decision on it so far."""
    return role in CLOSE_URGENT or not is_urgent(history)
