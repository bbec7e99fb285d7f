"""The tables [mail] and [weekly]: off as shipped, and told all that is missing once somebody switches them on."""

from __future__ import annotations

from datetime import date, time

import pytest

from moderator.policy.duty import Term
from moderator.settings.mail import Person
from tests.settings.conftest import CANARY, Folder

SERVER = {"host": '"mail.school.example"', "sender": '"moderation@school.example"', "reply_to": '"head@school.example"'}


def test_as_shipped_no_letter_is_sent_to_anybody(folder: Folder) -> None:
    settings = folder.read()

    assert not settings.mail.on
    assert (settings.weekly.to, settings.weekly.governors) == ((), ())
    assert (settings.weekly.weekday, settings.weekly.time) == (0, time(7, 30))


def test_a_server_with_a_login_and_people_with_names(folder: Folder) -> None:
    folder.credential("mail.txt", f"{CANARY}-mail\n")
    folder.set_in(
        "mail", **SERVER, user='"moderation"', password_file='"mail.txt"', page='"https://moderation.school.example/"'
    )
    folder.change("to = []", 'to = ["Mrs Example <head@school.example>", "deputy@school.example"]')
    folder.change('day = "mon"', 'day = "fri"')
    folder.change('time = "07:30"', 'time = "15:45"')
    folder.change("half_terms = []", "half_terms = [{ first = 2026-09-02, last = 2026-10-23 }]")

    settings = folder.read()

    assert settings.mail.on
    assert settings.mail.password == f"{CANARY}-mail"
    assert CANARY not in repr(settings)
    assert settings.mail.domain == "school.example"
    assert settings.mail.page == "https://moderation.school.example"
    assert settings.weekly.to == (Person("Mrs Example", "head@school.example"), Person("", "deputy@school.example"))
    assert (settings.weekly.weekday, settings.weekly.time) == (4, time(15, 45))
    assert settings.weekly.half_terms == (Term(date(2026, 9, 2), date(2026, 10, 23)),)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"host": '"mail.school.example"'}, "mail.sender: missing while a host is named"),
        ({"host": '"mail.school.example"'}, "mail.reply_to: missing while a host is named"),
        ({**SERVER, "security": '"none"'}, "mail.security: "),
        ({**SERVER, "reply_to": '"head"'}, "mail.reply_to: "),
        ({**SERVER, "sender": '"A\\r\\nBcc: b@c.example <a@b.example>"'}, "mail.sender: "),
        ({**SERVER, "page": '"http://moderation.school.example"'}, "mail.page: must begin with https://"),
        ({**SERVER, "page": '"https://[moderation"'}, "mail.page: must begin with https://"),
        ({**SERVER, "page": '"javascript:alert(1)"'}, "mail.page: must begin with https://"),
        ({**SERVER, "timeout_s": "61"}, "mail.timeout_s: "),
    ],
)
def test_what_is_wrong_is_told_with_its_key(folder: Folder, keys: dict[str, str], told: str) -> None:
    folder.set_in("mail", **keys)

    assert any(told in fault for fault in folder.faults())


def test_a_password_without_a_user_and_one_that_is_not_there(folder: Folder) -> None:
    folder.set_in("mail", **SERVER, password_file='"gone.txt"')

    faults = "\n".join(folder.faults())
    assert "mail.user: user and password_file belong together" in faults
    assert "mail.password_file: no file of this name" in faults


def test_in_the_open_only_to_this_machine(folder: Folder) -> None:
    folder.set_in("mail", **{**SERVER, "host": '"127.0.0.1"'}, security='"none"')

    assert folder.read().mail.security == "none"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("to = []", 'to = ["head@school.example\\nBcc: a@b.example"]', "weekly.to[0]: "),
        ('time = "07:30"', 'time = "7.30"', "weekly.time: "),
        ('day = "mon"', 'day = "monday"', "weekly.day: "),
        ("half_terms = []", "half_terms = [{ first = 2026-10-23, last = 2026-09-02 }]", "ends before it begins"),
    ],
)
def test_what_is_wrong_with_the_week_is_told(folder: Folder, old: str, new: str, told: str) -> None:
    folder.change(old, new)

    assert any(told in fault for fault in folder.faults())
