"""A school's store that lives through weeks, and a mail server that can be told to misbehave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from moderator.reports.mail import Mailer
from moderator.reports.send import Letters
from moderator.store.database import Database
from tests.databases import make_tables
from tests.reports.made import Life, school_letters
from tests.reports.post_office import PostOffice
from tests.store.conftest import database, postgresql, reopen, url

__all__ = ["database", "postgresql", "reopen", "url"]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Database]:
    """The encrypted file alone, where it is not about the database."""
    opened = Database.open(f"sqlcipher:///{tmp_path}/school.db", key="5a" * 32)
    make_tables(opened)
    yield opened
    opened.close()


@pytest.fixture
def life(own: Database) -> Life:
    return Life(own)


@pytest.fixture
def letters(tmp_path: Path) -> Letters:
    return school_letters(tmp_path)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as opened:
        yield opened


@pytest.fixture
def mailer(office: PostOffice) -> Mailer:
    return office.mailer()
