"""Sends what waits by push and other services. What does not arrive becomes a letter within two minutes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from moderator.policy.duty import Duty
from moderator.reports.alert_words import body, gone, subject
from moderator.reports.channels import Channels
from moderator.reports.push import Answer, Payload, Went
from moderator.store import mails, pushes
from moderator.store.database import Database, Transaction
from moderator.store.pushes import Channel, Send, SendState, Subscription

TRY_FOR = timedelta(seconds=90)
"""How long after it was due a push is tried; with the last try and the next look, a letter is out within two minutes."""
RETRY_AFTER = timedelta(seconds=20)
"""Where the push service does not say when, or says a shorter time."""
AT_ONCE = 8
"""Messages on their way side by side, so that a service that hangs holds up none of the others."""


@dataclass
class Delivered:
    """What became of messages, as channel and place, with what was answered."""

    sent: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    later: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)  # ids of subscriptions


def send_messages(database: Database, channels: Channels, duty: Duty, now: datetime) -> Delivered:
    """Send every message that is due, and write down what became of it. Raises StoreError."""
    delivered = Delivered()
    with database.transaction() as tx:
        for send in pushes.lost(tx, now):
            delivered.failed.append((_place(send), "not ended in time"))
            _letter_instead(tx, channels, send, now)
        taken = pushes.take_due(tx, now)
        browsers = {each.id: each for each in pushes.subscriptions(tx)} if taken else {}
    if not taken:
        return delivered
    for send, answer in zip(taken, _send_all(channels, taken, browsers, now), strict=True):
        with database.transaction() as tx:
            _end(tx, channels, duty, send, answer, now, delivered)
    return delivered


def _send_all(
    channels: Channels, taken: Sequence[Send], browsers: dict[str, Subscription], now: datetime
) -> list[Answer]:
    with ThreadPoolExecutor(min(AT_ONCE, len(taken)), thread_name_prefix="alert") as pool:
        return list(pool.map(lambda send: _send_one(channels, send, browsers.get(send.address), now), taken))


def _send_one(channels: Channels, send: Send, to: Subscription | None, now: datetime) -> Answer:
    if send.channel is Channel.SERVICE:
        title = subject(send.severity, send.urgent, send.waiting)
        said = body(send.severity, send.urgent, send.waiting, channels.mail.page)
        went = channels.services.send(int(send.address), title, said)
        return Answer(Went.SENT, "taken") if went else Answer(Went.LATER, "not taken")
    if to is None:
        return Answer(Went.REFUSED, "dropped meanwhile")
    payload = Payload.model_validate({"severity": send.severity, "urgent": send.urgent, "waiting": send.waiting})
    return channels.pusher.send(to, payload, topic_of(send.severity), now)


def topic_of(severity: str) -> str:
    """A newer push of the same kind takes the place of one that the phone has not shown yet (RFC 8030 section 5.4)."""
    return blake2b(severity.encode(), digest_size=12).hexdigest()


def _end(
    tx: Transaction,
    channels: Channels,
    duty: Duty,
    send: Send,
    answer: Answer,
    now: datetime,
    delivered: Delivered,
) -> None:
    if answer.went is Went.SENT:
        if pushes.end(tx, send, SendState.SENT, now, answer.detail):
            delivered.sent.append(_place(send))
        return
    retry_at = now + max(answer.retry_after or RETRY_AFTER, RETRY_AFTER)
    if answer.went is Went.LATER and retry_at <= send.due_at + TRY_FOR:
        pushes.again(tx, send, retry_at, answer.detail)
        delivered.later.append((_place(send), answer.detail))
    elif pushes.end(tx, send, SendState.FAILED, now, answer.detail):
        delivered.failed.append((_place(send), answer.detail))
        _letter_instead(tx, channels, send, now)
        if answer.went is Went.GONE and pushes.drop(tx, send.address, now):
            delivered.dropped.append(send.address)
            _tell_gone(tx, channels, duty, send, now)


def _letter_instead(tx: Transaction, channels: Channels, send: Send, now: datetime) -> None:
    """The same by letter, unless that letter lies in the outbox already. A service's letter goes to the head."""
    to = channels.contact(send.role or "head")
    words = (
        subject(send.severity, send.urgent, send.waiting),
        body(send.severity, send.urgent, send.waiting, channels.mail.page),
    )
    mails.put(tx, channels.letter(send.key, to, words, now, send.severity))


def _tell_gone(tx: Transaction, channels: Channels, duty: Duty, send: Send, now: datetime) -> None:
    """Once to its owner, when quiet hours are over."""
    key = f"push gone {send.address} {now.isoformat()}"
    letter = channels.letter(key, channels.contact(send.role), gone(channels.mail.page), quiet_until(duty, now))
    mails.put(tx, letter)


def quiet_until(duty: Duty, now: datetime) -> datetime:
    """When the quiet hours that hold now are over; now, where none do."""
    if duty.quiet_hours is None or not duty.is_quiet(now):
        return now
    here = now.astimezone(duty.zone)
    ends = datetime.combine(here.date(), duty.quiet_hours.ends, duty.zone)
    return ends if ends > now else datetime.combine(here.date() + timedelta(days=1), duty.quiet_hours.ends, duty.zone)


def _place(send: Send) -> str:
    return f"{send.channel} {send.address}"
