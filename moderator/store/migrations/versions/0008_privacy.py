"""Holds, tombstones of what was erased, a second person's word, how long is kept, complaints; and which words are gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from moderator.store.migrations.columns import key, numbers, time, words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
TABLES = ("data_complaints", "retention_terms", "approvals", "tombstones", "holds")


def only_where(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def upgrade() -> None:
    op.add_column("comments", time("words_gone_at", nullable=True))
    op.add_column("comments", sa.Column("words_gone_why", sa.Text(), nullable=True))
    op.create_table(
        "holds",
        *numbers("id"),
        *words("school_id", "comment_id", "platform", "author_native_id", "held_by", "why"),
        time("held_at"),
        time("released_at", nullable=True),
        *words("released_by", "released_why"),
        key("holds", "id"),
    )
    only_where("ix_holds_open", "holds", ["school_id", "held_at"], "released_at IS NULL")
    op.create_table(
        "tombstones",
        *words("school_id", "subject", "erased_by"),
        time("erased_at"),
        key("tombstones", "school_id", "subject"),
    )
    op.create_table(
        "approvals",
        *words("school_id", "kind", "asked_by", "why", "answer", "answered_by"),
        *numbers("number"),
        sa.Column("subject", sa.JSON(), nullable=False),
        time("asked_at"),
        time("answered_at", nullable=True),
        key("approvals", "school_id", "number"),
    )
    op.create_table(
        "retention_terms",
        *words("school_id", "name"),
        *numbers("days"),
        time("since"),
        key("retention_terms", "school_id", "name"),
    )
    create_complaints()


def create_complaints() -> None:
    op.create_table(
        "data_complaints",
        *words("school_id", "complainant", "about", "logged_by", "acknowledged_by", "answered_by", "answer"),
        *numbers("number"),
        time("received_at"),
        time("acknowledged_at", nullable=True),
        time("answered_at", nullable=True),
        key("data_complaints", "school_id", "number"),
    )
    only_where("ix_data_complaints_open", "data_complaints", ["school_id", "received_at"], "answered_at IS NULL")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for column in ("words_gone_why", "words_gone_at"):
        op.drop_column("comments", column)
