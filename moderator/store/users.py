"""Who may use the page, by name and role.

How they show who they are is in `passkeys.py`, where they are signed in in `sessions.py`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col

from moderator.domain import POLICY
from moderator.errors import ModeratorError
from moderator.policy.authority import People, Role
from moderator.store import audit, pushes
from moderator.store.database import Transaction
from moderator.store.tables import UserRow

LONGEST_NAME = 80
MACHINES = (POLICY, "moderator")


class NotPossible(ModeratorError):
    """What was asked for about a user or a passkey makes no sense as it stands."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody at the school. `name` stands in the record of what they decide."""

    id: str  # 32 hexadecimal digits, WebAuthn's user handle
    name: str
    role: Role
    added_by: str
    added_at: datetime
    ended_at: datetime | None = None


def add(tx: Transaction, name: str, role: Role, by: str, at: datetime) -> User:
    """A new user. Raises NotPossible for no name, or one that another user or the machine has. Audit: "user_added"."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise NotPossible(f"A user needs a name of 1 to {LONGEST_NAME} letters. Nothing was changed.")
    if plain.casefold() in MACHINES:
        raise NotPossible(f"“{plain}” is how the machine signs what it does itself. Please give a person's name.")
    if any(same_name(each.name, plain) for each in all_users(tx)):
        raise NotPossible(f"There is a user called {plain} already. Nothing was changed.")
    user = User(secrets.token_hex(16), plain, role, by, at)
    row = {"id": user.id, "name": plain, "role": role.value, "added_by": by, "added_at": at, "ended_at": None}
    tx.insert(UserRow, [row])
    audit.write(tx, "user_added", at, actor=by, user=user.id, role=role.value)
    return user


def end(tx: Transaction, user: User, by: str, at: datetime) -> None:
    """The user may not sign in any more, and their phones get no more alerts. Audit: "user_ended", "push_dropped"."""
    tx.change(UserRow, [{"school_id": tx.school_id, "id": user.id, "ended_at": at}])
    audit.write(tx, "user_ended", at, actor=by, user=user.id)
    # A phone that counts as reached would keep the letter from whoever comes after them.
    for phone in pushes.subscriptions(tx):
        if same_name(phone.person, user.name):
            pushes.drop(tx, phone.id, at, by)


def all_users(tx: Transaction) -> list[User]:
    """Those who may sign in, in the order they were added."""
    asked = tx.mine(UserRow).where(col(UserRow.ended_at).is_(None))
    return [_user_of(row) for row in tx.all(asked.order_by(col(UserRow.added_at), col(UserRow.id)))]


def load(tx: Transaction, user_id: str) -> User | None:
    """Whoever has this id, still a user or not."""
    row = tx.first(tx.mine(UserRow).where(col(UserRow.id) == user_id))
    return _user_of(row) if row else None


def find(tx: Transaction, name: str) -> User | None:
    """The user of this name, however it is spaced and capitalised."""
    return next((each for each in all_users(tx) if same_name(each.name, name)), None)


def people(tx: Transaction, otherwise: People) -> People:
    """Who answers for what: the users, or `otherwise` while there is none."""
    found = all_users(tx)
    return People({each.name: each.role for each in found}, are_users=True) if found else otherwise


def same_name(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _user_of(row: UserRow) -> User:
    return User(row.id, row.name, Role(row.role), row.added_by, row.added_at, row.ended_at)
