"""A school whose alerts go to a push service and a mail server on this machine, with a clock to turn."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from moderator.domain import Account, Comment, Ruling, comment_id
from moderator.policy.duty import Duty
from moderator.reports.alerts import Looked, look
from moderator.reports.apprise_channel import Services
from moderator.reports.channels import KIND, Channels, ping
from moderator.reports.mail import Mailer, send_due
from moderator.reports.push import Pusher, read_subscription
from moderator.settings.alerts import PUSH_HOSTS, AlertSettings, OnCall
from moderator.settings.mail import MailSettings, Person
from moderator.store import accounts, alerts, comments, decisions, pushes
from moderator.store.database import Database
from tests.conftest import NOON
from tests.reports.push_service import Phone, PushService
from tests.store.made import ACCOUNT, a_comment, a_decision, receive

KEY = "7c" * 32
HEAD, DEPUTY, LEAD = "head@valewood.example", "deputy@valewood.example", "lead@valewood.example"
WORDS = "my stepdad hits me @pat_larkin"
"""What no alert may hold."""


class Letterbox:
    """A mail server that keeps what it is given; `refuses` is what it says instead, such as "451 later"."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.letters: list[EmailMessage] = []
        self.refuses = ""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return self.refuses
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


@contextmanager
def letterbox() -> Iterator[Letterbox]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Letterbox(port)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def alert_settings(**changes: Any) -> AlertSettings:
    settings = AlertSettings(
        enabled=True,
        contacts={
            OnCall.HEAD: Person("Mrs Ravenscroft", HEAD),
            OnCall.DEPUTY: Person("", DEPUTY),
            OnCall.SAFEGUARDING_LEAD: Person("", LEAD),
        },
        repeat_after=timedelta(minutes=15),
        then_every=timedelta(minutes=60),
        digest_at=(),
        outage_after=timedelta(minutes=15),
        services=(),
        push_hosts=PUSH_HOSTS,
        push_to_loopback=True,
        ping_url="",
        ping_every=timedelta(minutes=5),
        vapid_key=KEY,
    )
    return replace(settings, **changes)


def open_channels(
    box: Letterbox, settings: AlertSettings, timeout_s: float = 5.0, school: str = "school Valewood Primary"
) -> Channels:
    sender = Person("Moderation", "moderation@valewood.example")
    mail = MailSettings("127.0.0.1", box.port, "none", "", "", sender, sender, timeout_s=10.0)
    return Channels(
        settings=settings,
        mail=mail,
        school=school,
        accounts=(ACCOUNT.id,),
        pusher=Pusher(
            KEY, sender.address, settings.push_hosts, loopback=settings.push_to_loopback, timeout_s=timeout_s
        ),
        services=Services(settings.services),
        mailer=Mailer(mail),
        ping=ping,
    )


@dataclass
class Story:
    """What a test says and asks. `told` are the letters with the time at which they came."""

    database: Database
    channels: Channels
    service: PushService
    box: Letterbox
    duty: Duty = field(default_factory=Duty)
    now: datetime = NOON
    told: list[tuple[datetime, str, str]] = field(default_factory=list)  # when, to whom, subject

    def with_settings(self, **changes: Any) -> Story:
        self.channels = open_channels(self.box, replace(self.channels.settings, **changes))
        return self

    def urgent(self, native_id: str = "c1", **changes: Any) -> Comment:
        """A comment is read and policy finds it urgent."""
        return self.decided(native_id, Ruling.QUEUE, urgent=True, **changes)

    def decided(self, native_id: str, ruling: Ruling, text: str = WORDS, **changes: Any) -> Comment:
        account: Account = ACCOUNT
        with self.database.transaction() as tx:
            accounts.remember(tx, account)
            known = comments.load(tx, comment_id(account, native_id))
            comment = known or receive(tx, a_comment(native_id, text), at=self.now)[0]
            decisions.record(tx, a_decision(comment, ruling, at=self.now, **changes))
        return comment

    def edited(self, native_id: str, text: str) -> None:
        """Its author writes it anew, and policy finds the new form urgent too."""
        with self.database.transaction() as tx:
            (comment,) = receive(tx, a_comment(native_id, text, edited_at=self.now), at=self.now)
            decisions.record(tx, a_decision(comment, Ruling.QUEUE, at=self.now, urgent=True))

    def person_decides(self, comment: Comment, by: str = "Mrs Ravenscroft") -> None:
        with self.database.transaction() as tx:
            decisions.record(tx, a_decision(comment, Ruling.HIDE, by, at=self.now, urgent=True))

    def subscribed(self, role: str = "head", *, confirmed: bool = True) -> Phone:
        phone = self.service.phone(role)
        settings = self.channels.settings
        given = read_subscription(
            phone.subscription, "Mrs Ravenscroft", role, settings.push_hosts, settings.push_to_loopback
        )
        with self.database.transaction() as tx:
            pushes.subscribe(tx, given, self.now)
            if confirmed:
                assert pushes.confirm(tx, phone.endpoint, self.now)
        return phone

    def look(self, after: timedelta = timedelta()) -> Looked:
        """One round of the daemon: look, then send the letters that are due."""
        self.now += after
        looked = look(self.database, self.channels, self.duty, self.now)
        before = len(self.box.letters)
        send_due(self.database, self.channels.mailer, self.now, KIND)
        self.told += [
            (self.now, str(each["To"].addresses[0].addr_spec), str(each["Subject"]))
            for each in self.box.letters[before:]
        ]
        return looked

    def looks(self, until: timedelta, every: timedelta) -> None:
        """Rounds from now on, as the daemon makes them."""
        end = self.now + until
        while self.now < end:
            self.look(every)

    def letters(self) -> list[str]:
        """To whom and about what, in the order in which they came."""
        return [f"{to.partition('@')[0]}: {subject}" for _, to, subject in self.told]

    def open_numbers(self) -> list[int]:
        with self.database.reading() as tx:
            return [alert.number for alert in alerts.open_alerts(tx)]
