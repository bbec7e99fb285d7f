"""What people leave on each other's desks: cases passed on, put off and proposed, letters paused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words


class PassedRow(Row, table=True):
    """A case that somebody gave to another role; the last word counts."""

    __tablename__ = "passed_cases"

    school_id: str = Field(primary_key=True, sa_type=Words)
    comment_id: str = Field(primary_key=True, foreign_key="comments.id", sa_type=Words)
    to_role: str = Field(sa_type=Words)
    passed_by: str = Field(sa_type=Words)
    passed_at: datetime = Field(sa_type=AwareUtc)
    why: str = Field(sa_type=Words)


class PutOffRow(Row, table=True):
    """A case that one user does not want to see for a while."""

    __tablename__ = "put_off_cases"

    school_id: str = Field(primary_key=True, sa_type=Words)
    user_id: str = Field(primary_key=True, sa_type=Words)
    comment_id: str = Field(primary_key=True, foreign_key="comments.id", sa_type=Words)
    until: datetime = Field(sa_type=AwareUtc)


class ProposalRow(Row, table=True):
    """What somebody who may not decide would decide."""

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_comment", "school_id", "comment_id"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Words)
    comment_id: str = Field(foreign_key="comments.id", sa_type=Words)
    version: int
    ruling: str = Field(sa_type=Words)
    why: str = Field(sa_type=Words)
    proposed_by: str = Field(sa_type=Words)
    proposed_at: datetime = Field(sa_type=AwareUtc)


class MailPauseRow(Row, table=True):
    """A recipient who does not want one kind of letter until a day; the second recipient was told."""

    __tablename__ = "mail_pauses"

    school_id: str = Field(primary_key=True, sa_type=Words)
    address: str = Field(primary_key=True, sa_type=Words)
    kind: str = Field(primary_key=True, sa_type=Words)
    paused_at: datetime = Field(sa_type=AwareUtc)
    paused_by: str = Field(sa_type=Words)
    until: datetime = Field(sa_type=AwareUtc)
