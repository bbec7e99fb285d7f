"""Run by Alembic for each command; the connection comes from `store.schema`, already in a transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from moderator.store.tables import Row

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Row.metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
