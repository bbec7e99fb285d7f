"""The [[accounts]] of moderator.toml, with their credential files."""

from __future__ import annotations

import re

import pytest

from moderator.domain import Account
from tests.settings.conftest import CANARY, INSTAGRAM, X_OAUTH1, YOUTUBE, Folder

CREDENTIALS = {"x": X_OAUTH1, "youtube": YOUTUBE, "instagram": INSTAGRAM}


def test_the_examples_load_too_once_they_are_switched_on(folder: Folder) -> None:
    switched_on = re.sub(r"^#(?=\S)", "", folder.main.read_text(encoding="utf-8"), flags=re.MULTILINE)
    folder.main.write_text(switched_on, encoding="utf-8")
    for name in ("x", "youtube", "instagram"):
        folder.credential(f"{name}.json", CREDENTIALS[name])
    folder.credential("classdojo-mail.password", f"{CANARY}-mail\n")

    settings = folder.read()

    assert [watched.account.platform for watched in settings.accounts] == ["x", "youtube", "instagram", "classdojo"]
    assert settings.school.staff == ("Mrs Example", "Mrs E", "Miss Jo")


def test_an_account_carries_what_its_adapter_asks_for(three: Folder) -> None:
    three.change(
        'handle = "@ValewoodPrimary"\ncredentials', 'handle = "@ValewoodPrimary"\npoll_every_s = 5\ncredentials'
    )
    three.add('api_base = "http://127.0.0.1:8900/"')

    x, youtube, instagram = three.read().accounts

    assert x.account == Account("x", "x", "@ValewoodPrimary", "", "school")
    assert x.options == {"poll_every_s": 5, "monthly_limit_microdollars": 25_000_000, "owns_app": True}
    assert x.credentials["access_token_secret"] == f"{CANARY}-4"
    assert youtube.options == {"poll_every_s": 60, "daily_units": 10_000, "reserve_units": 2_000}
    assert (instagram.api_base, instagram.options) == ("http://127.0.0.1:8900", {"poll_every_s": 60})


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'platform = "youtube"',
            'platform = "tiktok"',
            'accounts[1].platform: must be "x", "youtube", "instagram", "classdojo" or "seesaw", got "tiktok"; '
            'for example platform = "x"',
        ),
        ('handle = "@Valewoodprimarieschool"\n', "", "accounts[1].handle: missing; for example handle ="),
        ('id = "youtube"', 'id = "x"', "accounts[1].id: accounts[0] has this id already; every id is used once"),
        (
            'credentials = "youtube.json"',
            'credentials = "youtube.json"\nowns_app = true',
            "accounts[1].owns_app: only accounts on x have this key; take it out here",
        ),
        (
            'credentials = "youtube.json"',
            'credentials = "youtube.json"\nreserve_units = 10000',
            "accounts[1].reserve_units: must be less than daily_units (10000), got 10000: nothing is left for reading",
        ),
        (
            'credentials = "youtube.json"',
            'credentials = "youtube.json"\napi_base = "http://example.org"',
            "accounts[1].api_base: must begin with https://, since the account's token travels there",
        ),
        (
            'credentials = "youtube.json"',
            'credentials = "youtube.json"\napi_base = "https://example.org:port"',
            "accounts[1].api_base: is no address such as https://",
        ),
        (
            'credentials = "youtube.json"',
            'credentials = "youtube.json"\napi_base = "localhost:8900"',
            "accounts[1].api_base: must be an address such as https://",
        ),
        (
            'credentials = "youtube.json"',
            'credentials = "you-tube.json"',
            "accounts[1].credentials: no file of this name is in",
        ),
    ],
)
def test_a_fault_of_one_account_names_that_account(three: Folder, old: str, new: str, told: str) -> None:
    three.change(old, new)

    faults = three.faults()

    assert any(fault.split(", ", 1)[1].startswith(told) for fault in faults), faults
    assert len(faults) == 1


def test_the_faults_of_a_misspelt_platform_hide_no_others(three: Folder) -> None:
    three.change('platform = "youtube"', 'platform = "youtub"\ndaily_unit = 3\nreserve_units = 1')

    assert [fault.split(", ", 1)[1] for fault in three.faults()] == [
        'accounts[1].platform: must be "x", "youtube", "instagram", "classdojo" or "seesaw", got "youtub"; '
        'did you mean "youtube"?',
        "accounts[1].daily_unit: unknown key; did you mean daily_units?",
    ]


def test_whoever_mentions_a_watched_account_tags_nobody(three: Folder) -> None:
    three.change('id = "instagram"\nplatform = "instagram"', 'id = "x-sports"\nplatform = "x"')
    three.change(
        'handle = "@ValewoodPrimary"\ncredentials = "instagram.json"', 'handle = "@VSport"\ncredentials = "x.json"'
    )

    school = three.read().school

    assert school.official_accounts == {"x": "@ValewoodPrimary", "youtube": "@Valewoodprimarieschool"}
    assert school.allowed_accounts == ("@VSport",)
