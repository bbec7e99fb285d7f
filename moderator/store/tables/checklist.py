"""The termly checklist: when somebody looked at a switch of a platform, and what they saw."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words


class ChecklistProofRow(Row, table=True):
    """One look at one switch. Rows are only ever added."""

    __tablename__ = "checklist_proofs"
    __table_args__ = (Index("ix_checklist_proofs_item", "school_id", "item", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Words)
    item: str = Field(sa_type=Words)  # id of a native setting
    at: datetime = Field(sa_type=AwareUtc)
    by: str = Field(sa_type=Words)
    proof: str = Field(sa_type=Words)  # what they saw, in their words
