"""Who may close what: an urgent case is closed by the safeguarding lead, the head or the deputy, and by nobody else.

Pure. Names and roles are those of the page's users or, for the command line, of the configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from moderator.domain import Decision, Person


class Role(StrEnum):
    """What somebody at the school answers for."""

    HEAD = "head"
    DEPUTY = "deputy"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    STAFF = "staff"  # looks and proposes
    IT = "it"  # health and settings, no words of a comment
    OTHER = "other"


CLOSE_URGENT = (Role.SAFEGUARDING_LEAD, Role.HEAD, Role.DEPUTY)


class May(StrEnum):
    """What the page has for its users."""

    READ = "read"  # comments, authors, history
    PROPOSE = "propose"
    DECIDE = "decide"  # comments, bans, tasks
    WATCH = "watch"  # health
    CHANGE = "change"  # settings, users, letters


_ALL = frozenset(May)
MAY: Mapping[Role, frozenset[May]] = {
    Role.HEAD: _ALL,
    Role.DEPUTY: _ALL,
    Role.SAFEGUARDING_LEAD: _ALL,
    Role.STAFF: frozenset({May.READ, May.PROPOSE, May.WATCH}),
    Role.IT: frozenset({May.WATCH, May.CHANGE}),
    Role.OTHER: frozenset(),
}


def may_give(giver: Role, role: Role) -> bool:
    """Whether somebody may let others in with a role: nobody gives what they do not have themselves."""
    return May.CHANGE in MAY[giver] and MAY[role] <= MAY[giver]


@dataclass(frozen=True, slots=True)
class People:
    """The people who decide, by name. Where nobody is named, everybody counts as the head."""

    roles: Mapping[str, Role] = field(default_factory=dict)  # the name as people write it -> what they answer for
    are_users: bool = False  # of the page: then whoever is not named may do nothing

    def role_of(self, who: Person) -> Role:
        if not self.roles:
            return Role.HEAD
        known = {_plain(name): role for name, role in self.roles.items()}
        return known.get(_plain(who.name), Role.OTHER)

    def may(self, who: Person, what: May) -> bool:
        """Whether their role has it. Names in the configuration stand for no role but in what is urgent."""
        return not self.are_users or what in MAY[self.role_of(who)]

    def may_decide(self, who: Person) -> bool:
        return self.may(who, May.DECIDE)

    def who_may(self, what: May) -> list[str]:
        """The names of those whose role has it."""
        return [name for name, role in self.roles.items() if what in MAY[role]]

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
