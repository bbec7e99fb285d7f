"""Every table, in one file since they point at each other. One schema on two databases: SQLCipher and PostgreSQL.

A row is a place to keep values and validates nothing; what leaves this room is a frozen value of `domain.py`. Every row
belongs to one school. Times are aware UTC, enums are kept as their words.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Text,
    TypeDecorator,
    text,
)
from sqlmodel import Field, SQLModel

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
FORM_OF_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class AwareUtc(TypeDecorator[datetime]):
    """An aware time, given back in UTC by both databases; SQLite keeps no zone, so it is given UTC. Refuses a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside, letter for letter but for what no database holds.

    JSON can carry half a surrogate pair, which has no UTF-8, and NUL, which PostgreSQL refuses. Each becomes U+FFFD, one
    character for one, so that spans still fit.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


def storable(words: str) -> str:
    """The words with U+FFFD in the place of each character that no database holds."""
    return UNSTORABLE.sub("\ufffd", str(words))


class Row(SQLModel):
    metadata: ClassVar[MetaData] = MetaData(naming_convention=FORM_OF_NAMES)


def of_account() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["school_id", "account_id"], ["accounts.school_id", "accounts.id"])


def only_where(name: str, *columns: str, sqlite: str, postgresql: str | None = None) -> Index:
    """An index over the few rows that wait for something: it stays small however much was read before.

    SQLite has no figures to choose an index by, so it takes the one that most conditions fit: what makes the row wait is
    therefore among the columns too, or is asked for as a range.
    """
    return Index(name, *columns, sqlite_where=text(sqlite), postgresql_where=text(postgresql or sqlite))


class AccountRow(Row, table=True):
    __tablename__ = "accounts"

    school_id: str = Field(primary_key=True, sa_type=Words)
    id: str = Field(primary_key=True, sa_type=Words)
    platform: str = Field(sa_type=Words)
    handle: str = Field(sa_type=Words)
    native_id: str = Field(sa_type=Words)
    paused_why: str = Field(sa_type=Words)  # empty: at work
    paused_at: datetime | None = Field(sa_type=AwareUtc)
    paused_until: datetime | None = Field(sa_type=AwareUtc)  # None while paused: until a person mends it


class FeedRow(Row, table=True):
    """How far one feed of an account was read."""

    __tablename__ = "feeds"

    school_id: str = Field(primary_key=True, sa_type=Words)
    account_id: str = Field(primary_key=True, sa_type=Words)
    name: str = Field(primary_key=True, sa_type=Words)
    cursor: str | None = Field(sa_type=Words)
    last_read_at: datetime | None = Field(sa_type=AwareUtc)  # with or without success
    last_ok_at: datetime | None = Field(sa_type=AwareUtc)
    last_error: str = Field(sa_type=Words)  # empty: the last reading went well
    not_before: datetime | None = Field(sa_type=AwareUtc)


class PostRow(Row, table=True):
    __tablename__ = "posts"
    __table_args__ = (of_account(), Index("ix_posts_recent", "school_id", "account_id", "posted_at"))

    school_id: str = Field(primary_key=True, sa_type=Words)
    account_id: str = Field(primary_key=True, sa_type=Words)
    native_id: str = Field(primary_key=True, sa_type=Words)
    text: str = Field(sa_type=Words)
    posted_at: datetime | None = Field(sa_type=AwareUtc)
    url: str = Field(sa_type=Words)
    comment_count: int | None
    first_seen_at: datetime = Field(sa_type=AwareUtc)


class AuthorRow(Row, table=True):
    """Who comments, as last seen. Those whom the platform does not identify are not among them."""

    __tablename__ = "authors"

    school_id: str = Field(primary_key=True, sa_type=Words)
    platform: str = Field(primary_key=True, sa_type=Words)
    native_id: str = Field(primary_key=True, sa_type=Words)
    handle: str = Field(sa_type=Words)
    display_name: str = Field(sa_type=Words)
    first_seen_at: datetime = Field(sa_type=AwareUtc)


class AuthorNameRow(Row, table=True):
    """Each name an author went by, and since when."""

    __tablename__ = "author_names"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "platform", "author_native_id"],
            ["authors.school_id", "authors.platform", "authors.native_id"],
            name="fk_author_names_author",
        ),
    )

    school_id: str = Field(primary_key=True, sa_type=Words)
    platform: str = Field(primary_key=True, sa_type=Words)
    author_native_id: str = Field(primary_key=True, sa_type=Words)
    # A name can be longer than what PostgreSQL takes into an index, about 2,700 bytes; its digest cannot.
    digest: str = Field(primary_key=True, sa_type=Words)
    handle: str = Field(sa_type=Words)
    display_name: str = Field(sa_type=Words)
    first_seen_at: datetime = Field(sa_type=AwareUtc)


