"""Alerts on a phone: switched on from the page, tried out through the daemon's own delivery, confirmed by the tap."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from moderator.policy.authority import Role
from moderator.policy.duty import Duty
from moderator.reports.channels import open_channels
from moderator.reports.delivery import Delivered, send_messages
from moderator.reports.push import public_key
from moderator.settings.alerts import OnCall, told_as
from moderator.store import audit, pushes, users
from moderator.store.pushes import Subscription
from moderator.web.push import MOST_PHONES
from tests.reports.push_service import Phone, PushService, push_service
from tests.web import browser
from tests.web.office import NAMES, Desk, Office, open_office

ALERTS = """
[mail]
host = "127.0.0.1"
port = 9
security = "none"
sender = "Moderation <moderation@valewood.example>"
reply_to = "head@valewood.example"
[alerts]
enabled = true
head = "head@valewood.example"
push_to_loopback = true
"""


@dataclass
class Alerting:
    """A school with alerts, its page, and the push service that its phones use."""

    office: Office
    service: PushService

    def on_phone(self, desk: Desk, name: str = "phone") -> Phone:
        """Somebody switches alerts on with a phone in their hand."""
        phone = self.service.phone(name)
        answer = desk.post("/push", subscription=phone.subscription)
        assert (answer.status_code, answer.headers["location"]) == (303, "/push?said=added")
        return phone

    def daemon_looks(self) -> Delivered:
        """What the daemon does every few seconds."""
        return send_messages(self.office.database, open_channels(self.office.settings), Duty(), self.office.now)

    def known(self, *, dropped: bool = False) -> list[Subscription]:
        with self.office.database.reading() as tx:
            return pushes.subscriptions(tx, dropped=dropped)

    def record(self) -> list[tuple[str, str]]:
        with self.office.database.reading() as tx:
            return [(each.event, each.actor) for each in audit.trail(tx, "") if each.event.startswith("push_")]


@pytest.fixture
def alerting(tmp_path: Path) -> Iterator[Alerting]:
    with open_office(tmp_path, ALERTS) as office, push_service() as service:
        yield Alerting(office, service)


def test_a_phone_is_added_tried_and_confirmed_by_the_tap(alerting: Alerting) -> None:
    desk = alerting.office.sign_in()
    page = desk.get("/push").text
    assert f'data-key="{public_key(alerting.office.settings.alerts.vapid_key)}"' in page
    assert alerting.office.settings.alerts.vapid_key not in page

    phone = alerting.on_phone(desk)

    (known,) = alerting.known()
    assert (known.endpoint, known.person, known.role) == (phone.endpoint, NAMES[Role.HEAD], "head")
    assert phone.asked() == 0, "the page itself sends nothing"
    alerting.daemon_looks()
    assert phone.read() == [{"severity": "test", "urgent": 0, "waiting": 0}]
    assert "Not confirmed yet" in desk.get("/push").text
    assert "you get letters as well" in desk.get("/push").text

    assert alerting.known()[0].confirmed_at is None, "looking at the page confirms nothing"
    answer = desk.post("/push/confirm", endpoint=phone.endpoint)

    assert answer.headers["location"] == "/push?said=confirmed"
    assert alerting.known()[0].confirmed_at == alerting.office.now
    shown = desk.get("/push?said=confirmed").text
    assert "They arrive" in shown
    assert "Alerts reach you here." in shown
    head = NAMES[Role.HEAD]
    assert alerting.record() == [("push_subscribed", head), ("push_confirmed", head)]


def test_another_test_goes_out_once_a_minute_at_the_most(alerting: Alerting) -> None:
    desk = alerting.office.sign_in()
    phone = alerting.on_phone(desk)
    (known,) = alerting.known()

    assert desk.post(f"/push/{known.id}/test").headers["location"] == "/push?said=again"
    alerting.office.later(timedelta(minutes=1))
    assert desk.post(f"/push/{known.id}/test").headers["location"] == "/push?said=tried"
    alerting.daemon_looks()

    assert phone.asked() == 2


def test_a_phone_is_its_owners_alone(alerting: Alerting) -> None:
    phone = alerting.on_phone(alerting.office.sign_in())
    (known,) = alerting.known()
    deputy = alerting.office.sign_in(Role.DEPUTY)

    assert known.id not in deputy.get("/push").text
    assert deputy.post(f"/push/{known.id}/remove").status_code == 404
    assert deputy.post(f"/push/{known.id}/test").status_code == 404
    assert deputy.post("/push/confirm", endpoint=phone.endpoint).status_code == 404

    (known,) = alerting.known()
    assert (known.person, known.confirmed_at) == (NAMES[Role.HEAD], None)


def test_a_removed_phone_gets_nothing_more_and_can_come_back(alerting: Alerting) -> None:
    desk = alerting.office.sign_in()
    phone = alerting.on_phone(desk)
    (known,) = alerting.known()

    assert desk.post(f"/push/{known.id}/remove").headers["location"] == "/push?said=removed"
    alerting.daemon_looks()
    assert alerting.known() == []
    assert phone.asked() == 0
    assert alerting.record()[-1] == ("push_dropped", NAMES[Role.HEAD])
    assert "Takes no alerts any more" in desk.get("/push").text

    desk.post("/push", subscription=phone.subscription)
    assert [each.endpoint for each in alerting.known()] == [phone.endpoint]


def test_the_lead_and_the_deputy_are_told_as_what_they_are_and_nobody_else_is(alerting: Alerting) -> None:
    for role in (Role.DEPUTY, Role.SAFEGUARDING_LEAD):
        alerting.on_phone(alerting.office.sign_in(role), role.value)
    assert {each.role for each in alerting.known()} == {"deputy", "safeguarding_lead"}

    staff, it = alerting.office.sign_in(Role.STAFF), alerting.office.sign_in(Role.IT)
    page = staff.get("/push").text
    assert "Alerts go to those who decide" in page
    assert "Switch alerts on" not in page
    # A confirmed phone of somebody who cannot close a case would stand in for the letter to somebody who can.
    assert staff.post("/push", subscription=alerting.service.phone().subscription).status_code == 403
    assert it.get("/push").status_code == 403
    assert '"/push"' not in it.get("/more").text
    assert len(alerting.known()) == 2
    assert {role: told_as(role) for role in Role if told_as(role)} == {
        Role.HEAD: OnCall.HEAD,
        Role.DEPUTY: OnCall.DEPUTY,
        Role.SAFEGUARDING_LEAD: OnCall.SAFEGUARDING_LEAD,
    }


def at(endpoint: str, p256dh: str = "A" * 87) -> str:
    return json.dumps({"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": "A" * 22}})


def test_who_may_not_sign_in_any_more_is_told_no_more(alerting: Alerting) -> None:
    alerting.on_phone(alerting.office.sign_in())
    alerting.on_phone(alerting.office.sign_in(Role.DEPUTY))
    with alerting.office.database.transaction() as tx:
        head = users.find(tx, NAMES[Role.HEAD])
        assert head is not None
        users.end(tx, head, "Mr Kowalczyk", alerting.office.now)

    assert [each.person for each in alerting.known()] == [NAMES[Role.DEPUTY]]
    assert alerting.record()[-1] == ("push_dropped", "Mr Kowalczyk")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "no json",
        at("https://push.evil.example/x"),
        at("http://10.0.0.1/x"),
        at("https://user:pw@fcm.googleapis.com/x"),
        at("https://fcm.googleapis.com/x", p256dh="short"),
    ],
)
def test_what_is_no_subscription_of_a_push_service_is_refused_kindly(alerting: Alerting, given: str) -> None:
    answer = alerting.office.sign_in().post("/push", subscription=given)

    assert answer.status_code in (400, 422)
    assert "try again" in answer.text
    assert "evil" not in answer.text
    assert alerting.known(dropped=True) == []


def test_nobody_fills_the_list_with_phones(alerting: Alerting) -> None:
    desk = alerting.office.sign_in()
    first = alerting.on_phone(desk)
    for number in range(MOST_PHONES - 1):
        alerting.on_phone(desk, f"phone{number}")

    answer = desk.post("/push", subscription=alerting.service.phone().subscription)

    assert (answer.status_code, len(alerting.known())) == (409, MOST_PHONES)
    assert "Please remove one first." in answer.text
    assert desk.post("/push", subscription=first.subscription).status_code == 303, "one that is known may come again"


def test_where_alerts_are_off_the_page_says_whom_to_ask(office: Office) -> None:
    desk = office.sign_in()
    page = desk.get("/push").text
    assert "Alerts are switched off for your school" in page
    assert "data-key" not in page
    assert desk.post("/push", subscription=json.dumps({})).status_code == 404


def test_the_page_on_a_phone_and_what_a_tapped_test_does(alerting: Alerting, chromium: Browser) -> None:
    with browser.window(chromium, alerting.office) as window:
        window.context.grant_permissions(["notifications"], origin=alerting.office.url)
        desk = alerting.office.sign_in()
        page = window.open("/push", as_=desk)
        page.get_by_text("Alerts are off on this phone.").wait_for()
        assert page.get_by_role("button", name="Switch alerts on").is_visible()
        assert (window.axe(), window.is_wider_than_its_window()) == ([], False)

        # Debian's browser reaches no push service here, so the phone is one that the page is told of.
        phone = alerting.on_phone(desk)
        window.page.add_init_script(
            f"""PushManager.prototype.getSubscription =
                () => Promise.resolve({{ endpoint: {json.dumps(phone.endpoint)}, options: {{ applicationServerKey: null }} }})"""
        )
        page.goto(f"{alerting.office.url}/push?tapped=1")

        page.get_by_text("Thank you. Alerts reach you here.").wait_for()
        assert alerting.known()[0].confirmed_at == alerting.office.now
        assert (window.axe(), window.complaints) == ([], [])


def test_the_worker_leads_a_tapped_test_back_to_this_page(office: Office) -> None:
    worker = office.client.get("/sw.js").text
    assert 'urgent: "/alerts", digest: "/triage", test: "/push?tapped=1"' in worker
