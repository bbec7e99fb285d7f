"""With what users show who they are: the public half of each passkey. The private half never leaves their device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col

from moderator.store import audit
from moderator.store.database import Transaction
from moderator.store.tables import PasskeyRow
from moderator.store.users import NotPossible, User

LONGEST_NAME = 60


class LastPasskey(NotPossible):
    """Without it its user could not sign in any more."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """One device, or one vault of passkeys, of a user."""

    credential_id: str  # base64url
    user_id: str
    public_key: str  # base64url of the COSE key
    sign_count: int  # 0: the device does not count
    transports: tuple[str, ...]
    name: str  # "iPhone, Safari", or what the user calls it
    added_at: datetime
    used_at: datetime | None = None


def add(tx: Transaction, passkey: Passkey, by: str) -> None:
    """Keep a new passkey. Raises NotPossible for one that is known. Audit: "passkey_added"."""
    if find(tx, passkey.credential_id) is not None:
        raise NotPossible("This passkey is known here already. Nothing was changed.")
    row = {name: getattr(passkey, name) for name in Passkey.__slots__} | {"transports": list(passkey.transports)}
    tx.insert(PasskeyRow, [row | {"name": tidy(passkey.name)}])
    audit.write(tx, "passkey_added", passkey.added_at, actor=by, user=passkey.user_id, passkey=short(passkey))


def find(tx: Transaction, credential_id: str) -> Passkey | None:
    row = tx.first(tx.mine(PasskeyRow).where(col(PasskeyRow.credential_id) == credential_id))
    return _passkey_of(row) if row else None


def of_user(tx: Transaction, user: User) -> list[Passkey]:
    """Somebody's passkeys, in the order they were added."""
    asked = tx.mine(PasskeyRow).where(col(PasskeyRow.user_id) == user.id)
    return [_passkey_of(row) for row in tx.all(asked.order_by(col(PasskeyRow.added_at), col(PasskeyRow.credential_id)))]


def used(tx: Transaction, passkey: Passkey, sign_count: int, at: datetime) -> bool:
    """It signed; False where it was used or removed since `passkey` was read, so that its counter cannot be trusted."""
    same = (*_this(tx, passkey.credential_id), col(PasskeyRow.sign_count) == passkey.sign_count)
    return tx.run(update(PasskeyRow).where(*same).values(sign_count=sign_count, used_at=at)) == 1


def rename(tx: Transaction, user: User, credential_id: str, name: str) -> None:
    """Call it otherwise. Raises NotPossible where it is not this user's, or the name is empty."""
    _theirs(tx, user, credential_id)
    if not tidy(name):
        raise NotPossible("Please give it a name, such as “my phone”. Nothing was changed.")
    tx.run(update(PasskeyRow).where(*_this(tx, credential_id)).values(name=tidy(name)))


def remove(tx: Transaction, user: User, credential_id: str, by: str, at: datetime) -> None:
    """It opens nothing any more. Raises LastPasskey, and NotPossible where it is not this user's. Audit: "passkey_removed"."""
    passkey = _theirs(tx, user, credential_id)
    if len(of_user(tx, user)) == 1:
        raise LastPasskey("This is your only passkey: without it you could not sign in. Add another one first.")
    tx.run(delete(PasskeyRow).where(*_this(tx, credential_id)))
    audit.write(tx, "passkey_removed", at, actor=by, user=user.id, passkey=short(passkey))


def remove_all(tx: Transaction, user: User) -> None:
    """Of somebody who is no user any more."""
    mine = (col(PasskeyRow.school_id) == tx.school_id, col(PasskeyRow.user_id) == user.id)
    tx.run(delete(PasskeyRow).where(*mine))


def short(passkey: Passkey) -> str:
    """Enough of the id to tell one from another in the record."""
    return passkey.credential_id[:12]


def tidy(name: str) -> str:
    """One line of printable letters, 60 at most."""
    return "".join(letter for letter in " ".join(name.split()) if letter.isprintable())[:LONGEST_NAME].strip()


def _theirs(tx: Transaction, user: User, credential_id: str) -> Passkey:
    passkey = find(tx, credential_id)
    if passkey is None or passkey.user_id != user.id:
        raise NotPossible("This passkey is not there any more. Nothing was changed.")
    return passkey


def _this(tx: Transaction, credential_id: str) -> tuple[ColumnElement[bool], ...]:
    return col(PasskeyRow.school_id) == tx.school_id, col(PasskeyRow.credential_id) == credential_id


def _passkey_of(row: PasskeyRow) -> Passkey:
    return Passkey(
        *(row.credential_id, row.user_id, row.public_key, row.sign_count, tuple(row.transports)),
        *(row.name, row.added_at, row.used_at),
    )
