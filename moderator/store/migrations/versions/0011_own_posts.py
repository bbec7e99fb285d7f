"""The school's own posts: who looked before they went out, and what was seen once they were out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_post_checks",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "digest", name=op.f("pk_own_post_checks")),
    )
    op.create_index("ix_own_post_checks_asked", "own_post_checks", ["school_id", "asked_at"])
    op.create_table(
        "own_post_findings",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "account_id", "native_id", "form", name=op.f("pk_own_post_findings")),
    )
    op.create_index("ix_own_post_findings_looked", "own_post_findings", ["school_id", "looked_at"])


def downgrade() -> None:
    op.drop_index("ix_own_post_findings_looked", table_name="own_post_findings")
    op.drop_table("own_post_findings")
    op.drop_index("ix_own_post_checks_asked", table_name="own_post_checks")
    op.drop_table("own_post_checks")
