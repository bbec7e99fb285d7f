"""When a push does not arrive, a letter does; what a push says is counts; and no push goes where it should not."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from moderator.errors import ConfigError
from moderator.reports.push import Payload, Pusher, Went, endpoint_fault, public_key, read_subscription
from moderator.settings.alerts import PUSH_HOSTS
from moderator.store import pushes
from moderator.store.pushes import SendState
from tests.conftest import MINUTE, NOON
from tests.reports.alert_fixtures import box, service, story
from tests.reports.alert_story import KEY, Story, alert_settings, open_channels
from tests.reports.push_service import PushService, base64url

__all__ = ["box", "service", "story"]

SECOND = timedelta(seconds=1)
ROUND = 5 * SECOND
ONE = "1 urgent comment waits"
TWO_MINUTES = timedelta(minutes=2)


def states(story: Story) -> list[tuple[str, str]]:
    with story.database.reading() as tx:
        return [(send.state.value, send.detail) for send in pushes.sends(tx)]


def active(story: Story) -> int:
    with story.database.reading() as tx:
        return len(pushes.subscriptions(tx))


TROUBLES = [
    # (answer, headers, requests that reach the service, why)
    (413, {}, 1, "too large: it stays too large"),
    (400, {}, 1, "our own mistake"),
    (403, {}, 1, "our key is not the one it was subscribed with"),
    (429, {}, 5, "asked again every twenty seconds"),
    (429, {"Retry-After": "60"}, 2, "asked again when it says"),
    (429, {"Retry-After": "Mon, 16 Nov 2026 12:00:40 GMT"}, 4, "or by the clock"),
    (429, {"Retry-After": "600"}, 1, "so late that a letter is sooner"),
    (429, {"Retry-After": "soon"}, 5, "a time that is none"),
    (503, {}, 5, "down"),
    (302, {"Location": "http://127.0.0.1:9/elsewhere"}, 1, "no redirect is followed"),
]


@pytest.mark.parametrize(("status", "headers", "requests"), [pytest.param(*row, id=why) for *row, why in TROUBLES])
def test_a_push_that_fails_becomes_a_letter_within_two_minutes(
    story: Story, status: int, headers: dict[str, str], requests: int
) -> None:
    phone = story.subscribed(confirmed=True)
    phone.answers(status, headers)
    story.urgent()
    began = story.now
    story.looks(3 * MINUTE, ROUND)

    [(at, _, subject)] = story.told
    assert subject == ONE
    assert at - began <= TWO_MINUTES
    assert phone.asked() == requests
    assert active(story) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_dead_subscription_is_dropped_and_told_once(story: Story, status: int) -> None:
    phone = story.subscribed(confirmed=True)
    phone.answers(status)
    story.urgent()
    story.looks(20 * MINUTE, MINUTE)

    assert phone.asked() == 1
    assert active(story) == 0
    assert story.letters() == [f"head: {ONE}", "head: Alerts reach your phone no more", f"head: {ONE}"]


def test_at_night_only_the_urgent_letter_comes_and_the_rest_in_the_morning(story: Story) -> None:
    story.now = NOON.replace(hour=2)
    story.subscribed(confirmed=True).answers(410)
    comment = story.urgent()
    story.look()
    story.person_decides(comment)
    assert story.letters() == [f"head: {ONE}"]
    story.looks(timedelta(hours=6), 15 * MINUTE)
    assert [(f"{at:%H:%M}", subject) for at, _, subject in story.told[1:]] == [
        ("07:00", "Alerts reach your phone no more")
    ]


def test_a_phone_that_joins_again_gets_pushes_again(story: Story) -> None:
    phone = story.subscribed(confirmed=True)
    phone.answers(410)
    story.urgent()
    story.look()
    phone.answers(201)
    with story.database.transaction() as tx:
        settings = story.channels.settings
        pushes.subscribe(
            tx, read_subscription(phone.subscription, "Mrs Ravenscroft", "head", settings.push_hosts, True), story.now
        )
    story.look(15 * MINUTE)
    assert phone.asked() == 2
    assert active(story) == 1


def test_a_push_service_that_hangs_costs_its_time_limit_and_becomes_a_letter(story: Story) -> None:
    story.channels = open_channels(story.box, alert_settings(), timeout_s=0.3)
    slow, quick = story.subscribed(confirmed=True), story.subscribed(confirmed=True)
    slow.answers(201, after_s=30.0)
    story.urgent()
    began = time.monotonic()
    story.look()
    assert time.monotonic() - began < 3
    assert quick.read() == [{"severity": "urgent", "urgent": 1, "waiting": 1}]
    story.looks(TWO_MINUTES, ROUND)
    assert story.letters() == [f"head: {ONE}"]


def test_a_push_service_that_cannot_be_reached_becomes_a_letter(story: Story) -> None:
    phone = story.subscribed(confirmed=True)
    gone = json.loads(phone.subscription) | {"endpoint": "http://127.0.0.1:9/push/x"}
    with story.database.transaction() as tx:
        pushes.drop(tx, pushes.subscriptions(tx)[0].id, story.now)
        pushes.subscribe(tx, read_subscription(json.dumps(gone), "Mrs Ravenscroft", "head", (), True), story.now)
        assert pushes.confirm(tx, gone["endpoint"], story.now)
    story.urgent()
    story.looks(TWO_MINUTES, ROUND)
    assert story.letters() == [f"head: {ONE}"]


def test_a_daemon_that_died_while_sending_leaves_a_letter_and_no_second_push(story: Story) -> None:
    phone = story.subscribed(confirmed=True)
    story.urgent()
    story.look()
    with story.database.transaction() as tx:  # As if it had died between taking the message and its answer.
        (send,) = pushes.sends(tx)
        assert send.state is SendState.SENT
        pushes.put(tx, replace(send, key=f"{send.key} again"))
        assert [each.key for each in pushes.take_due(tx, story.now)] == [f"{send.key} again"]
    story.looks(TWO_MINUTES, ROUND)
    assert phone.asked() == 1
    assert story.letters() == [f"head: {ONE}"]
    assert ("failed", "not ended in time") in states(story)


def test_a_mail_server_that_is_down_holds_up_no_push_and_gets_the_letter_later(story: Story) -> None:
    phone = story.subscribed(confirmed=False)
    story.box.refuses = "451 greylisted"
    story.urgent()
    story.looks(4 * MINUTE, ROUND)
    assert phone.asked() == 1
    assert story.letters() == []
    story.box.refuses = ""
    story.looks(4 * MINUTE, ROUND)
    assert story.letters() == [f"head: {ONE}"]


def test_while_nobody_can_be_written_to_letters_do_not_pile_up(story: Story) -> None:
    story.box.refuses = "451 try again later"
    story.urgent()
    story.looks(timedelta(hours=24), 10 * MINUTE)
    story.box.refuses = ""
    story.looks(10 * MINUTE, MINUTE)
    assert 1 <= [to for _, to, _ in story.told].count("head@valewood.example") <= 2


COUNTS = {
    "additionalProperties": False,
    "properties": {
        "severity": {"enum": ["urgent", "digest", "test"], "type": "string"},
        "urgent": {"minimum": 0, "type": "integer"},
        "waiting": {"minimum": 0, "type": "integer"},
    },
    "required": ["severity", "urgent", "waiting"],
    "type": "object",
}


def test_the_payload_has_room_for_counts_and_severity_and_nothing_else() -> None:
    schema = Payload.model_json_schema()
    properties = {name: {k: v for k, v in each.items() if k != "title"} for name, each in schema["properties"].items()}
    assert {key: schema[key] for key in ("additionalProperties", "required", "type")} | {
        "properties": properties
    } == COUNTS
    for more in ({"comment": "x"}, {"severity": "my stepdad"}, {"urgent": "2"}, {"urgent": -1}):
        with pytest.raises(ValidationError):
            Payload.model_validate({"severity": "urgent", "urgent": 1, "waiting": 1} | more)


def test_every_push_that_is_ever_sent_holds_counts_only(story: Story) -> None:
    phone = story.subscribed(confirmed=True)
    for number in range(3):
        story.urgent(f"c{number}")
        story.look(90 * SECOND)
    story.looks(timedelta(hours=2), 10 * MINUTE)
    said = phone.read()
    assert len(said) >= 4
    assert all(set(each) == {"severity", "urgent", "waiting"} for each in said)
    assert {each["urgent"] for each in said} == {1, 2, 3}
    assert all(b"stepdad" not in each.body for each in phone.service.deliveries)


REFUSED = [
    ("http://web.push.apple.com/x", "not encrypted"),
    ("https://web.push.apple.com.evil.example/x", "a known name in front"),
    ("https://evilpush.apple.com.example/x", "a known name inside"),
    ("https://notpush.apple.com/x", "a known name without its dot"),
    ("https://192.168.0.1/x", "an address in the school"),
    ("https://[::1]/x", "this machine"),
    ("https://127.0.0.1/x", "this machine too"),
    ("https://localhost/x", "and by name"),
    ("https://169.254.169.254/latest/meta-data", "a cloud's secrets"),
    ("https://user:pass@fcm.googleapis.com/x", "a password"),
    ("https://fcm.googleapis.com@evil.example/x", "a known name as the user"),
    ("https://fcm.googleapis.com:22/x", "another port"),
    ("https://evil.example\\@fcm.googleapis.com/x", "a backslash"),
    ("file:///etc/passwd", "a file"),
    ("https://[bad/x", "nothing at all"),
    ("", "empty"),
]


@pytest.mark.parametrize("endpoint", [pytest.param(endpoint, id=why) for endpoint, why in REFUSED])
def test_nothing_is_sent_to_an_address_that_is_no_push_services(endpoint: str, story: Story) -> None:
    assert endpoint_fault(endpoint, PUSH_HOSTS, loopback=False)
    given = json.loads(story.service.phone().subscription) | {"endpoint": endpoint}
    with pytest.raises(ConfigError, match="endpoint of this subscription") as told:
        read_subscription(json.dumps(given), "Mrs Ravenscroft", "head", PUSH_HOSTS, loopback=False)
    assert given["keys"]["auth"] not in str(told.value)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://web.push.apple.com/QGuQyavXutnMH",
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
    ],
)
def test_the_push_services_of_the_browsers_are_known(endpoint: str) -> None:
    assert endpoint_fault(endpoint, PUSH_HOSTS, loopback=False) == ""


def test_a_name_that_leads_into_the_private_network_is_refused_when_it_is_sent_to(
    service: PushService,
) -> None:
    inside = json.loads(service.phone().subscription) | {"endpoint": "https://localhost.localdomain/x"}
    to = read_subscription(json.dumps(inside), "Mrs Ravenscroft", "head", ("localhost.localdomain",), loopback=False)
    # Whatever this machine makes of that name, it is nothing on the open internet.
    answer = Pusher(KEY, "a@b.example", ("localhost.localdomain",), timeout_s=1.0).send(
        to, Payload(severity="test", urgent=0, waiting=0), "t", NOON
    )
    assert answer.went in (Went.REFUSED, Went.LATER)
    assert service.deliveries == []


@pytest.mark.parametrize(
    "change",
    [
        {"keys": {}},
        {"keys": {"p256dh": "short", "auth": base64url(bytes(16))}},
        {"keys": {"p256dh": base64url(bytes(65)), "auth": "!" * 22}},
        {"endpoint": 5},
    ],
)
def test_what_is_no_subscription_is_refused_without_repeating_it(service: PushService, change: dict[str, Any]) -> None:
    given = json.loads(service.phone().subscription) | change
    with pytest.raises(ConfigError, match="no push subscription"):
        read_subscription(json.dumps(given), "Mrs Ravenscroft", "head", PUSH_HOSTS, loopback=True)


def test_keys_that_are_no_point_of_the_curve_become_a_letter(story: Story) -> None:
    given = json.loads(story.service.phone().subscription)
    given["keys"]["p256dh"] = base64url(b"\x04" + b"\x01" * 64)
    with story.database.transaction() as tx:
        pushes.subscribe(tx, read_subscription(json.dumps(given), "Mrs Ravenscroft", "head", (), True), story.now)
        pushes.confirm(tx, given["endpoint"], story.now)
    story.urgent()
    story.look()
    assert story.letters() == [f"head: {ONE}"]


def test_the_public_key_is_what_browsers_take() -> None:
    assert len(public_key(KEY)) == 87
    assert public_key(KEY) == public_key(KEY) != public_key("00" * 32)
    assert public_key("ff" * 32)  # More than the order of the curve, and still a key.
