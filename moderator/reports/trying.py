"""One test by every way that alerts take. What is told is who took it: that it arrived, only a person can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from moderator.errors import PlatformError
from moderator.reports.alert_words import body, subject
from moderator.reports.channels import Channels
from moderator.reports.delivery import topic_of
from moderator.reports.push import Payload, Went
from moderator.store import pushes
from moderator.store.database import Database

TEST = Payload(severity="test", urgent=0, waiting=0)


@dataclass(frozen=True, slots=True)
class Tested:
    """One test and what its server said to it."""

    way: str  # letter, push or service
    to: str
    taken: bool
    said: str
    subscription: str = ""


def try_letters(channels: Channels, codes: Mapping[str, str], now: datetime) -> list[Tested]:
    """A letter to everybody who is told, with a code of their own, handed to the mail server at once."""
    tested = []
    for to in {each.address: each for each in channels.settings.contacts.values()}.values():
        words = body("test", 0, 0, channels.mail.page)
        words = f"Your code: {codes[to.address]}\n\n{words}"
        letter = channels.letter(f"test {now.isoformat()}", to, (subject("test", 0, 0), words), now)
        try:
            channels.mailer.send(letter)
        except PlatformError as error:
            tested.append(Tested("letter", to.address, False, str(error)))
        else:
            tested.append(Tested("letter", to.address, True, "taken by the mail server"))
    return tested


def try_pushes(database: Database, channels: Channels, now: datetime) -> list[Tested]:
    """A push to every browser in use. One that its service calls gone is dropped."""
    with database.reading() as tx:
        browsers = pushes.subscriptions(tx)
    tested = []
    for each in browsers:
        answer = channels.pusher.send(each, TEST, topic_of("test"), now)
        taken = answer.went is Went.SENT
        said = "taken by the push service" if taken else f"not taken: {answer.detail}"
        if answer.went is Went.GONE:
            said = "dropped: the phone takes it no more. Subscribe again"
            with database.transaction() as tx:
                pushes.drop(tx, each.id, now)
        tested.append(Tested("push", f"{each.person} ({each.id})", taken, said, each.id))
    return tested


def try_services(channels: Channels) -> list[Tested]:
    """A message by every further service."""
    title, words = subject("test", 0, 0), body("test", 0, 0, channels.mail.page)
    tested = []
    for number, kind in enumerate(channels.services.kinds, start=1):
        taken = channels.services.send(number, title, words)
        said = "taken by the service" if taken else "not taken"
        tested.append(Tested("service", f"{number}: {kind}", taken, said))
    return tested
