"""Letters that say that somebody was let in another way than by their own passkey: to everybody whom alerts reach."""

from __future__ import annotations

from datetime import datetime, timedelta

from moderator.reports.alert_words import SIGNED
from moderator.reports.channels import KIND
from moderator.reports.mail import new_message, packed, stable_id, writer_of
from moderator.settings import Settings
from moderator.store.mails import Mail

WORTH = timedelta(days=5)


def recovery_letters(settings: Settings, name: str, now: datetime) -> list[Mail]:
    """That the code on paper was used; one for each contact of [alerts], none where alerts are off."""
    said = (
        f"At {settings.policy.duty.local(now)} somebody opened the moderation page with the recovery code of {name}, to set "
        f"up a new passkey. All other devices of {name} were signed out."
    )
    return _letters(settings, "recovery", "A recovery code was used", said, name, now)


def link_letters(settings: Settings, name: str, by: str, now: datetime) -> list[Mail]:
    """That somebody made a link by which a user gets another passkey; to the same."""
    said = f"At {settings.policy.duty.local(now)} {by} made a link with which a new device can open the moderation page as {name}."
    return _letters(settings, "link", "A new device may be let in", said, name, now)


def _letters(settings: Settings, what: str, subject: str, said: str, name: str, now: datetime) -> list[Mail]:
    if not settings.alerts.enabled:
        return []
    key = f"{what} {now.isoformat()}"
    letters = []
    for to in {each.address: each for each in settings.alerts.contacts.values()}.values():
        message_id = stable_id(settings.mail, writer_of(settings.school), KIND, key, to.address)
        message = new_message(settings.mail, to, subject, message_id, now)
        message.set_content(f"{said}\n\n{_what_to_do(name)}")
        letters.append(packed(message, key, KIND, now, WORTH))
    return letters


def _what_to_do(name: str) -> str:
    return (
        f"If that was meant for {name}, there is nothing to do. If it was not, end this user at once: on the page under "
        f'People, or with: moderator users end "{name}"{SIGNED}'
    )
