"""Strikes, bans, notes, links between accounts, the steps of the ladder, and by which policy was decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("struck_at", "follow_up_at"):
        op.add_column("comments", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("decisions", sa.Column("policy_version", sa.Text(), nullable=False, server_default=""))
    only_where("ix_comments_struck", ["school_id", "struck_at"], "struck_at IS NOT NULL")
    only_where("ix_comments_follow_up", ["school_id", "account_id", "follow_up_at"], "follow_up_at IS NOT NULL")
    op.create_index("ix_tasks_kind", "tasks", ["school_id", "kind", "verified_at"])
    create_bans()
    create_notes_and_links()
    op.create_table(
        "ladder_steps",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("author_native_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("follows", sa.Text(), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_ladder_steps_comment_id")),
        sa.PrimaryKeyConstraint(
            "school_id", "platform", "author_native_id", "step", "comment_id", name=op.f("pk_ladder_steps")
        ),
    )


def downgrade() -> None:
    for table in ("ladder_steps", "author_links", "author_notes", "bans"):
        op.drop_table(table)
    op.drop_index("ix_tasks_kind", "tasks")
    op.drop_column("decisions", "policy_version")
    for index, column in (("ix_comments_follow_up", "follow_up_at"), ("ix_comments_struck", "struck_at")):
        op.drop_index(index, "comments")
        op.drop_column("comments", column)


def create_bans() -> None:
    op.create_table(
        "bans",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("author_native_id", sa.Text(), nullable=False),
        sa.Column("author_handle", sa.Text(), nullable=False),
        sa.Column("author_display_name", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("decision_number", sa.Integer(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("banned_by", sa.Text(), nullable=False),
        sa.Column("banned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id", "decision_number"], ["decisions.comment_id", "decisions.number"], name="fk_bans_decision"
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_bans_comment_id")),
        sa.ForeignKeyConstraint(
            ["school_id", "account_id"],
            ["accounts.school_id", "accounts.id"],
            name=op.f("fk_bans_school_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bans")),
    )
    op.create_index("ix_bans_author", "bans", ["school_id", "platform", "author_native_id"])
    only_where("ix_bans_open", ["school_id", "account_id", "until"], "ended_at IS NULL", "bans")


def create_notes_and_links() -> None:
    op.create_table(
        "author_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("author_native_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author_notes")),
    )
    op.create_index("ix_author_notes_author", "author_notes", ["school_id", "platform", "author_native_id"])
    op.create_table(
        "author_links",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("author_native_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("linked_by", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "platform", "author_native_id", name=op.f("pk_author_links")),
    )
    op.create_index("ix_author_links_person", "author_links", ["school_id", "person"])


def only_where(name: str, columns: list[str], condition: str, table: str = "comments") -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
