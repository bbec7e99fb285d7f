"""The real daemon, five thousand harmless comments to read, and one that cannot wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit

from moderator.sandbox.school import load_day
from tests.journeys.street import Street, log_events, open_street, wait_until
from tests.reports.alert_fixtures import box, service
from tests.reports.alert_story import HEAD, Letterbox
from tests.reports.push_service import Phone, PushService

__all__ = ["box", "service"]

URGENT = "my stepdad hits me and i dont want to go home"
HARMLESS = (
    "What a lovely day",
    "Well done everyone",
    "Thank you, teachers",
    "See you all on Friday",
    "So proud of you",
)
MANY = 5_000


@pytest.fixture
def street(tmp_path: Path, box: Letterbox) -> Iterator[Street]:
    """A street whose school is told what is urgent, at any hour."""
    with open_street(tmp_path) as opened:
        path = opened.config / "moderator.toml"
        settings = tomlkit.parse(path.read_text(encoding="utf-8"))
        sender = "Moderation <moderation@valewood.example>"
        settings["mail"] = {
            "host": "127.0.0.1",
            "port": box.port,
            "security": "none",
            "sender": sender,
            "reply_to": sender,
        }
        settings["alerts"] = {"enabled": True, "head": HEAD, "digest_at": [], "push_to_loopback": True}
        path.write_text(tomlkit.dumps(settings), encoding="utf-8")
        yield opened


@pytest.fixture
def phone(street: Street, service: PushService, tmp_path: Path) -> Phone:
    """The head's phone, not yet known to get pushes, so that letters go beside."""
    opened = service.phone()
    file = tmp_path / "phone.json"
    file.write_text(opened.subscription, encoding="utf-8")
    person = ("--person", "Mrs Ravenscroft", "--role", "head")
    done = street.command("alerts", "subscribe", "--file", str(file), *person)
    assert done.returncode == 0, done.stderr
    return opened


@pytest.mark.timeout(300)
def test_what_is_urgent_reaches_a_phone_and_a_mailbox_while_five_thousand_comments_are_read(
    street: Street, phone: Phone, box: Letterbox, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    for number in range(MANY):
        street.comment("youtube", f"{HARMLESS[number % len(HARMLESS)]} {number}", handle=f"@nan_{number % 50}")
    with street.daemon(log):
        wait_until(lambda: read(log) > 0, 60, "reading began")
        street.comment("instagram", URGENT, handle="@someone_small")
        began = time.monotonic()
        pushed = wait_until(lambda: phone.asked() > 0, 60, "the phone rings")
        written = wait_until(lambda: len(box.letters) > 0, 60 - pushed, "a letter comes") + pushed
        judged = decided(log)
        print(f"push after {pushed:.1f} s, letter after {written:.1f} s, {judged} of {MANY} comments judged by then")
        assert time.monotonic() - began <= 60
        assert judged < MANY, "the crowd was read before: this shows nothing"
        assert phone.read()[0] | {"waiting": 0} == {"severity": "urgent", "urgent": 1, "waiting": 0}
        assert str(box.letters[0]["Subject"]) == "1 urgent comment waits"

        listed = street.command("alerts")
        assert "1 urgent, told 1 times" in listed.stdout
        seen = street.command("alerts", "seen", "1", "--by", "Mrs Ravenscroft")
        assert seen.returncode == 0, seen.stderr
        assert street.command("alerts", "seen", "1", "--by", "Mrs Ravenscroft").returncode == 1
    said = log.read_text(encoding="utf-8") + "".join(letter.as_string() for letter in box.letters)
    for word in ("stepdad", "someone_small", HEAD.partition("@")[0] + "@", phone.endpoint):
        assert word not in said.replace(f"To: {HEAD}", "")


def test_a_childs_disclosure_on_the_same_channel_rings_within_a_minute(
    street: Street, phone: Phone, tmp_path: Path
) -> None:
    pupil = load_day()["pupils"][0]
    with street.daemon(tmp_path / "log"):
        first = street.comment("youtube", f"Well done {pupil['first_name']} {pupil['last_name']}!", handle="@first_nan")
        street.wait_hidden("youtube", first, 30)
        assert phone.asked() == 0  # A child's name is hidden, and rings nobody.
        street.comment("youtube", URGENT, handle="@someone_small")
        wait_until(lambda: phone.asked() > 0, 20, "the phone rings")


def read(log: Path) -> int:
    return sum(each["comments"] for each in log_events(log) if each["event"] == "feed.received")


def decided(log: Path) -> int:
    return sum(1 for each in log_events(log) if each["event"] == "comment.decided")
