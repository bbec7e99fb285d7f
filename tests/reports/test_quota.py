"""How much is used up: told as each platform counts it, by its own calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from moderator.build import adapter_of
from moderator.platforms.base import MICRODOLLARS
from moderator.reports.health import Note, beside_the_roll
from moderator.reports.quota import quota_of
from moderator.settings.forms import ONLINE
from moderator.store.database import Database
from moderator.store.meter import StoreMeter
from tests.settings.conftest import Folder, folder, three

__all__ = ["folder", "three"]

NIGHT = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
"""Half past eleven at night in California, on the 21st."""


@pytest.fixture
def notes(own: Database, three: Folder) -> list[Note]:
    """What the weekly letter says after a month on X and a week on YouTube."""
    StoreMeter(own, "x").add("microdollars", "2026-11", 20 * MICRODOLLARS)
    StoreMeter(own, "x").add("microdollars", "2026-10", 24 * MICRODOLLARS)
    for back, units in enumerate((1_200, 0, 300, 4_100, 0, 0, 50, 9_900)):
        StoreMeter(own, "youtube").add("units", f"2026-11-{21 - back}", units)
    settings = three.read()
    with own.reading() as tx:
        return list(beside_the_roll(tx, settings, NIGHT))


def test_each_platform_tells_what_it_counts_and_instagram_counts_nothing(notes: list[Note]) -> None:
    said = {note.text.split(":")[0]: note for note in notes}
    assert said["X"] == Note("X: $20.00 of this month's $25.00 is spent.", warns=True)
    assert said["YouTube"].text == "YouTube: 4,100 of 10,000 units were used on the busiest of the last seven days."
    assert not said["YouTube"].warns
    assert "Instagram" not in said


def test_a_quota_begins_anew_at_the_platforms_own_midnight(own: Database, three: Folder) -> None:
    settings = three.read()
    youtube = next(each for each in settings.accounts if each.account.id == "youtube")
    StoreMeter(own, "youtube").add("units", "2026-11-21", 700)
    with own.reading() as tx:
        before, after = (quota_of(tx, youtube, now) for now in (NIGHT, NIGHT + timedelta(minutes=30)))
    assert before is not None
    assert after is not None
    assert (before.told, before.left) == ("700 of this day's 10,000", 9_300)
    assert (after.used, after.left) == (0, 10_000)


@pytest.mark.parametrize("platform", ONLINE)
def test_what_a_platform_counts_has_a_limit_among_its_settings(three: Folder, platform: str) -> None:
    adapter = adapter_of(platform)
    assert adapter is not None
    settings = three.read()
    options = next(each.options for each in settings.accounts if each.account.platform == platform)
    if adapter.capabilities.allowance is not None:
        assert options[adapter.capabilities.allowance.option] > 0


def test_a_login_that_is_about_to_end_says_so_without_being_asked_over_the_network() -> None:
    class NoTokens:
        def load(self) -> dict[str, str]:
            return {}

        def save(self, tokens: dict[str, str]) -> None:
            raise AssertionError(tokens)

    born = (NIGHT - timedelta(days=50)).isoformat()
    credentials = {"access_token": "t", "obtained_at": born, "consent_screen": "testing"}
    told = {}
    for platform in ONLINE:
        adapter = adapter_of(platform)
        assert adapter is not None
        told[platform] = adapter.login_warnings(credentials, NoTokens(), NIGHT)
    assert told["x"] == []
    assert "seven days after" in told["youtube"][0]
    assert "dies in 10 days" in told["instagram"][0]
