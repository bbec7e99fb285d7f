"""Which findings are of the same pupil on the roll, by a reference that only the roll's key can lead back to a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("findings", sa.Column("reference", sa.Text(), nullable=True))
    held = sa.text("reference IS NOT NULL")
    columns = ["school_id", "reference"]
    op.create_index("ix_findings_reference", "findings", columns, sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    op.drop_index("ix_findings_reference", "findings")
    op.drop_column("findings", "reference")
