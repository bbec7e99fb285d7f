"""The table [web]: on this machine alone as shipped, and an address that passkeys can be bound to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from moderator.errors import ConfigError
from moderator.settings import read_settings
from moderator.settings.web import origin_of
from tests.settings.conftest import Folder


def test_as_shipped_the_page_is_for_this_machine(folder: Folder) -> None:
    web = folder.read().web

    assert (web.origin, web.host, web.port, web.socket) == ("http://localhost:8080", "127.0.0.1", 8080, None)
    assert web.trusted_proxies == ("127.0.0.1", "::1")


def test_behind_a_proxy_that_has_the_certificate(folder: Folder) -> None:
    folder.set_in("web", origin='"https://Moderation.school.example:443/"', listen='"/run/moderator-web/page.sock"')
    web = folder.read().web

    assert web.origin == "https://moderation.school.example"
    assert (web.socket, web.where) == (Path("/run/moderator-web/page.sock"), "/run/moderator-web/page.sock")


def test_letters_and_browsers_have_one_address(folder: Folder) -> None:
    text = folder.main.read_text(encoding="utf-8")
    folder.main.write_text(re.sub('(?m)^page = ""$', 'page = "https://moderation.school.example/"', text, count=1))

    assert folder.read().web.origin == "https://moderation.school.example"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"origin": '"http://moderation.school.example"'}, "web.origin: must be https://"),
        ({"origin": '"https://192.0.2.7"'}, "web.origin: must be https://"),
        ({"origin": '"http://127.0.0.1:8080"'}, "web.origin: must be https://"),
        ({"origin": '"https://school.example/moderation"'}, "web.origin: must be https://"),
        ({"origin": '"https://head:secret@school.example"'}, "web.origin: must be https://"),
        ({"listen": '"8080"'}, "web.listen: must be an address and a port"),
        ({"listen": '"127.0.0.1:99999"'}, "web.listen: 99999 is no port"),
        ({"trusted_proxies": '["everybody"]'}, "web.trusted_proxies"),
    ],
)
def test_what_would_not_work_is_told(folder: Folder, keys: dict[str, str], told: str) -> None:
    folder.set_in("web", **keys)

    with pytest.raises(ConfigError) as refused:
        folder.read()
    assert told in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://a.example", "https://a.example"),
        ("HTTPS://A.example:8443/x", "https://a.example:8443"),
        ("http://localhost:80", "http://localhost"),
        ("https://a.example:port", ""),
        ("https://[::1]", ""),
        ("ftp://a.example", ""),
        ("", ""),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(written: str, origin: str) -> None:
    assert origin_of(written) == origin


def test_the_page_needs_no_password_of_the_mail_server(folder: Folder) -> None:
    before, table = folder.main.read_text(encoding="utf-8").split("[mail]\n")
    for key, value in {
        "host": "mail.school.example",
        "sender": "moderation@school.example",
        "reply_to": "head@school.example",
        "user": "moderation",
        "password_file": "mail.txt",
    }.items():
        table = table.replace(f"\n{key} = ", f'\n{key} = "{value}"\n#', 1)
    folder.main.write_text(f"{before}[mail]\n{table}", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"mail\.password_file"):
        folder.read()
    assert read_settings(folder.config, credentials_dir=None, logins=False).mail.password == ""
