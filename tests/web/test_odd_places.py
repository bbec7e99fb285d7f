"""Addresses that are none and a file that went away: the page shows what it can, and never fails."""

from __future__ import annotations

from pathlib import Path

from moderator.web.places import Place, place_of
from moderator.web.site import Reread
from tests.settings.conftest import shipped


def test_an_address_that_is_none_is_shown_and_leads_nowhere() -> None:
    for broken in ("https://[broken", "https://youtube.com:port/"):
        assert place_of("youtube", broken) == Place(broken)


def test_while_the_policys_file_is_away_the_policy_from_before_stays_in_force(tmp_path: Path) -> None:
    folder = shipped(tmp_path)
    page = Reread(folder.read())
    before = page.settings().policy
    folder.policy.unlink()
    assert page.settings().policy == before
    assert "the policy from before stays in force" in page.fault
