"""A rest from the reports: asked for by their recipient, told to the others, and never the last recipient's."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from moderator.errors import ModeratorError
from moderator.reports.mail import new_message, packed, stable_id, writer_of
from moderator.settings import Settings
from moderator.settings.mail import Person
from moderator.store import audit, mails, pauses
from moderator.store.database import Transaction
from moderator.store.pauses import Pause

LONGEST = mails.ASKED_FOR
KINDS = {"weekly": "weekly moderation report", "governors": "half-termly totals for governors"}
"""The letters from which there is a rest, in words."""


class LastReader(ModeratorError):
    """Somebody at the school has to get the report."""


def recipients(settings: Settings, kind: str) -> tuple[Person, ...]:
    """Whom letters of a kind go to: "weekly" or "governors"."""
    return tuple(settings.weekly.to if kind == "weekly" else settings.weekly.governors)


def ends(settings: Settings, weeks: int, now: datetime) -> datetime:
    """When a rest of so many weeks is over: a midnight by the school's clock."""
    zone = settings.policy.duty.zone
    day = (now.astimezone(zone) + timedelta(weeks=weeks)).date()
    return datetime.combine(day, time(), zone)


def others(tx: Transaction, settings: Settings, address: str, kind: str, now: datetime) -> list[Person]:
    """Who gets the weekly summary beside this recipient, and so is told of a rest. Raises LastReader."""
    found = [
        person
        for person in settings.weekly.to
        if person.address != address and not pauses.covers(tx, person.address, "weekly", now)
    ]
    if kind == "weekly" and not found:
        raise LastReader(
            "Nobody else gets the weekly summary, and somebody at the school has to see that it comes. "
            "Please ask your IT person to name somebody else first."
        )
    return found


def rest(tx: Transaction, settings: Settings, address: str, kind: str, until: datetime, now: datetime) -> list[Person]:
    """Keep the pause and write to the other recipients of the weekly summary; returns those. Raises LastReader."""
    audit.take_turn(tx)  # Two who ask at once are heard one after the other, so that somebody is left.
    told = others(tx, settings, address, kind, now)
    pauses.pause(tx, Pause(address, kind, now, address, min(until, now + LONGEST)))
    for person in told:
        _tell(tx, settings, person, address, kind, until, now)
    return told


def _tell(
    tx: Transaction, settings: Settings, to: Person, address: str, kind: str, until: datetime, now: datetime
) -> None:
    # By its end: whoever taps twice writes one letter.
    key = f"rest {kind} {address} {until.date()}"
    here = now.astimezone(settings.policy.duty.zone)
    subject = f"{settings.school.name}: {address} gets no {KINDS[kind]} before {until.day} {until:%B}"
    still = "You still get yours. " if kind == "weekly" else ""
    message_id = stable_id(settings.mail, writer_of(settings.school), key, to.address)
    message = new_message(settings.mail, to, subject, message_id, here)
    message.set_content(
        f"{address} asked for a rest from the {KINDS[kind]}. It comes again from {until.day} {until:%B %Y}.\n"
        f"{still}If that is not right, open the health page and send it to them again.\n"
    )
    mails.put(tx, packed(message, key, "rest", now))
