"""What nobody may do alone: erase, and keep longer. One person asks, another one agrees or refuses; both names stay."""

from __future__ import annotations

from datetime import datetime

from moderator.domain import Person
from moderator.errors import ModeratorError
from moderator.policy.authority import People
from moderator.policy.keeping import Retention
from moderator.privacy.retention import days_of, terms
from moderator.review import NotAllowed
from moderator.store import approvals, retention_terms
from moderator.store.approvals import Answer, Asked, Kind
from moderator.store.database import Transaction


class NothingToAsk(ModeratorError):
    """What was asked for is so already."""


def ask_to_keep_longer(tx: Transaction, asked: Retention, by: Person, at: datetime, why: str) -> Asked:
    """Ask for the longer times that the policy names. Raises NothingToAsk where none is longer than the one in force."""
    longer = terms(tx, asked).longer
    if not longer:
        now = days_of(terms(tx, asked).in_force)
        raise NothingToAsk(
            f"policy.toml asks for no longer time than the one in force ({now['clean']} and {now['actioned']} days). "
            "Write the longer one into [retention] first. Nothing was changed."
        )
    return approvals.ask(tx, Kind.KEEP_LONGER, longer, by, at, why)


def refuse_unless_second(people: People, asked: Asked, who: Person) -> None:
    """Raises NotAllowed for the person who asked, and for one who is not among [people] where somebody is named there."""
    if _plain(who.name) == _plain(asked.by):
        raise NotAllowed(f"{asked.by} asked for this, so somebody else must agree to it. Nothing was changed.")
    others = [name for name in people.roles if people.may_decide(Person(name)) and _plain(name) != _plain(asked.by)]
    if people.roles and _plain(who.name) not in map(_plain, others):
        names = ", ".join(others) or "nobody yet: name somebody under [people]"
        raise NotAllowed(f"{who.name} cannot agree to this. Those who can: {names}. Nothing was changed.")


def keep_longer(tx: Transaction, asked: Asked, who: Person, at: datetime) -> None:
    """The second person agreed: the longer times are in force from now on."""
    for name, days in asked.subject.items():
        retention_terms.lengthen(tx, name, int(days), who, at)
    approvals.answer(tx, asked, Answer.APPROVED, who, at)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
