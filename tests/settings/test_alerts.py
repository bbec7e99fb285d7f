"""[alerts]: off as shipped, and what is missing is told before anybody relies on it."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from moderator.settings.alerts import OnCall
from tests.settings.conftest import CANARY, Folder

MAIL = (('host = ""', 'host = "mail.school.example"'), ('sender = ""', 'sender = "office@school.example"'))
HEAD = 'head = "Mrs Ravenscroft <head@school.example>"'


def with_mail(folder: Folder) -> None:
    for old, new in (*MAIL, ('reply_to = ""', 'reply_to = "office@school.example"')):
        folder.change(old, new)


def switched_on(folder: Folder, *more: str) -> None:
    folder.change("enabled = false", "enabled = true")
    folder.change('head = ""', "\n".join([HEAD, *more]))


def test_as_shipped_alerts_are_off_and_no_key_is_made(folder: Folder) -> None:
    assert not folder.read().alerts.enabled
    assert not (folder.credentials / "vapid.key").exists()


def test_switched_on_they_say_who_is_told_and_when(folder: Folder) -> None:
    with_mail(folder)
    switched_on(folder)
    alerts = folder.read().alerts
    assert [(role, person.name, person.address) for role, person in alerts.contacts.items()] == [
        (OnCall.HEAD, "Mrs Ravenscroft", "head@school.example")
    ]
    assert alerts.digest_at == (time(8), time(15, 30))
    assert alerts.repeat_after == timedelta(minutes=15)
    assert len(alerts.vapid_key) == 64
    assert folder.read().alerts.vapid_key == alerts.vapid_key
    assert alerts.vapid_key not in repr(alerts)


def test_nobody_to_tell_and_no_way_to_write_are_told_together(folder: Folder) -> None:
    folder.change("enabled = false", "enabled = true")
    faults = folder.faults()
    assert len(faults) == 2
    assert "alerts.enabled: pushes can fall silent, so letters must be able to leave" in faults[0]
    assert "alerts.head: nobody is told" in faults[1]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('head = ""', 'head = "the head"', "must be an address such as"),
        ('digest_at = ["08:00", "15:30"]', 'digest_at = ["8 am"]', 'must be a time of day such as "08:00"'),
        ("push_hosts = []", 'push_hosts = ["https://push.example"]', "must be a host name in small letters"),
        ('ping_url = ""', 'ping_url = "ping.example"', 'must be an http address, or ""'),
        ("repeat_after_minutes = 15", "repeat_after_minutes = 0", "must be 1 or more"),
    ],
)
def test_a_fault_says_what_to_write(folder: Folder, old: str, new: str, what: str) -> None:
    folder.change(old, new)
    (fault,) = folder.faults()
    assert what in fault


def test_further_services_come_from_a_private_file_and_are_repeated_nowhere(folder: Folder) -> None:
    with_mail(folder)
    switched_on(folder)
    folder.change('services_file = ""', 'services_file = "services"')
    folder.credential("services", f"# SMS\nntfys://{CANARY}\n\n")
    alerts = folder.read().alerts
    assert alerts.services == (f"ntfys://{CANARY}",)
    assert CANARY not in repr(alerts)
    folder.credential("services", CANARY)
    (fault,) = folder.faults()
    assert "must hold addresses such as ntfys://" in fault
    assert CANARY not in fault
    folder.credential("services", f"ntfys://{CANARY}", mode=0o644)
    (fault,) = folder.faults()
    assert "others on this machine may read it" in fault
