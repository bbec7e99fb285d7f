from __future__ import annotations

from dataclasses import replace

import pytest

from moderator.domain import Account
from moderator.errors import StoreError
from moderator.store import accounts, audit
from moderator.store.database import Database, Transaction
from tests.store.made import ACCOUNT, DAY, MINUTE, NOON


def events(tx: Transaction) -> list[str]:
    """Those about no comment, first to last."""
    return [event.event for event in audit.trail(tx, "")]


def test_accounts_are_remembered_with_what_is_new_about_them(database: Database) -> None:
    renamed = replace(ACCOUNT, handle="@millbrook_school", native_id="")
    other = Account("x", "x", "@millbrook")
    with database.transaction() as tx:
        accounts.remember(tx, other)
        accounts.remember(tx, ACCOUNT)
        accounts.remember(tx, renamed)
    with database.reading() as tx:
        assert accounts.all_accounts(tx) == [other, replace(renamed, native_id="UC1")]


@pytest.mark.parametrize(
    ("written", "is_known"),
    [
        (replace(ACCOUNT, native_id=""), "UC1"),
        (replace(ACCOUNT, native_id="UC2"), "UC2"),
        (replace(ACCOUNT, native_id="", handle="@another"), ""),
        (replace(ACCOUNT, native_id="", id="second"), ""),
    ],
    ids=["as before", "with an id of its own", "another handle", "another account"],
)
def test_the_id_that_a_platform_told_before_is_known_again(database: Database, written: Account, is_known: str) -> None:
    with database.transaction() as tx:
        accounts.remember(tx, ACCOUNT)
        assert accounts.as_remembered(tx, written) == replace(written, native_id=is_known)


def test_another_schools_account_is_refused(database: Database) -> None:
    with pytest.raises(StoreError, match="belongs to school other"), database.transaction() as tx:
        accounts.remember(tx, replace(ACCOUNT, school_id="other"))


def test_a_paused_account_rests_until_its_time_or_until_it_is_resumed(database: Database) -> None:
    with database.transaction() as tx:
        accounts.remember(tx, ACCOUNT)
        assert accounts.paused(tx, "youtube", NOON) is None
        accounts.pause(tx, "youtube", "three errors in a row", NOON + MINUTE, NOON)
        assert accounts.paused(tx, "youtube", NOON) == "three errors in a row"
        assert accounts.paused(tx, "youtube", NOON + MINUTE) is None
        accounts.pause(tx, "youtube", "login expired", None, NOON)
        accounts.remember(tx, replace(ACCOUNT, handle="@new"))
        assert accounts.paused(tx, "youtube", NOON + DAY) == "login expired"
        accounts.resume(tx, "youtube", NOON + DAY)
        accounts.resume(tx, "youtube", NOON + DAY)
        assert accounts.paused(tx, "youtube", NOON + DAY) is None
        assert events(tx) == ["account_paused", "account_paused", "account_resumed"]


def test_an_account_nobody_knows_cannot_be_paused(database: Database) -> None:
    with database.transaction() as tx:
        assert accounts.paused(tx, "none", NOON) is None
    with pytest.raises(StoreError, match="There is no account none"), database.transaction() as tx:
        accounts.pause(tx, "none", "why", None, NOON)
