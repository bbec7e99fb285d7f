"""What every test may ask for: a given time, and the workshop's shared folder where there is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

LONGEST = (
    "tests/faults/test_soak.py",
    "tests/journeys/test_kill.py",
    "tests/trust/test_simulate.py",
    "tests/weights/test_detoxify_models.py",
    "tests/journeys/test_crash.py",
    "tests/cli/test_bench.py",
    "tests/journeys/test_daemon.py",
    "tests/trust/test_workers.py",
    "tests/cli/test_models.py",
)
"""Begun first: one that is begun last keeps a single core busy while the other has nothing left to do."""

LOUD = "SKIPPED-NEEDED"


def skip_needed(what: str) -> None:
    """Skip a test for want of something that continuous integration must have; it is told again, loudly, at the end."""
    pytest.skip(f"{LOUD}: {what}")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder beside the checkout that holds the vendors' documents and the evaluation set."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        skip_needed("../shared not found")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    first = {module: place for place, module in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.nodeid.partition("::")[0], len(first)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    needed = sorted({reason[reason.index(LOUD) :].rstrip("')") for reason in reasons if LOUD in reason})
    for reason in needed:
        terminalreporter.write_line(reason, red=True, bold=True)
