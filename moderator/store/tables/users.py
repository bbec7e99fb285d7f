"""Who may use the page: users, their passkeys and sessions, invitations, recovery codes, and how often something was tried."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words


class UserRow(Row, table=True):
    __tablename__ = "users"

    school_id: str = Field(primary_key=True, sa_type=Words)
    id: str = Field(primary_key=True, sa_type=Words)  # 32 random hexadecimal digits, WebAuthn's user handle
    name: str = Field(sa_type=Words)  # as it stands in the record: "Mrs Ravenscroft"
    role: str = Field(sa_type=Words)  # of Role
    added_by: str = Field(sa_type=Words)
    added_at: datetime = Field(sa_type=AwareUtc)
    ended_at: datetime | None = Field(sa_type=AwareUtc)  # no longer a user


class PasskeyRow(Row, table=True):
    __tablename__ = "passkeys"
    __table_args__ = (Index("ix_passkeys_user", "school_id", "user_id"),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    credential_id: str = Field(primary_key=True, sa_type=Words)  # base64url
    user_id: str = Field(sa_type=Words)
    public_key: str = Field(sa_type=Words)  # base64url of the COSE key
    sign_count: int
    transports: list[str] = Field(sa_type=JSON)
    name: str = Field(sa_type=Words)  # of the device, in the user's words
    added_at: datetime = Field(sa_type=AwareUtc)
    used_at: datetime | None = Field(sa_type=AwareUtc)


class InviteRow(Row, table=True):
    """A link that lets its holder make a passkey for one user, once."""

    __tablename__ = "invites"

    school_id: str = Field(primary_key=True, sa_type=Words)
    digest: str = Field(primary_key=True, sa_type=Words)  # of the token, which is not kept
    user_id: str = Field(sa_type=Words)
    made_by: str = Field(sa_type=Words)
    expires_at: datetime = Field(sa_type=AwareUtc)
    used_at: datetime | None = Field(sa_type=AwareUtc)


class RecoveryCodeRow(Row, table=True):
    """The one code on paper of a user."""

    __tablename__ = "recovery_codes"

    school_id: str = Field(primary_key=True, sa_type=Words)
    user_id: str = Field(primary_key=True, sa_type=Words)
    digest: str = Field(sa_type=Words)
    made_at: datetime = Field(sa_type=AwareUtc)
    used_at: datetime | None = Field(sa_type=AwareUtc)


class ChallengeRow(Row, table=True):
    """What a passkey is asked to sign, once."""

    __tablename__ = "challenges"

    school_id: str = Field(primary_key=True, sa_type=Words)
    id: str = Field(primary_key=True, sa_type=Words)
    purpose: str = Field(sa_type=Words)  # register, sign_in or step_up
    user_id: str = Field(sa_type=Words)  # empty: whoever holds a passkey
    challenge: str = Field(sa_type=Words)  # base64url
    expires_at: datetime = Field(sa_type=AwareUtc)
    used_at: datetime | None = Field(sa_type=AwareUtc)


class SessionRow(Row, table=True):
    __tablename__ = "web_sessions"
    __table_args__ = (Index("ix_web_sessions_user", "school_id", "user_id"),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    digest: str = Field(primary_key=True, sa_type=Words)  # of the token, which only the browser has
    user_id: str = Field(sa_type=Words)
    device: str = Field(sa_type=Words)
    opened_at: datetime = Field(sa_type=AwareUtc)
    seen_at: datetime = Field(sa_type=AwareUtc)
    proved_at: datetime = Field(sa_type=AwareUtc)  # when a passkey was last used in it
    ended_at: datetime | None = Field(sa_type=AwareUtc)


class TryRow(Row, table=True):
    """How often something was tried within one window of time."""

    __tablename__ = "tries"

    school_id: str = Field(primary_key=True, sa_type=Words)
    what: str = Field(primary_key=True, sa_type=Words)  # "sign_in 192.0.2.7"
    began_at: datetime = Field(primary_key=True, sa_type=AwareUtc)
    count: int
