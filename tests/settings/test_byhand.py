"""The [[accounts]] of places without an API."""

from __future__ import annotations

import pytest

from moderator.domain import Account
from tests.settings.conftest import CANARY, Folder

CLASS_DOJO = """
[[accounts]]
id = "dojo"
platform = "classdojo"
handle = "Valewood Primary"
csv_folder = "../drop"
mail_host = "mail.valewood.example"
mail_user = "moderation@valewood.example"
mail_password_file = "dojo.password"
mail_servers = ["mx.valewood.example"]
mail_forwarders = ["Miss.Example@valewood.example"]
"""


@pytest.fixture
def dojo(folder: Folder) -> Folder:
    folder.add(CLASS_DOJO)
    folder.credential("dojo.password", f"{CANARY}-dojo\n")
    return folder


def test_a_place_carries_what_its_adapter_asks_for_and_shows_no_password(dojo: Folder) -> None:
    [account] = dojo.read().accounts

    assert account.account == Account("dojo", "classdojo", "Valewood Primary", "", "school")
    assert account.by_hand
    mailbox, trust = account.options["mailbox"], account.options["trust"]
    assert (mailbox.host, mailbox.port, mailbox.folder) == ("mail.valewood.example", 993, "INBOX")
    assert mailbox.password == f"{CANARY}-dojo"
    assert CANARY not in repr(account) + repr(mailbox)
    assert trust.servers == ("mx.valewood.example",)
    assert trust.forwarders == ("miss.example@valewood.example",)
    assert account.options["folder"] == dojo.config.parent / "etc" / ".." / "drop"


def test_any_other_place_says_that_it_is_one(folder: Folder) -> None:
    folder.add('[[accounts]]\nid = "wa"\nplatform = "whatsapp"\nkind = "byhand"\nhandle = "Valewood Primary"')

    [account] = folder.read().accounts

    assert account.account.platform == "whatsapp"
    assert account.options["mailbox"] is None


def test_a_mailbox_whose_password_the_daemon_alone_holds_is_no_fault_beside_it(dojo: Folder) -> None:
    from moderator.settings import read_settings

    (dojo.credentials / "dojo.password").unlink()

    [account] = read_settings(dojo.config, credentials_dir=None, logins=False).accounts

    assert account.options["mailbox"] is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("mail_servers", "#", "accounts[0].mail_servers: missing while mail_host is given"),
        ("mail_user", "#", "accounts[0].mail_host: is given, so mail_user and mail_password_file must be as well"),
        ('handle = "Valewood Primary"', 'handle = " "', "accounts[0].handle: must be filled in, on one line"),
        (
            'platform = "classdojo"',
            'platform = "parentapp"\nkind = "byhand"',
            "accounts[0].mail_senders: missing while mail_host is given: name the domain",
        ),
        ('platform = "classdojo"', 'platform = "x"\nkind = "byhand"', "accounts[0].kind: x has an API"),
        (
            'csv_folder = "../drop"',
            'mail_security = "none"',
            'accounts[0].mail_security: "none" is for a mail server on this machine only',
        ),
        (
            'mail_password_file = "dojo.password"',
            'mail_password_file = "another"',
            "accounts[0].mail_password_file: no file of this name is in",
        ),
        (
            'csv_folder = "../drop"',
            "daily_units = 3",
            "accounts[0].daily_units: only accounts on youtube have this key",
        ),
        ('csv_folder = "../drop"', 'mail_senders = ["@dojo"]', "accounts[0].mail_senders[0]: must be"),
    ],
)
def test_a_fault_is_told_with_its_remedy(dojo: Folder, old: str, new: str, told: str) -> None:
    dojo.change(old, new)

    faults = [fault.split(", ", 1)[1] for fault in dojo.faults()]

    assert any(fault.startswith(told) for fault in faults), faults
