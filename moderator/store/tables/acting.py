"""What was asked of platforms and of people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words, of_account, only_where


class ActionRow(Row, table=True):
    """One wish, and how far it got."""

    __tablename__ = "actions"
    __table_args__ = (
        of_account(),
        ForeignKeyConstraint(
            ["comment_id", "decision_number"], ["decisions.comment_id", "decisions.number"], name="fk_actions_decision"
        ),
        Index("ix_actions_comment", "comment_id", "decision_number"),
        Index("ix_actions_state", "school_id", "state", "account_id", "not_before"),
        only_where("ix_actions_verify", "school_id", "account_id", "verify_at", sqlite="verify_at IS NOT NULL"),
    )

    id: str = Field(primary_key=True, sa_type=Words)  # the once-only key
    school_id: str = Field(sa_type=Words)
    account_id: str = Field(sa_type=Words)
    comment_id: str = Field(foreign_key="comments.id", sa_type=Words)
    decision_number: int
    kind: str = Field(sa_type=Words)
    asked_by: str = Field(sa_type=Words)  # the person who did; empty where policy decided
    urgent: bool
    state: str = Field(sa_type=Words)
    attempts: int
    due_at: datetime = Field(sa_type=AwareUtc)  # when it was planned for
    not_before: datetime = Field(sa_type=AwareUtc)  # when it may be tried, again or at first
    last_error: str = Field(sa_type=Words)
    begun_at: datetime | None = Field(sa_type=AwareUtc)
    done_at: datetime | None = Field(sa_type=AwareUtc)
    verify_at: datetime | None = Field(sa_type=AwareUtc)
    verified_at: datetime | None = Field(sa_type=AwareUtc)
    verified_visibility: str = Field(sa_type=Words)  # empty: not read back yet


class OutcomeRow(Row, table=True):
    __tablename__ = "outcomes"
    __table_args__ = (Index("ix_outcomes_action", "action_id"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Words)
    action_id: str = Field(foreign_key="actions.id", sa_type=Words)
    result: str = Field(sa_type=Words)
    detail: str = Field(sa_type=Words)
    done_at: datetime = Field(sa_type=AwareUtc)


class TaskRow(Row, table=True):
    """Something only a person can do."""

    __tablename__ = "tasks"
    __table_args__ = (
        only_where("ix_tasks_open", "school_id", "opened_at", sqlite="closed_at IS NULL"),
        Index("ix_tasks_kind", "school_id", "kind", "verified_at"),
        Index("ix_tasks_closed", "school_id", "closed_at"),
    )

    id: str = Field(primary_key=True, sa_type=Words)  # of the action it stands for, where it stands for one
    school_id: str = Field(sa_type=Words)
    account_id: str = Field(sa_type=Words)
    comment_id: str = Field(foreign_key="comments.id", sa_type=Words)
    kind: str = Field(sa_type=Words)
    steps: str = Field(sa_type=Words)
    why: str = Field(sa_type=Words)
    url: str = Field(sa_type=Words)
    message: str = Field(sa_type=Words)
    opened_at: datetime = Field(sa_type=AwareUtc)
    closed_at: datetime | None = Field(sa_type=AwareUtc)
    closed_by: str = Field(sa_type=Words)  # a person's name, a platform that shows it done, or "superseded"
    verified_at: datetime | None = Field(sa_type=AwareUtc)
