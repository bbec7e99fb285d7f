"""Every story of hindsight is told on SQLCipher and on PostgreSQL, as those of the store are."""

from __future__ import annotations

from tests.store.conftest import database, postgresql, reopen, url

__all__ = ["database", "postgresql", "reopen", "url"]
