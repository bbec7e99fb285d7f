"""What each school used of an app that several share, beside what all used together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_anew("app, counter, period, '', amount", sa.Column("school_id", sa.Text(), nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM app_uses WHERE school_id <> ''")
    _make_anew("app, counter, period, amount")


def _make_anew(kept: str, *more: sa.Column[str]) -> None:
    """With other keys, which SQLite cannot give to a table that is there."""
    op.execute("CREATE TABLE app_uses_were AS SELECT * FROM app_uses")
    op.drop_table("app_uses")
    keys = ["app", "counter", "period", *(column.name for column in more)]
    op.create_table(
        "app_uses",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("counter", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        *more,
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_app_uses")),
    )
    op.execute(f"INSERT INTO app_uses SELECT {kept} FROM app_uses_were")  # noqa: S608 - our own words
    op.drop_table("app_uses_were")
