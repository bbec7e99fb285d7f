"""Fixtures of the stories about alerts; a test file imports those it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from moderator.store.database import Database
from tests.databases import make_tables
from tests.reports.alert_story import Letterbox, Story, alert_settings, letterbox, open_channels
from tests.reports.push_service import PushService, push_service

__all__ = ["box", "service", "story"]


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as opened:
        yield opened


@pytest.fixture
def box() -> Iterator[Letterbox]:
    with letterbox() as opened:
        yield opened


@pytest.fixture
def story(tmp_path: Path, service: PushService, box: Letterbox) -> Iterator[Story]:
    database = Database.open(f"sqlcipher:///{tmp_path}/school.db", key="5a" * 32)
    make_tables(database)
    yield Story(database, open_channels(box, alert_settings()), service, box)
    database.close()