class CommentRow(Row, table=True):
    """A comment as it stands: its latest form, its latest decision, and what it waits for."""

    __tablename__ = "comments"
    __table_args__ = (
        of_account(),
        Index("uq_comments_native", "school_id", "account_id", "native_id", unique=True),
        Index("ix_comments_post", "school_id", "account_id", "post_native_id"),
        Index("ix_comments_recent", "school_id", "account_id", "posted_at"),
        Index("ix_comments_author", "school_id", "platform", "author_native_id"),
        Index("ix_comments_decided", "school_id", "decided_at"),
        only_where(
            "ix_comments_judge_due",
            *("school_id", "judge_due", "account_id", "first_seen_at"),
            sqlite="judge_due = 1",
            postgresql="judge_due",
        ),
        only_where(
            "ix_comments_act_due",
            *("school_id", "act_due", "account_id", "decided_at"),
            sqlite="act_due = 1",
            postgresql="act_due",
        ),
        only_where("ix_comments_waiting", "school_id", "waiting_since", sqlite="waiting_since IS NOT NULL"),
    )

    id: str = Field(primary_key=True, sa_type=Words)
    school_id: str = Field(sa_type=Words)
    account_id: str = Field(sa_type=Words)
    platform: str = Field(sa_type=Words)
    native_id: str = Field(sa_type=Words)
    post_native_id: str = Field(sa_type=Words)
    parent_native_id: str = Field(sa_type=Words)
    author_native_id: str = Field(sa_type=Words)
    posted_at: datetime = Field(sa_type=AwareUtc)
    first_seen_at: datetime = Field(sa_type=AwareUtc)
    url: str = Field(sa_type=Words)
    version: int  # the latest
    visibility: str = Field(sa_type=Words)
    visibility_at: datetime = Field(sa_type=AwareUtc)
    judge_due: bool
    act_due: bool
    decision_number: int  # the latest; 0: none yet
    ruling: str = Field(sa_type=Words)  # of the latest decision; empty: none yet
    urgent: bool
    decided_at: datetime | None = Field(sa_type=AwareUtc)
    reviewed: bool  # a person decided on the latest version
    waiting_since: datetime | None = Field(sa_type=AwareUtc)  # since when it waits for a person; None: it does not


class CommentVersionRow(Row, table=True):
    """One form of a comment, with all that was delivered."""

    __tablename__ = "comment_versions"

    comment_id: str = Field(primary_key=True, foreign_key="comments.id", sa_type=Words)
    version: int = Field(primary_key=True)
    school_id: str = Field(sa_type=Words)
    form: str = Field(sa_type=Words)
    text: str = Field(sa_type=Words)
    edited_at: datetime | None = Field(sa_type=AwareUtc)
    image_urls: list[str] = Field(sa_type=JSON)
    reply_prefix: int
    mentions: list[dict[str, Any]] = Field(sa_type=JSON)
    author_handle: str = Field(sa_type=Words)
    author_display_name: str = Field(sa_type=Words)
    raw: str = Field(sa_type=Words)
    seen_at: datetime = Field(sa_type=AwareUtc)


class BrokenItemRow(Row, table=True):
    """An item that could not be understood, set aside once."""

    __tablename__ = "broken_items"
    __table_args__ = (of_account(),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    account_id: str = Field(primary_key=True, sa_type=Words)
    digest: str = Field(primary_key=True, sa_type=Words)
    feed: str = Field(sa_type=Words)
    native_id: str = Field(sa_type=Words)
    reason: str = Field(sa_type=Words)
    raw: str = Field(sa_type=Words)
    seen_at: datetime = Field(sa_type=AwareUtc)


class FindingRow(Row, table=True):
    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_comment", "comment_id", "version"),)

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


class DecisionRow(Row, table=True):
    __tablename__ = "decisions"

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
    __table_args__ = (only_where("ix_tasks_open", "school_id", "opened_at", sqlite="closed_at IS NULL"),)

    id: str = Field(primary_key=True, foreign_key="actions.id", sa_type=Words)
    school_id: str = Field(sa_type=Words)
    steps: str = Field(sa_type=Words)
    why: str = Field(sa_type=Words)
    url: str = Field(sa_type=Words)
    opened_at: datetime = Field(sa_type=AwareUtc)
    closed_at: datetime | None = Field(sa_type=AwareUtc)
    closed_by: str = Field(sa_type=Words)  # a person's name, a platform that shows it done, or "superseded"
    verified_at: datetime | None = Field(sa_type=AwareUtc)


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


class MeterRow(Row, table=True):
    """What an account used up in one period."""

    __tablename__ = "meters"

    school_id: str = Field(primary_key=True, sa_type=Words)
    account_id: str = Field(primary_key=True, sa_type=Words)
    counter: str = Field(primary_key=True, sa_type=Words)
    period: str = Field(primary_key=True, sa_type=Words)
    amount: int = Field(sa_type=BigInteger)


class RunnerRow(Row, table=True):
    """The daemon that works on a school's data, or the last that did; the advisory lock says which."""

    __tablename__ = "runners"

    school_id: str = Field(primary_key=True, sa_type=Words)
    host: str = Field(sa_type=Words)
    pid: int
    since: datetime = Field(sa_type=AwareUtc)
