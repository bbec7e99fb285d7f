"""What happened, for good, and the evidence kept with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Text
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words


class AuditEventRow(Row, table=True):
    """What happened, in the order it was written: `id` counts from 1 for each school, without a gap.

    Triggers in the database refuse every deletion, and every change but the blanking of facts and salt together.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_comment", "comment_id"),
        Index("ix_audit_events_at", "school_id", "at"),
        Index("ix_audit_events_event", "school_id", "event", "id"),
    )

    school_id: str = Field(primary_key=True, sa_type=Words)
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=AwareUtc)
    event: str = Field(sa_type=Words)
    actor: str = Field(sa_type=Words)
    comment_id: str = Field(sa_type=Words)
    account_id: str = Field(sa_type=Words)
    facts: dict[str, Any] = Field(sa_type=JSON)
    salt: str = Field(sa_type=Text)  # empty: the facts were erased
    commitment: str = Field(sa_type=Text)
    link: str = Field(sa_type=Text)


class AuditHeadRow(Row, table=True):
    """Where a school's chain of events ends. Whoever appends holds this row first, so that there is one chain."""

    __tablename__ = "audit_heads"

    school_id: str = Field(primary_key=True, sa_type=Words)
    events: int = Field(sa_type=BigInteger)
    link: str = Field(sa_type=Text)
    seal: str = Field(sa_type=Text)


class EvidenceRow(Row, table=True):
    """One form of a comment as it stood before anything was done about it. Never pictures, nor their addresses."""

    __tablename__ = "evidence"

    comment_id: str = Field(primary_key=True, foreign_key="comments.id", sa_type=Words)
    version: int = Field(primary_key=True)
    school_id: str = Field(sa_type=Words)
    captured_at: datetime = Field(sa_type=AwareUtc)
    why: str = Field(sa_type=Words)  # the ruling that asked for it, or "asked for"
    text: str = Field(sa_type=Words)
    author_native_id: str = Field(sa_type=Words)
    author_handle: str = Field(sa_type=Words)
    author_display_name: str = Field(sa_type=Words)
    url: str = Field(sa_type=Words)
    posted_at: datetime = Field(sa_type=AwareUtc)
    edited_at: datetime | None = Field(sa_type=AwareUtc)
    seen_at: datetime = Field(sa_type=AwareUtc)  # when this form was first read
    time_zone: str = Field(sa_type=Words)  # the school's: local times are told in it
    post_text: str = Field(sa_type=Words)
    post_url: str = Field(sa_type=Words)
    thread: list[dict[str, Any]] = Field(sa_type=JSON)  # what it answers, oldest first
    raw: str = Field(sa_type=Words)  # the platform's own reply
    digest: str = Field(sa_type=Words)  # SHA-256 of all of this, which the audit event of the decision holds too
