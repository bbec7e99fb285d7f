from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web import browser
from tests.web.browser import DESKTOP, Window
from tests.web.office import Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A school's site while it runs; see `tests/web/office.py`."""
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Started once; see `tests/web/browser.py`."""
    with browser.chromium() as started:
        yield started


@pytest.fixture
def phone(chromium: Browser, office: Office) -> Iterator[Window]:
    """A phone's browser upon the office's site."""
    with browser.window(chromium, office) as opened:
        yield opened


@pytest.fixture
def desktop(chromium: Browser, office: Office) -> Iterator[Window]:
    """A desktop's browser upon the office's site."""
    with browser.window(chromium, office, DESKTOP) as opened:
        yield opened
