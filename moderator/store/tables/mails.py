"""Letters that the house writes to people at the school: what waits, what went, what was given up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words, only_where


class MailRow(Row, table=True):
    """One letter to one person. There is never a second one with the same key and recipient."""

    __tablename__ = "mails"
    __table_args__ = (only_where("ix_mails_waiting", "school_id", "not_before", sqlite="state = 'waiting'"),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    key: str = Field(primary_key=True, sa_type=Words)
    recipient: str = Field(primary_key=True, sa_type=Words)  # an e-mail address
    kind: str = Field(sa_type=Words)  # "weekly", "alert" …
    message_id: str = Field(sa_type=Words)
    body: bytes = Field(sa_type=LargeBinary)  # RFC 5322 with CRLF; empty once it was sent
    state: str = Field(sa_type=Words)  # waiting, sent or given_up
    attempts: int
    put_at: datetime = Field(sa_type=AwareUtc)  # when it should go out
    not_before: datetime = Field(sa_type=AwareUtc)  # when it may be tried, again or at first
    give_up_at: datetime = Field(sa_type=AwareUtc)
    tried_at: datetime | None = Field(sa_type=AwareUtc)
    ended_at: datetime | None = Field(sa_type=AwareUtc)  # sent, or given up
    last_error: str = Field(sa_type=Words)  # empty: the last try went well, or there was none
