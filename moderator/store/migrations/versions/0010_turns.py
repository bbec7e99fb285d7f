"""Whose turn it is, for workers that share the work of many schools, and what an app shared by several used up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turns",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("every_s", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("woken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "account_id", "work", name=op.f("pk_turns")),
    )
    op.create_index("ix_turns_due", "turns", ["work", "due_at"])
    op.create_index(
        "ix_turns_urgent",
        "turns",
        ["work", "due_at"],
        postgresql_where=sa.text("urgent"),
        sqlite_where=sa.text("urgent = 1"),
    )
    leased = sa.text("lease_until IS NOT NULL")
    op.create_index("ix_turns_leased", "turns", ["work", "school_id"], postgresql_where=leased, sqlite_where=leased)
    op.create_table(
        "app_uses",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("counter", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", "counter", "period", name=op.f("pk_app_uses")),
    )


def downgrade() -> None:
    op.drop_table("app_uses")
    for index in ("ix_turns_leased", "ix_turns_urgent", "ix_turns_due"):
        op.drop_index(index, table_name="turns")
    op.drop_table("turns")
