"""The addresses of the pictures of our own posts, so that they can be looked at once they are out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posts", sa.Column("image_urls", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("posts", "image_urls")
