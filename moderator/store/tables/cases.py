"""What a person said of a kept case beyond the decision itself. All else about it is read from the decisions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words


class CaseRow(Row, table=True):
    """The labels that one form of a comment should have had."""

    __tablename__ = "cases"

    comment_id: str = Field(primary_key=True, foreign_key="comments.id", sa_type=Words)
    version: int = Field(primary_key=True)
    school_id: str = Field(sa_type=Words)
    labels: list[str] = Field(sa_type=JSON)
    labelled_by: str = Field(sa_type=Words)
    labelled_at: datetime = Field(sa_type=AwareUtc)
    why: str = Field(sa_type=Words)
