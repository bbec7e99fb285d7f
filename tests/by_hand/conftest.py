"""Every story of the store is told twice: once on SQLCipher, once on PostgreSQL."""

from tests.store.conftest import database, postgresql, reopen, url

__all__ = ["database", "postgresql", "reopen", "url"]
