"""The termly checklist of the platforms' own settings, with dated proof."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checklist_proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_proofs")),
    )
    op.create_index("ix_checklist_proofs_item", "checklist_proofs", ["school_id", "item", "at"])


def downgrade() -> None:
    op.drop_index("ix_checklist_proofs_item", table_name="checklist_proofs")
    op.drop_table("checklist_proofs")
