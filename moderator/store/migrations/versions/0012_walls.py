"""PostgreSQL keeps the schools apart by itself.

Nothing is changed in this step but that it is taken: at the end of every upgrade `store/walls.py` puts each table that holds a
school's rows behind row-level security, the tables of this version and those that are still to come.
"""

from __future__ import annotations

from alembic import op

from moderator.store.walls import take_down

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        take_down(op.get_bind())
