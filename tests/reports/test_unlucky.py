"""What goes wrong beside letters and pushes: servers that greet nobody, keys of the wrong length, packages missing."""

from __future__ import annotations

import io
import json
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from moderator.errors import ConfigError, Damaged, StoreError, Unavailable
from moderator.logs import open_log
from moderator.reports.apprise_channel import Services
from moderator.reports.channels import ping
from moderator.reports.mail import Mailer
from moderator.reports.push import Payload, Pusher, Went
from moderator.reports.rounds import Rounds
from moderator.store.pushes import Subscription
from tests.conftest import NOON
from tests.reports.alert_fixtures import service
from tests.reports.alert_story import KEY
from tests.reports.made import MAIL
from tests.reports.push_service import PushService
from tests.reports.test_outbox import a_mail

__all__ = ["service"]

NOBODY = "http://127.0.0.1:1/"


@contextmanager
def mail_server(*says: str) -> Iterator[int]:
    """Greets with the first line and answers each command with the next; after the last, silence. Gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, connection.makefile("rwb", buffering=0) as stream:
                for line in says:
                    stream.write(line.encode() + b"\r\n")
                    stream.readline()
                while stream.read(4096):
                    pass

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (["554 nobody is at home"], "does not take us: 554 nobody is at home"),
        (["220 hello", "502 what", "554 no"], "does not take us: 554 no"),
        (["220 hello", "250-here\r\n250 AUTH PLAIN", "535 wrong"], "refused the login of moderation: 535 wrong"),
        ([], "cannot be reached: Connection unexpectedly closed: timed out"),
    ],
    ids=["closed", "no greeting", "wrong password", "silent"],
)
def test_a_server_that_lets_nobody_in_is_tried_again(says: Sequence[str], told: str) -> None:
    with mail_server(*says) as port:
        settings = replace(MAIL, host="127.0.0.1", port=port, timeout_s=0.3, user="moderation", password="canary-7f3a")
        with pytest.raises(Unavailable, match=told) as error:
            Mailer(settings).send(a_mail())
    assert "canary" not in str(error.value)


def test_a_server_that_is_silent_where_it_should_prove_who_it_is_is_tried_again() -> None:
    with mail_server() as port:
        settings = replace(MAIL, host="127.0.0.1", port=port, timeout_s=0.3, security="tls")
        with pytest.raises(Unavailable, match=r"did not answer within 0\.3 s"):
            Mailer(settings).send(a_mail())


def test_a_push_to_keys_of_the_wrong_length_is_refused(service: PushService) -> None:
    pusher = Pusher(KEY, "moderation@valewood.example", ("127.0.0.1",), loopback=True)
    phone = Subscription(f"{service.base}/push/1", "AAAA", "AAAA", "Mrs Ravenscroft", "head")
    answer = pusher.send(phone, Payload(severity="test", urgent=0, waiting=0), "topic", NOON)
    assert (answer.went, answer.detail) == (Went.REFUSED, "its keys are no keys")


def test_a_ping_that_nobody_hears_is_no_trouble() -> None:
    assert ping(NOBODY) is False


def test_without_its_package_other_services_are_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)  # As on a machine where it was not installed.
    with pytest.raises(ConfigError, match=r"requirements/apprise\.txt"):
        Services(["json://127.0.0.1:1/"])


def test_a_round_that_fails_is_told_once_until_it_works_and_damage_ends_the_daemon() -> None:
    told = io.StringIO()
    failures: list[Exception | None] = [
        ValueError("words"),
        ValueError("words"),
        None,
        StoreError("away"),
        Damaged("bent"),
    ]

    def job(_house: Any, _now: Any) -> None:
        if failure := failures.pop(0):
            raise failure

    house: Any = None
    rounds = Rounds("letters", 60, job, house, open_log(told, style="json"), lambda: NOON)
    for _ in range(5):
        rounds.once()
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    assert [(line["error"], line["detail"]) for line in lines] == [
        ("ValueError", ""),
        ("StoreError", "away"),
        ("Damaged", "bent"),
    ]
    assert isinstance(rounds.damaged, Damaged)
    assert not rounds.is_stuck()
