"""What cannot wait: each look raises alerts for urgent cases, tells them, and tells again until somebody opens them.

All that is told is first written down, in the transaction that also says so: letters into the outbox, the rest into the list
of messages, from where `delivery.py` sends it. So a second daemon, a crash or a clock set back tells nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from moderator.policy.duty import Duty
from moderator.reports.alert_words import body, outage_began, outage_ended, subject
from moderator.reports.channels import LATE_DIGEST, Channels
from moderator.reports.delivery import Delivered, send_messages
from moderator.settings.alerts import OnCall
from moderator.store import alerts, decisions, mails, outages, pushes
from moderator.store.alerts import Alert, Watch
from moderator.store.database import Database, Transaction
from moderator.store.outages import Outage, Trouble
from moderator.store.pushes import Channel, Send, Subscription

BUNDLE = timedelta(minutes=1)
"""What is found urgent so soon after an alert began belongs to it."""
GATHER = timedelta(seconds=20)
"""How long such a case waits for others before the alert is told once more."""
READ_LATELY = timedelta(minutes=10)
"""The daemon counts as alive while some account was read to its end so lately, or within two pings."""


@dataclass
class Looked:
    """What one look did, for the log: numbers of alerts, ids of accounts, messages."""

    raised: list[int] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)  # alert and step
    opened: list[Alert] = field(default_factory=list)
    began: list[Outage] = field(default_factory=list)
    ended: list[Outage] = field(default_factory=list)
    digests: int = 0
    delivered: Delivered = field(default_factory=Delivered)
    ping_failed: bool = False


@dataclass(frozen=True)
class Notice:
    """One thing to tell the people in a role."""

    key: str
    severity: str
    urgent: int
    waiting: int
    letters_too: bool = False  # beside pushes that are known to arrive


def look(database: Database, channels: Channels, duty: Duty, now: datetime) -> Looked:
    """Everything that is due now: raise, tell, tell again, tell of outages, send, and say that we live. Raises StoreError."""
    looked = Looked()
    with database.transaction() as tx:
        watch = alerts.hold_watch(tx)
        _alert(tx, channels, now, looked)
        _outages(tx, channels, duty, now, looked)
        _digest(tx, channels, duty, watch, now, looked)
        ping = _ping_due(tx, channels, watch, now)
    looked.delivered = send_messages(database, channels, duty, now)
    if ping:
        looked.ping_failed = not channels.ping(channels.settings.ping_url)
    return looked


def _alert(tx: Transaction, channels: Channels, now: datetime, looked: Looked) -> None:
    looked.opened = alerts.settle_decided(tx, now)
    looked.raised = [alert.number for alert in alerts.raise_new(tx, now, BUNDLE)]
    due = [alert for alert in alerts.open_alerts(tx) if _is_due(alert, now)]
    if not due:
        return
    urgent, waiting = alerts.count_unopened(tx), decisions.count_queued(tx)
    browsers = pushes.subscriptions(tx)
    notices: dict[OnCall, Notice] = {}
    for alert in due:
        step = alert.step + 1 if alert.next_step_at <= now else alert.step
        roles = _who(step, channels, browsers)
        next_at = now + _pause(step, channels) if step > alert.step else None
        if alerts.told(tx, alert, now, next_at, roles):
            looked.told.append((alert.number, step))
            # Of several alerts that are due at once each person is told once: the counts are those of all.
            # With its beginning: after a restore numbers are given anew, and a letter of that id has come already.
            key = f"alert {alert.number}.{step} {alert.began_at.isoformat()}" + (
                "" if next_at else f" +{alert.untold_since}"
            )
            for role in roles:
                notices.setdefault(role, Notice(key, "urgent", urgent, max(urgent, waiting), step > 1))
    for role, notice in notices.items():
        _tell(tx, channels, role, notice, browsers, now)
    if notices:
        _tell_services(tx, channels, next(iter(notices.values())), now)


def _is_due(alert: Alert, now: datetime) -> bool:
    """Whether an alert is to be told: its next step has come, or cases came to it and have gathered."""
    return alert.next_step_at <= now or (alert.untold_since is not None and alert.untold_since + GATHER <= now)


def _who(step: int, channels: Channels, browsers: Sequence[Subscription]) -> list[OnCall]:
    """The head, twice; after that everybody. Whoever cannot be reached is passed over."""
    reached = [
        role for role in OnCall if role in channels.settings.contacts or any(each.role == role for each in browsers)
    ]
    return [OnCall.HEAD] if step <= 2 and OnCall.HEAD in reached else reached


def _pause(step: int, channels: Channels) -> timedelta:
    """How long after this step the next one follows."""
    return channels.settings.repeat_after if step <= 2 else channels.settings.then_every


def _tell(
    tx: Transaction,
    channels: Channels,
    role: OnCall,
    notice: Notice,
    browsers: Sequence[Subscription],
    now: datetime,
) -> None:
    """By push to every browser of the role, and by letter unless a push is known to arrive and this is the first time."""
    theirs = [each for each in browsers if each.role == role]
    for each in theirs:
        pushes.put(tx, _send(notice, Channel.PUSH, each.id, role.value, now))
    confirmed = any(each.confirmed_at is not None for each in theirs)
    if role in channels.settings.contacts and (notice.letters_too or not confirmed):
        page = channels.mail.page
        words = (
            subject(notice.severity, notice.urgent, notice.waiting),
            body(notice.severity, notice.urgent, notice.waiting, page),
        )
        mails.put(tx, channels.letter(notice.key, channels.settings.contacts[role], words, now, notice.severity))


def _tell_services(tx: Transaction, channels: Channels, notice: Notice, now: datetime) -> None:
    for number in range(1, len(channels.services) + 1):
        pushes.put(tx, _send(notice, Channel.SERVICE, str(number), "", now))


def _send(notice: Notice, channel: Channel, address: str, role: str, now: datetime) -> Send:
    return Send(notice.key, channel, address, role, notice.severity, notice.urgent, notice.waiting, now)


def _outages(tx: Transaction, channels: Channels, duty: Duty, now: datetime, looked: Looked) -> None:
    """Note what began and ended; tell it outside of quiet hours. What was short is not told at all, and what began and ended
    while all was quiet is told in one letter."""
    outages.note(tx, channels.accounts, now)
    for outage in outages.untold(tx):
        lasted = (outage.ended_at or now) - outage.began_at
        worth_it = outage.trouble is Trouble.PAUSED or lasted >= channels.settings.outage_after
        if outage.ended_at is not None and not (worth_it or outage.begin_told):
            outages.settle(tx, outage)
        elif duty.is_quiet(now) or not worth_it:
            continue
        elif outage.ended_at is not None:
            if outages.settle(tx, outage):
                looked.ended.append(outage)
                _write(tx, channels, f"{_key(outage)} over", outage_ended(outage, outage.ended_at, duty), now)
        elif not outage.begin_told and outages.begin_told(tx, outage, now):
            looked.began.append(outage)
            _write(tx, channels, _key(outage), outage_began(outage, duty), now)


def _key(outage: Outage) -> str:
    return f"outage {outage.account_id} {outage.trouble} {outage.began_at.isoformat()}"


def _write(tx: Transaction, channels: Channels, key: str, words: tuple[str, str], now: datetime) -> None:
    mails.put(tx, channels.letter(key, channels.contact(OnCall.HEAD), words, now))


def _digest(tx: Transaction, channels: Channels, duty: Duty, watch: Watch, now: datetime, looked: Looked) -> None:
    """What waits, twice a day; nothing when nothing waits, and not in quiet hours."""
    slot = digest_slot(channels.settings.digest_at, duty, now)
    if slot is None or slot <= watch.last_digest or duty.is_quiet(now):
        return
    alerts.digest_done(tx, slot)
    waiting = decisions.count_queued(tx)
    if not waiting:
        return
    looked.digests += 1
    browsers = pushes.subscriptions(tx)
    notice = Notice(f"digest {slot}", "digest", min(alerts.count_unopened(tx), waiting), waiting)
    for role in _who(1, channels, browsers)[:1]:
        _tell(tx, channels, role, notice, browsers, now)


def digest_slot(times: Sequence[time], duty: Duty, now: datetime) -> str | None:
    """The latest time of a digest that has come and is not too long past, as "2026-11-16 08:00" in school time."""
    today = now.astimezone(duty.zone).date()
    for at in sorted(times, reverse=True):
        if timedelta() <= now - _local(today, at, duty) <= LATE_DIGEST:
            return f"{today} {at:%H:%M}"
    return None


def _local(day: date, at: time, duty: Duty) -> datetime:
    return datetime.combine(day, at, duty.zone)


def _ping_due(tx: Transaction, channels: Channels, watch: Watch, now: datetime) -> bool:
    """Whether to say that we live: in time, and only while accounts are really read."""
    settings = channels.settings
    if not settings.ping_url or (
        watch.pinged_at is not None and watch.pinged_at <= now < watch.pinged_at + settings.ping_every
    ):
        return False
    read_at = outages.last_read(tx, channels.accounts)
    if read_at is None or now - read_at > max(READ_LATELY, 2 * settings.ping_every):
        return False
    alerts.pinged(tx, now)
    return True
