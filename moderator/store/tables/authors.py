"""What people keep on those who comment: bans, notes, which accounts are one person's, and which steps were reached."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from moderator.store.tables.columns import AwareUtc, Row, Words, of_account, only_where


class BanRow(Row, table=True):
    """A person's decision that an author stays out for a time."""

    __tablename__ = "bans"
    __table_args__ = (
        of_account(),
        ForeignKeyConstraint(
            ["comment_id", "decision_number"], ["decisions.comment_id", "decisions.number"], name="fk_bans_decision"
        ),
        Index("ix_bans_author", "school_id", "platform", "author_native_id"),
        only_where("ix_bans_open", "school_id", "account_id", "until", sqlite="ended_at IS NULL"),
    )

    id: str = Field(primary_key=True, sa_type=Words)  # of the decision that it was made with
    school_id: str = Field(sa_type=Words)
    account_id: str = Field(sa_type=Words)
    platform: str = Field(sa_type=Words)
    author_native_id: str = Field(sa_type=Words)
    author_handle: str = Field(sa_type=Words)
    author_display_name: str = Field(sa_type=Words)
    comment_id: str = Field(foreign_key="comments.id", sa_type=Words)  # the evidence
    decision_number: int
    means: str = Field(sa_type=Words)  # block or mute
    banned_by: str = Field(sa_type=Words)
    banned_at: datetime = Field(sa_type=AwareUtc)
    until: datetime | None = Field(sa_type=AwareUtc)  # None: until somebody lifts it
    why: str = Field(sa_type=Words)
    ended_at: datetime | None = Field(sa_type=AwareUtc)
    ended_by: str = Field(sa_type=Words)  # a person, or policy where it ran out; empty: in force
    ended_why: str = Field(sa_type=Words)


class AuthorNoteRow(Row, table=True):
    """What a person wrote down about an author, for the others."""

    __tablename__ = "author_notes"
    __table_args__ = (Index("ix_author_notes_author", "school_id", "platform", "author_native_id"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Words)
    platform: str = Field(sa_type=Words)
    author_native_id: str = Field(sa_type=Words)
    text: str = Field(sa_type=Words)
    noted_by: str = Field(sa_type=Words)
    noted_at: datetime = Field(sa_type=AwareUtc)


class AuthorLinkRow(Row, table=True):
    """Accounts with the same `person` are one person's, as somebody at the school said."""

    __tablename__ = "author_links"
    __table_args__ = (Index("ix_author_links_person", "school_id", "person"),)

    school_id: str = Field(primary_key=True, sa_type=Words)
    platform: str = Field(primary_key=True, sa_type=Words)
    author_native_id: str = Field(primary_key=True, sa_type=Words)
    person: str = Field(sa_type=Words)
    linked_by: str = Field(sa_type=Words)
    linked_at: datetime = Field(sa_type=AwareUtc)


class LadderStepRow(Row, table=True):
    """A step of the ladder that an author reached, once for the strike that brought them there."""

    __tablename__ = "ladder_steps"

    school_id: str = Field(primary_key=True, sa_type=Words)
    platform: str = Field(primary_key=True, sa_type=Words)
    author_native_id: str = Field(primary_key=True, sa_type=Words)
    step: int = Field(primary_key=True)  # the strike from which it is reached
    comment_id: str = Field(primary_key=True, foreign_key="comments.id", sa_type=Words)  # the latest strike then
    follows: str = Field(sa_type=Words)  # note, hold or propose_ban
    strikes: int
    reached_at: datetime = Field(sa_type=AwareUtc)
