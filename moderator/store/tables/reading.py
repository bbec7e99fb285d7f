"""What was read: accounts, feeds, posts, authors and comments in each of their forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKeyConstraint, Index
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words, of_account, only_where


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
    image_urls: list[str] = Field(default_factory=list, sa_type=JSON)


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
        only_where(
            "ix_comments_queue", *("school_id", "urgent", "waiting_since", "id"), sqlite="waiting_since IS NOT NULL"
        ),
        only_where("ix_comments_held", "school_id", "act_from", sqlite="act_from IS NOT NULL"),
        only_where("ix_comments_struck", "school_id", "struck_at", sqlite="struck_at IS NOT NULL"),
        only_where(
            "ix_comments_follow_up", *("school_id", "account_id", "follow_up_at"), sqlite="follow_up_at IS NOT NULL"
        ),
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
    act_from: datetime | None = Field(sa_type=AwareUtc)  # until then a person may take the latest decision back unsent
    decision_number: int  # the latest; 0: none yet
    ruling: str = Field(sa_type=Words)  # of the latest decision; empty: none yet
    urgent: bool
    decided_at: datetime | None = Field(sa_type=AwareUtc)
    reviewed: bool  # a person decided on the latest version
    waiting_since: datetime | None = Field(sa_type=AwareUtc)  # since when it waits for a person; None: it does not
    # Since when a live rule calls it an offence; a strike for as long as its latest decision keeps it out of sight.
    struck_at: datetime | None = Field(sa_type=AwareUtc)
    follow_up_at: datetime | None = Field(
        sa_type=AwareUtc
    )  # since when a rule's follow-up is to be put before a person
    words_gone_at: datetime | None = Field(sa_type=AwareUtc)  # its words, and who wrote it, are held no more
    words_gone_why: str | None = Field(sa_type=Words)  # "retention" or "erased"


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
