"""Every story of privacy is told twice: once on SQLCipher, once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from moderator.store.database import Database
from tests.databases import make_tables
from tests.privacy.made import School
from tests.store.conftest import database, postgresql, reopen, url

__all__ = ["database", "postgresql", "reopen", "url"]


@pytest.fixture
def school(database: Database) -> School:
    return School(database)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[School]:
    """The encrypted file alone, where it is not about the database."""
    opened = Database.open(f"sqlcipher:///{tmp_path}/own.db", key="5a" * 32)
    make_tables(opened)
    yield School(opened)
    opened.close()
