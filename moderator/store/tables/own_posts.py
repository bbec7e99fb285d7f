"""The school's own posts, looked at before they go out: who asked, what was advised, and who else looked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words


class OwnPostCheckRow(Row, table=True):
    """One post in one form. No word and no picture of it is here: a digest tells whether it is the same."""

    __tablename__ = "own_post_checks"
    __table_args__ = (Index("ix_own_post_checks_asked", "school_id", "asked_at"),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    digest: str = Field(primary_key=True, sa_type=Words)  # SHA-256 of words and pictures
    asked_at: datetime = Field(sa_type=AwareUtc)
    asked_by: str = Field(sa_type=Words)
    answer: str = Field(sa_type=Words)  # what the program advised
    pictures: int
    signed_at: datetime | None = Field(default=None, sa_type=AwareUtc)
    signed_by: str = Field(default="", sa_type=Words)
    why: str = Field(default="", sa_type=Words)  # of the second person, against the advice


class OwnPostFindingRow(Row, table=True):
    """What stands against one form of a post that is out already; "fine" where nothing does. No word of the post is here."""

    __tablename__ = "own_post_findings"
    __table_args__ = (Index("ix_own_post_findings_looked", "school_id", "looked_at"),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    account_id: str = Field(primary_key=True, sa_type=Words)
    native_id: str = Field(primary_key=True, sa_type=Words)
    form: str = Field(primary_key=True, sa_type=Words)  # digest of its words
    looked_at: datetime = Field(sa_type=AwareUtc)
    answer: str = Field(sa_type=Words)
    remarks: list[list[str]] = Field(sa_type=JSON)  # what, and the line of the policy; never a name
    settled_at: datetime | None = Field(default=None, sa_type=AwareUtc)
    settled_by: str = Field(default="", sa_type=Words)
