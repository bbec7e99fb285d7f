"""The ways by which alerts leave, put together from the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from moderator.reports.apprise_channel import Services
from moderator.reports.mail import GIVE_UP_AFTER, Mailer, new_message, packed, stable_id, writer_of
from moderator.reports.push import Pusher
from moderator.settings import Settings
from moderator.settings.alerts import AlertSettings, OnCall
from moderator.settings.mail import MailSettings, Person
from moderator.store.mails import Mail

KIND = "alert"
PING_TIMEOUT_S = 10.0
LATE_DIGEST = timedelta(hours=3)
"""How late a digest is still worth reading, as after the machine or the mail server was off."""


@dataclass(frozen=True)
class Channels:
    """Everything that telling somebody needs, but for the store and the time."""

    settings: AlertSettings
    mail: MailSettings
    school: str  # what tells it from others that write from the same address
    accounts: tuple[str, ...]  # ids of those that are watched
    pusher: Pusher
    services: Services
    mailer: Mailer
    ping: Callable[[str], bool]

    def letter(self, key: str, to: Person, words: tuple[str, str], now: datetime, severity: str = "") -> Mail:
        """A letter of these two, subject and words, ready for the outbox; tried for as long as it is worth reading."""
        message = new_message(self.mail, to, words[0], stable_id(self.mail, self.school, KIND, key, to.address), now)
        message.set_content(words[1])
        # While nobody opens an urgent case a newer letter follows: a pile of old ones would only hide it. What is told only
        # once, as that an account is paused, is tried for as long as any letter.
        worth = {"urgent": self.settings.then_every, "digest": LATE_DIGEST}.get(severity, GIVE_UP_AFTER)
        return packed(message, key, KIND, now, worth)

    def contact(self, role: str) -> Person:
        """Whose letter reaches this role: their own, or else that of the first who has an address."""
        contacts = self.settings.contacts
        return contacts.get(OnCall(role)) or next(contacts[each] for each in OnCall if each in contacts)


def open_channels(settings: Settings) -> Channels:
    """The ways of the settings. Raises ConfigError where another service is named that cannot be used."""
    alerts = settings.alerts
    pusher = Pusher(alerts.vapid_key, settings.mail.sender.address, alerts.push_hosts, loopback=alerts.push_to_loopback)
    return Channels(
        settings=alerts,
        mail=settings.mail,
        school=writer_of(settings.school),
        accounts=tuple(each.account.id for each in settings.accounts),
        pusher=pusher,
        services=Services(alerts.services),
        mailer=Mailer(settings.mail),
        ping=ping,
    )


def ping(url: str) -> bool:
    """Say to whoever listens at the address that the daemon lives; whether it was heard."""
    try:
        return httpx.get(url, timeout=PING_TIMEOUT_S).is_success
    except httpx.HTTPError:
        return False
