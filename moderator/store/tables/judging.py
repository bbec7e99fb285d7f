"""What was seen and decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, false
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words, only_where


class FindingRow(Row, table=True):
    __tablename__ = "findings"
    __table_args__ = (
        Index("ix_findings_comment", "comment_id", "version"),
        only_where("ix_findings_reference", "school_id", "reference", sqlite="reference IS NOT NULL"),
    )

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Words)
    comment_id: str = Field(foreign_key="comments.id", sa_type=Words)
    version: int  # of the comment
    label: str = Field(sa_type=Words)
    score: float
    span_start: int | None
    span_end: int | None
    detector: str = Field(sa_type=Words)
    detector_version: str = Field(sa_type=Words)
    phrase: str = Field(sa_type=Words)
    field: str = Field(sa_type=Words)
    note: str = Field(sa_type=Words)
    reference: str | None = Field(default=None, sa_type=Words)  # of a pupil on the roll


class DecisionRow(Row, table=True):
    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_decided", "school_id", "decided_at"),
        Index("ix_decisions_by", "school_id", "decided_by", "decided_at"),
    )

    comment_id: str = Field(primary_key=True, foreign_key="comments.id", sa_type=Words)
    number: int = Field(primary_key=True)
    school_id: str = Field(sa_type=Words)
    version: int  # of the comment
    ruling: str = Field(sa_type=Words)
    decided_by: str = Field(sa_type=Words)
    decided_at: datetime = Field(sa_type=AwareUtc)
    reasons: list[str] = Field(sa_type=JSON)
    mode: str = Field(sa_type=Words)
    urgent: bool
    labels: list[str] = Field(sa_type=JSON)
    verdicts: list[dict[str, Any]] = Field(sa_type=JSON)
    author_action: str | None = Field(sa_type=Words)
    policy_version: str = Field(default="", sa_type=Words)  # empty: a person decided, or an early release did
    takes_back: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
