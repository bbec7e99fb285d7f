"""What the school owes the people it keeps data on: holds, erasures, a second person's word, and complaints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words, only_where


class HoldRow(Row, table=True):
    """A person's word that something must not be cleared away, until a person releases it."""

    __tablename__ = "holds"
    __table_args__ = (only_where("ix_holds_open", "school_id", "held_at", sqlite="released_at IS NULL"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Words)
    comment_id: str = Field(sa_type=Words)  # empty: it is about all that an author wrote
    platform: str = Field(sa_type=Words)  # empty: it is about one comment
    author_native_id: str = Field(sa_type=Words)
    held_by: str = Field(sa_type=Words)
    held_at: datetime = Field(sa_type=AwareUtc)
    why: str = Field(sa_type=Words)
    released_at: datetime | None = Field(sa_type=AwareUtc)
    released_by: str = Field(sa_type=Words)
    released_why: str = Field(sa_type=Words)


class TombstoneRow(Row, table=True):
    """What was erased, so that reading the platform again, or an old backup, does not bring the words back."""

    __tablename__ = "tombstones"

    school_id: str = Field(primary_key=True, sa_type=Words)
    subject: str = Field(primary_key=True, sa_type=Words)  # "comment:ID" or "author:PLATFORM:NATIVE_ID"
    erased_at: datetime = Field(sa_type=AwareUtc)
    erased_by: str = Field(sa_type=Words)


class ApprovalRow(Row, table=True):
    """What one person asked for and another must agree to."""

    __tablename__ = "approvals"

    school_id: str = Field(primary_key=True, sa_type=Words)
    number: int = Field(primary_key=True)
    kind: str = Field(sa_type=Words)  # erase or keep_longer
    subject: dict[str, Any] = Field(sa_type=JSON)  # empty once an erasure was answered
    asked_by: str = Field(sa_type=Words)
    asked_at: datetime = Field(sa_type=AwareUtc)
    why: str = Field(sa_type=Words)
    answer: str = Field(sa_type=Words)  # approved or refused; empty: it waits
    answered_by: str = Field(sa_type=Words)
    answered_at: datetime | None = Field(sa_type=AwareUtc)


class RetentionTermRow(Row, table=True):
    """How long one class of comments is kept. It goes down by the file alone, and up by two people's word."""

    __tablename__ = "retention_terms"

    school_id: str = Field(primary_key=True, sa_type=Words)
    name: str = Field(primary_key=True, sa_type=Words)  # clean or actioned
    days: int
    since: datetime = Field(sa_type=AwareUtc)


class DataComplaintRow(Row, table=True):
    """Somebody complains about how their data are used."""

    __tablename__ = "data_complaints"
    __table_args__ = (only_where("ix_data_complaints_open", "school_id", "received_at", sqlite="answered_at IS NULL"),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    number: int = Field(primary_key=True)
    received_at: datetime = Field(sa_type=AwareUtc)
    complainant: str = Field(sa_type=Words)  # a name, and how to reach them; empty once it is old
    about: str = Field(sa_type=Words)
    logged_by: str = Field(sa_type=Words)
    acknowledged_at: datetime | None = Field(sa_type=AwareUtc)
    acknowledged_by: str = Field(sa_type=Words)
    answered_at: datetime | None = Field(sa_type=AwareUtc)
    answered_by: str = Field(sa_type=Words)
    answer: str = Field(sa_type=Words)
