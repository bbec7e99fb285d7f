"""Records on their way from one database to another."""

from __future__ import annotations

from alembic import op

from moderator.store.migrations.columns import key, time, words

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "moves",
        *words("school_id", "way", "place", "audit_head", "table_name", "last_key"),
        time("began_at"),
        time("done_at", nullable=True),
        key("moves", "school_id"),
    )


def downgrade() -> None:
    op.drop_table("moves")
