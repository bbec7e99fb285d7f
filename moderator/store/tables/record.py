"""What happened, for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words


class AuditEventRow(Row, table=True):
    """What happened, in the order it was written. Triggers in the database refuse every change and deletion."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_comment", "comment_id"), Index("ix_audit_events_at", "school_id", "at"))

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Words)
    at: datetime = Field(sa_type=AwareUtc)
    event: str = Field(sa_type=Words)
    actor: str = Field(sa_type=Words)
    comment_id: str = Field(sa_type=Words)
    account_id: str = Field(sa_type=Words)
    facts: dict[str, Any] = Field(sa_type=JSON)
